import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scanImageToText, scanTextToImage } from '../../../src/core/matching/crossAttention.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { gatheredRows } from '../../../src/core/matching/scoreBlocks.ts';
import { closeTo } from '../../support/closeTo.ts';
import { GOLDEN_CAPTIONS, GOLDEN_IMAGES } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

const R = gatheredRows(GOLDEN_IMAGES, [0, 1, 2]);
const W = gatheredRows(GOLDEN_CAPTIONS, [0, 1]);

/** One side asks, the other answers, as the paper writes it. */
function oracle(asking: Matrix, answering: Matrix, lambda: number): number[] {
  const rows = (m: Matrix): number[][] => Array.from({ length: m.rows }, (_, i) => [...row(m, i)]);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, v, c) => sum + v * b[c]!, 0);
  const [x, y] = [rows(asking), rows(answering)];
  const raw = y.map((b) => x.map((a) => dot(a, b)).map((e) => (e > 0 ? e : 0.1 * e)));
  const e = raw.map((line) => line.map((v) => v / (Math.hypot(...line) + 1e-8)));
  return x.map((a, q) => {
    const weights = y.map((_, k) => Math.exp(lambda * e[k]![q]!));
    const total = weights.reduce((s, w) => s + w, 0);
    const context = a.map((_, c) => y.reduce((s, b, k) => s + (weights[k]! / total) * b[c]!, 0));
    return dot(a, context) / (Math.hypot(...a) * Math.hypot(...context));
  });
}

describe('SCAN', () => {
  test('the golden numbers of text-to-image', () => {
    const avg = scanTextToImage(R, W);
    closeTo(avg.cosines, [0.770106, 0.748873]);
    closeTo([avg.score, scanTextToImage(R, W, { pooling: 'lse' }).score], [0.75949, 0.875352]);
    assert.equal(avg.wordSupport, avg.cosines);
  });

  test('the golden numbers of image-to-text', () => {
    const avg = scanImageToText(R, W);
    closeTo(avg.cosines, [0.792031, 0.79082, -0.814273]);
    closeTo([avg.score, scanImageToText(R, W, { pooling: 'lse' }).score], [0.256193, 0.930089]);
  });

  test('both directions equal the formulas for any sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (n, l, seed) => {
          const random = seeded(seed);
          const [regions, words] = [randomRows(n, 6, random), randomRows(l, 6, random)];
          closeTo(scanTextToImage(regions, words).cosines, oracle(words, regions, 9), 1e-5);
          closeTo(scanImageToText(regions, words).cosines, oracle(regions, words, 4), 1e-5);
        },
      ),
    );
  });

  test('attention adds to one and points at the region a word is a copy of', () => {
    const regions = matrix(
      9,
      9,
      new Float32Array(81).map((_, at) => (at % 10 === 0 ? 1 : 0)),
    );
    const words = gatheredRows(regions, [7, 3]);
    const { attention, wordSupport } = scanTextToImage(regions, words, { lambda1: 50 });
    for (const [l, region] of [7, 3].entries()) {
      const weights = row(attention, l);
      closeTo([weights.reduce((a, b) => a + b, 0)], [1], 1e-5);
      assert.equal(weights.indexOf(Math.max(...weights)), region);
      assert.ok(wordSupport[l]! > 0.9);
    }
  });

  test('the order of regions does not matter, that of words orders the support; scaled words are the same words', () => {
    const random = seeded(2);
    const [regions, words] = [randomRows(5, 6, random), randomRows(3, 6, random)];
    const turned = gatheredRows(words, [2, 0, 1]);
    for (const scan of [scanTextToImage, scanImageToText]) {
      const plain = scan(regions, words);
      const other = scan(gatheredRows(regions, [4, 2, 0, 1, 3]), turned);
      closeTo([other.score], [plain.score], 1e-6);
      closeTo(
        other.wordSupport,
        [2, 0, 1].map((l) => plain.wordSupport[l]!),
        1e-6,
      );
    }
    const scaled = matrix(
      1,
      6,
      row(words, 0).map((value) => 5 * value),
    );
    closeTo(
      scanTextToImage(regions, scaled).cosines,
      scanTextToImage(regions, gatheredRows(words, [0])).cosines,
      1e-5,
    );
  });

  test('LSE grows when a word is repeated, AVG stays about where it was', () => {
    const [once, often] = [gatheredRows(W, [0]), gatheredRows(W, [0, 0, 0])];
    const grown = (pooling: 'avg' | 'lse'): number =>
      scanTextToImage(R, often, { pooling }).score - scanTextToImage(R, once, { pooling }).score;
    assert.ok(grown('lse') > 0.1);
    assert.ok(Math.abs(grown('avg')) < 0.05);
  });

  test('one word with one region is their cosine; without words or regions there is no score', () => {
    const [one, word] = [gatheredRows(R, [0]), gatheredRows(W, [1])];
    closeTo([scanTextToImage(one, word).score], [scanImageToText(one, word).score], 1e-6);
    assert.ok(Number.isNaN(scanTextToImage(R, matrix(0, 4)).score));
    assert.ok(Number.isNaN(scanImageToText(matrix(0, 4), W).score));
    assert.deepEqual([...scanTextToImage(matrix(0, 4), W).cosines], [0, 0]);
  });
});
