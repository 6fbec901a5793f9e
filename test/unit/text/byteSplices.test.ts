import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/core/formats/applyEdits.ts';
import { inverted, spliceBetween, spliced, splicesOf } from '../../../src/core/text/byteSplices.ts';
import { encodeText, type FileEncoding } from '../../../src/core/text/textEncoding.ts';
import { runs } from '../../support/runs.ts';

const encoding: fc.Arbitrary<FileEncoding> = fc.constantFrom(
  { encoding: 'utf-8', bom: false },
  { encoding: 'utf-8', bom: true },
  { encoding: 'utf-16le', bom: true },
  { encoding: 'utf-16be', bom: true },
);
// `decodeText` knows UTF-16 by its mark, and text has no NUL.
const words = fc.array(fc.constantFrom('a', 'é', '猫', '🦊', ' ', '\n', '\r\n', ','), {
  maxLength: 30,
});

/** A text with edits that do not overlap: every second part is replaced. */
const edited = fc
  .record({
    parts: fc.array(words, { maxLength: 9 }),
    news: fc.array(words, { minLength: 9, maxLength: 9 }),
  })
  .map(({ parts, news }) => {
    let text = '';
    const edits = parts.flatMap((part, n) => {
      const start = text.length;
      text += part.join('');
      return n % 2 === 0 ? [] : [{ start, end: text.length, newText: news[n]?.join('') ?? '' }];
    });
    return { text, edits };
  });

it('splices change the bytes as the edits change the text, and back', () => {
  fc.assert(
    fc.property(edited, encoding, ({ text, edits }, file) => {
      const before = encodeText(text, file);
      const splices = splicesOf(text, file, edits);
      const after = spliced(before, splices);
      assert.deepEqual(after, applyEdits(before, edits, 'x.txt'));
      assert.deepEqual(spliced(after, inverted(splices)), before);
    }),
    { numRuns: runs(500) },
  );
});

it('one splice leads from any bytes to any others, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (same, a, b) => {
      const [before, after] = [a, b].map((part) => Uint8Array.from([...same, ...part, ...same]));
      assert.ok(before !== undefined && after !== undefined);
      const splices = spliceBetween(before, after);
      assert.deepEqual(spliced(before, splices), after);
      assert.deepEqual(spliced(after, inverted(splices)), before);
    }),
    { numRuns: runs(300) },
  );
});
