import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { matrix } from '../../../src/core/matching/matrix.ts';
import {
  CROPS,
  cropsOf,
  groundWords,
  wordsInContext,
} from '../../../src/core/matching/wordRegions.ts';

describe('words in the picture', () => {
  test('a word is looked for with the words beside it, but not across punctuation', () => {
    const caption = 'A Red ball, two dogs and a cat.';
    const words = wordsInContext(caption);
    assert.deepEqual(
      words.map(({ text, phrase }) => [text, phrase]),
      [
        ['Red', 'a red ball'],
        ['ball', 'red ball'],
        ['dogs', 'two dogs and'],
        ['cat', 'a cat'],
      ],
    );
    for (const { text, start, end } of words) assert.equal(caption.slice(start, end), text);
    assert.deepEqual(wordsInContext(''), []);
    assert.deepEqual(wordsInContext('of the'), []);
    assert.equal(wordsInContext('dog cat '.repeat(100)).length, 40);
  });

  test('nine crops of half the side, row by row', () => {
    const size = 8;
    // Each pixel says where it is.
    const rgb = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [Math.floor(pixel / size), pixel % size, 7][i % 3]!;
    });
    const crops = cropsOf({ size, rgb });
    assert.equal(crops.length, 9);
    const corners = crops.map((crop) => {
      assert.equal(crop.size, 4);
      assert.equal(crop.rgb.length, 4 * 4 * 3);
      return [...crop.rgb.slice(0, 2), ...crop.rgb.slice(-3, -1)];
    });
    assert.deepEqual(corners, [
      [0, 0, 3, 3],
      [0, 2, 3, 5],
      [0, 4, 3, 7],
      [2, 0, 5, 3],
      [2, 2, 5, 5],
      [2, 4, 5, 7],
      [4, 0, 7, 3],
      [4, 2, 7, 5],
      [4, 4, 7, 7],
    ]);
  });

  const [word] = wordsInContext('dog');
  const placed = (scores: readonly number[]) =>
    groundWords(
      [word!],
      matrix(9, 1, Float32Array.from(scores)),
      matrix(1, 1, Float32Array.of(1)),
    )[0]!;

  test('cells are what each crop has more than all, and the place is the best of them', () => {
    const { cells, place } = placed([0, 0, 0.9, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(place, { row: 0, column: 2 });
    cells.forEach((cell, c) => assert.ok(Math.abs(cell - (c === 2 ? 0.8 : -0.1)) < 1e-6));
  });

  test('a word with the same similarity to every crop has no place', () => {
    assert.equal(placed(Array<number>(9).fill(0.4)).place, null);
    assert.equal(placed([0.4, 0.42, 0.4, 0.41, 0.4, 0.4, 0.4, 0.4, 0.4]).place, null);
  });

  test('in the mirror the map is the mirrored one, and a caption that fits better moves nothing', () => {
    const value = fc.float({ noNaN: true, min: -1, max: 1 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 9, maxLength: 9 }), value, (scores, more) => {
        const { cells } = placed(scores);
        const mirror = placed(scores.map((_, c) => scores[c - (c % 3) + 2 - (c % 3)]!)).cells;
        const lifted = placed(scores.map((score) => score + more)).cells;
        cells.forEach((cell, c) => {
          const x = c % CROPS;
          assert.ok(Math.abs(mirror[c - x + CROPS - 1 - x]! - cell) < 1e-5);
          assert.ok(Math.abs(lifted[c]! - cell) < 1e-5);
        });
      }),
    );
  });
});
