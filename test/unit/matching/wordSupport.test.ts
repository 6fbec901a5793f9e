import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { matrix } from '../../../src/core/matching/matrix.ts';
import { captionWords, regionBox, wordSupport } from '../../../src/core/matching/wordSupport.ts';

describe('word support', () => {
  test('words keep their characters, whatever stands around them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (caption) => {
        let end = 0;
        for (const word of captionWords(caption)) {
          assert.equal(caption.slice(word.start, word.end), word.text);
          assert.ok(word.start >= end && word.end > word.start);
          end = word.end;
        }
      }),
    );
    assert.deepEqual(
      captionWords("A child's tri-colored dog , 2 years – 'old' .").map(({ text }) => text),
      ['A', "child's", 'tri-colored', 'dog', '2', 'years', 'old'],
    );
    assert.deepEqual(captionWords(' .,! '), []);
  });

  test('a word is as well supported as its worst token, and names the region of that token', () => {
    //               01234567890123456
    const caption = 'a snowboarder, up';
    const tokens = [
      [0, 0],
      [0, 1],
      [2, 6],
      [6, 13],
      [13, 14],
      [0, 0],
    ].map(([start, end]) => ({
      start: start!,
      end: end!,
    }));
    const attention = matrix(6, 2, Float32Array.of(1, 0, 0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 1, 0, 1, 0));
    const support = [-1, 0.5, 0.9, 0.2, -1, -1];
    const words = wordSupport(caption, tokens, support, attention);
    assert.deepEqual(words.slice(0, 2), [
      { text: 'a', start: 0, end: 1, support: 0.5, region: 0 },
      { text: 'snowboarder', start: 2, end: 13, support: 0.2, region: 1 },
    ]);
    // The encoder reads no further: nothing is known of the last word.
    assert.ok(Number.isNaN(words[2]!.support));
    assert.equal(words[2]!.region, -1);
  });

  test('regions are cells of the grid, row by row', () => {
    assert.deepEqual(regionBox(0, [8, 8]), [0, 0, 1 / 8, 1 / 8]);
    assert.deepEqual(regionBox(9, [8, 8]), [1 / 8, 1 / 8, 2 / 8, 2 / 8]);
    assert.deepEqual(regionBox(5, [2, 3]), [2 / 3, 1 / 2, 1, 1]);
  });
});
