import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { escapeMarkdown, markdownCard, percent } from '../../../src/core/export/markdownCard.ts';
import { sampleFinding, sampleReport } from './sampleReport.ts';

describe('Markdown data card', () => {
  test('a caption with pipes, tags, links and line ends stays in its table cell as plain text', () => {
    const caption = '| <img src=x onerror=alert(1)> [a](http://b) `code`\n# heading';
    const card = markdownCard(sampleReport([sampleFinding({ caption })]), 'set', 10);
    const row = card.split('\n').find((line) => line.includes('onerror'))!;
    assert.equal(row.match(/(?<!\\)\|/g)?.length, 5);
    assert.ok(!card.includes('<img'));
    assert.ok(!/^# heading/m.test(card));
  });

  test('it states pairs, images, the estimate and the findings by code', () => {
    const card = markdownCard(sampleReport(), 'set', 10);
    assert.match(card, /\| Pairs \| 40 \|/);
    assert.match(card, /\| Captions estimated to be wrong \| 13 % \|/);
    assert.match(card, /\| `caption-mismatch` \| warning \| 1 \|/);
  });

  test('it states the interval of the estimate and the lengths of the captions', () => {
    const report = sampleReport();
    const [dataset] = report.datasets;
    const card = markdownCard(
      {
        ...report,
        summary: {
          ...report.summary,
          estimate: { wrongShare: 0.125, range: { low: 0.08, high: 0.19 } },
        },
        datasets: [{ ...dataset!, captionWords: { low: 5, median: 9, high: 14 } }],
      },
      'set',
      10,
    );
    assert.match(card, /wrong \| 13 % \(90 % interval: 8 % to 19 %\) \|/);
    assert.match(card, /\| Words in a caption \| 9, mostly 5 to 14 \|/);
  });

  test('a clean dataset gets a card that says so', () => {
    assert.match(markdownCard(sampleReport([]), 'set', 10), /Nothing was found\.\n$/);
  });

  test('a small share is not rounded to nothing', () => {
    assert.equal(percent(0.004), 'less than 1 %');
    assert.equal(percent(0), '0 %');
  });

  test('a bare address does not become a link, nor a name a mention', () => {
    const text = escapeMarkdown('https://evil.example www.evil.example @somebody');
    assert.equal(text, String.raw`https\://evil.example www\.evil.example \@somebody`);
  });

  test('control characters are made visible', () => {
    assert.equal(escapeMarkdown('a\u001b[31mb'), 'a\\\\u001b\\[31mb');
  });
});
