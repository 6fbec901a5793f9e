import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'parse5';
import { htmlReport, imagesShown } from '../../../src/core/export/htmlReport.ts';
import { sampleFinding, sampleReport } from './sampleReport.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&\u202e\u001b[2J`;

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

function elements(html: string): Node[] {
  const all: Node[] = [];
  const visit = (node: Node): void => {
    if (node.attrs !== undefined) all.push(node);
    node.childNodes?.forEach(visit);
  };
  visit(parse(html));
  return all;
}

describe('the HTML report', () => {
  const finding = sampleFinding({
    image: `photos/${HOSTILE}.jpg`,
    file: HOSTILE,
    caption: HOSTILE,
    message: HOSTILE,
    evidence: [HOSTILE],
    remedy: HOSTILE,
    suggestions: [HOSTILE],
    relatedFiles: [HOSTILE],
  });
  const pictures = new Map([[`photos/${HOSTILE}.jpg`, 'data:image/jpeg;base64,AAAA']]);
  const html = htmlReport(sampleReport([finding]), HOSTILE, 10, pictures);

  test('hostile captions and file names stay text', () => {
    const known = new Set(
      'html head meta title style body header h1 dl dt dd nav ul li a span section h2 small p article div figure img figcaption blockquote footer'.split(
        ' ',
      ),
    );
    const strange = elements(html).filter(({ nodeName }) => !known.has(nodeName));
    assert.deepEqual(strange, []);
    const names = new Set(
      elements(html).flatMap(({ attrs = [] }) => attrs.map(({ name }) => name)),
    );
    assert.deepEqual(
      [...names].filter((name) => name.startsWith('on')),
      [],
    );
    assert.doesNotMatch(html, /[\u202e\u001b]/);
  });

  test('nothing is fetched: pictures are inside, and there is no other address', () => {
    for (const { attrs = [] } of elements(html)) {
      for (const { name, value } of attrs) {
        if (name === 'src') assert.match(value, /^data:image\/jpeg;base64,/);
        if (name === 'href') assert.match(value, /^#/);
      }
    }
    assert.doesNotMatch(html, /url\(|@import/);
    assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  });

  test('follows the colours of the reader, and has a section for each rule', () => {
    assert.match(html, /prefers-color-scheme: dark/);
    const two = [sampleFinding(), sampleFinding({ code: 'near-duplicate' })];
    const page = htmlReport(sampleReport(two), 'set', 10, new Map());
    assert.match(page, /<section id="caption-mismatch">/);
    assert.match(page, /<section id="near-duplicate">/);
    assert.match(htmlReport(sampleReport([]), 'set', 10, new Map()), /Nothing was found/);
  });

  test('shows the first findings of each rule with their pictures, and counts the others', () => {
    const many = [0, 1, 2].map((i) => sampleFinding({ image: `${i}.jpg`, relatedPairs: [] }));
    assert.deepEqual(imagesShown(sampleReport(many), 2), ['0.jpg', '1.jpg']);
    assert.match(htmlReport(sampleReport(many), 'set', 2, new Map()), /and 1 more/);
  });
});
