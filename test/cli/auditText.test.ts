import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { auditText } from '../../src/cli/auditText.ts';
import { duration, ProgressLine, progressText } from '../../src/cli/progressLine.ts';
import { byteSize, ruleLevel, share, wholeNumber } from '../../src/cli/options.ts';
import { sampleFinding, sampleReport } from '../unit/export/sampleReport.ts';

const PLAIN = { colors: createColors(false), width: 80, max: 10, seconds: 3.2 };

describe('the report for people', () => {
  test('image, caption, reason, place and advice of a finding are shown, then the summary', () => {
    const text = auditText(sampleReport(), PLAIN).replace(/\n +/g, ' ');
    assert.match(text, /photos\/beach\.jpg +captions\.jsonl:3:24/);
    assert.match(text, /"a dog runs through snow"/);
    assert.match(text, /fits 3 other images better/);
    assert.match(text, /Likely meant \(83 %\): "two children play on the beach"/);
    assert.match(text, /40 pairs, 20 images \(captions-jsonl\), 3\.2 s/);
    assert.match(text, /Estimated share of wrong captions: 13 %/);
    assert.match(text, /1 warning: caption-mismatch 1/);
  });

  test('no line is wider than the terminal, with CJK, emoji and one endless word', () => {
    const caption = `${'猫がいる'.repeat(30)} ${'x'.repeat(300)} ${'😀'.repeat(60)}`;
    for (const width of [40, 80, 110]) {
      const text = auditText(sampleReport([sampleFinding({ caption })]), { ...PLAIN, width });
      for (const line of text.split('\n')) assert.ok(stringWidth(line) <= width, line);
    }
  });

  test('a long list is cut, and says by how much and how to see the rest', () => {
    const findings = Array.from({ length: 47 }, (_u, i) => sampleFinding({ image: `${i}.jpg` }));
    const text = auditText(sampleReport(findings), PLAIN);
    assert.match(text, /and 37 more \(--max 47\)/);
    assert.ok(text.includes('9.jpg') && !text.includes('10.jpg'));
  });

  test('a caption cannot move the cursor or forge a line', () => {
    const text = auditText(
      sampleReport([sampleFinding({ caption: 'x\u001b[2J\nerror: y' })]),
      PLAIN,
    );
    assert.ok(!text.includes('\u001b'));
    assert.doesNotMatch(text, /^error: y/m);
  });

  test('where captions cannot be judged it is said why, and that nothing is reported', () => {
    const report = sampleReport([]);
    const [dataset] = report.datasets;
    const textOf = (incomparable: 'too-alike' | 'too-few'): string => {
      const estimate = { wrongShare: 0.03, incomparable };
      const datasets = [{ ...dataset!, estimate, leastFitting: [] }];
      return auditText({ ...report, datasets }, { ...PLAIN, width: 200 });
    };
    assert.match(textOf('too-alike'), /too alike to be judged against one another\.$/m);
    assert.match(
      textOf('too-few'),
      /too few pairs here to compare the captions with one another\.$/m,
    );
    assert.match(textOf('too-few'), /Nothing is reported\./);
  });

  test('a clean dataset says so', () => {
    assert.match(auditText(sampleReport([]), PLAIN), /Nothing was found\./);
  });
});

describe('progress', () => {
  const progress = {
    phase: 'images',
    done: 1234,
    total: 8091,
    rate: 312.4,
    secondsLeft: 22,
  } as const;

  test('it tells phase, count, share, rate and time left', () => {
    assert.equal(
      progressText(progress, ''),
      'Encoding images  1,234/8,091  15 %  312/s  22 s left',
    );
  });

  test('durations are told in the units people use', () => {
    assert.deepEqual([0.84, 42, 200, 7500].map(duration), [
      '0.8 s',
      '42 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
  });

  test('on a terminal one line is redrawn and taken away; elsewhere a line comes now and then', () => {
    let written = '';
    let time = 0;
    const stream = { isTTY: true, columns: 40, write: (text: string) => ((written += text), true) };
    const onTerminal = new ProgressLine(stream, () => time);
    for (time = 0; time < 1000; time += 10) onTerminal.show(progress, '');
    onTerminal.clear();
    assert.ok(!written.includes('\n'));
    assert.ok(written.split('\r').length < 20);
    for (const line of written.split(/\r|\u001b\[K/)) assert.ok(line.length < 40);
    assert.ok(written.endsWith('\r\u001b[K'));

    written = '';
    const inLog = new ProgressLine({ ...stream, isTTY: false }, () => time);
    for (time = 0; time < 60_000; time += 100) inLog.show(progress, '');
    inLog.show({ ...progress, done: 8091 }, '');
    assert.equal(written.split('\n').length, 5);
  });
});

describe('option values', () => {
  test('sizes are read in the units people write', () => {
    assert.deepEqual(['500MB', '2g', '1.5 GB', '7'].map(byteSize), [5e8, 2e9, 1.5e9, 7]);
    assert.throws(() => byteSize('much'), /500MB/);
  });

  test('numbers out of range are refused', () => {
    assert.equal(wholeNumber(0, 50)('0'), 0);
    for (const text of ['-1', '1.5', '', 'x', '1e3']) assert.throws(() => wholeNumber(0, 50)(text));
    assert.equal(share('0.4'), 0.4);
    for (const text of ['0', '1', 'x', ' ']) assert.throws(() => share(text));
  });

  test('a rule changes one level and keeps the ones before it', () => {
    const levels = ruleLevel('near-duplicate=error', ruleLevel('caption-mismatch=off'));
    assert.deepEqual(levels, { 'caption-mismatch': 'off', 'near-duplicate': 'error' });
  });
});
