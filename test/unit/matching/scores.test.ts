import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossLists, selfLists } from '../../../src/core/matching/allPairs.ts';
import { centred, shrunkMean } from '../../../src/core/matching/centring.ts';
import { csls, nnn } from '../../../src/core/matching/hubness.ts';
import { dotRows } from '../../../src/core/matching/innerProducts.ts';
import { type LemonNeighbour, lemonTerm } from '../../../src/core/matching/lemon.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { recallOf } from '../../../src/core/matching/recall.ts';
import { denseBlocks, transposed } from '../../../src/core/matching/scoreBlocks.ts';
import { GOLDEN_CAPTIONS, GOLDEN_IMAGES } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

const V = GOLDEN_IMAGES;
const T = GOLDEN_CAPTIONS;
const none = (): boolean => false;
function near(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 2e-6, `${value} is not ${expected[i]} at ${i}`),
  );
}
const six = [0, 1, 2, 3, 4, 5];

test('similarities of the golden vectors are the published ones', () => {
  near(
    six.map((j) => dotRows(V, 0, T, j)),
    [0.766424, 0.675371, -0.815555, 0.538638, 0.552209, -0.847012],
  );
});

test('CSLS with k = 2 gives the golden row', async () => {
  const { rows, columns } = await crossLists(V, T, { k: 2 });
  near(
    six.map((j) =>
      csls(dotRows(V, 0, T, j), rows.meanOfBest(0, 2, none), columns.meanOfBest(j, 2, none)),
    ),
    [0.054274, -0.118104, -3.189719, -0.193569, -0.258216, -3.256505],
  );
});

test('NNN with a bank of the six images gives the golden row', async () => {
  const { columns } = await crossLists(V, T, { k: 2 });
  near(
    six.map((j) => nnn(dotRows(V, 0, T, j), columns.meanOfBest(j, 2, none), 0.75)),
    [0.198166, 0.11441, -1.443839, 0.126177, 0.070907, -1.4782],
  );
});

async function lemon(images: Matrix, captions: Matrix): Promise<number[]> {
  const own = six.map((i) => 1 - dotRows(images, i, captions, i));
  const byImage = await selfLists(images, { k: 2 });
  const byCaption = await selfLists(captions, { k: 2 });
  const term = (i: number, list: Int32Array, found: Matrix, other: Matrix): number =>
    lemonTerm(
      [...list].map((j): LemonNeighbour => ({
        near: 1 - dotRows(found, i, found, j),
        far: 1 - dotRows(other, i, other, j),
        own: own[j]!,
      })),
    );
  return six.map(
    (i) =>
      own[i]! +
      5 * term(i, byImage.items(i), images, captions) +
      5 * term(i, byCaption.items(i), captions, images),
  );
}

test('LEMoN_fix gives the golden scores, also after two captions were swapped', async () => {
  near(await lemon(V, T), [0.776598, 0.969947, 2.168693, 1.565388, 1.289, 2.956467]);
  const swapped = matrix(6, 4, T.data.slice());
  swapped.data.set(row(T, 3), 0);
  swapped.data.set(row(T, 0), 12);
  near(await lemon(V, swapped), [1.502771, 1.045242, 2.123206, 0.832674, 1.237934, 2.828505]);
});

test('with few rows the mean stays near the shipped one, with many it forgets it', () => {
  const shipped = new Float32Array([1, 0]);
  const toward = matrix(1, 2, new Float32Array([0, 1]));
  near([...shrunkMean(toward, shipped, 3)], [0.75, 0.25]);
  const many = matrix(
    3000,
    2,
    new Float32Array(6000).map((_, i) => i % 2),
  );
  assert.ok(shrunkMean(many, shipped, 3)[0]! < 0.002);
  near([...shrunkMean(matrix(0, 2), shipped, 3)], [1, 0]);
  near([...shrunkMean(matrix(0, 2), shipped, 0)], [0, 0]);
});

test('centring moves the mean to zero, keeps rows of unit length and survives a row that is the mean', () => {
  const x = randomRows(50, 6, seeded(5));
  for (let i = 0; i < 50; i++) x.data[i * 6]! += 3;
  const mean = shrunkMean(x, new Float32Array(6), 0);
  const out = centred(x, mean);
  for (let i = 0; i < 50; i++) assert.ok(Math.abs(dotRows(out, i, out, i) - 1) < 1e-6);
  const one = matrix(1, 6, mean.slice());
  assert.deepEqual([...centred(one, mean).data], [0, 0, 0, 0, 0, 0]);
});

async function recall(owner: number[], scores: Matrix): ReturnType<typeof recallOf> {
  const both = { imageToText: denseBlocks(scores), textToImage: denseBlocks(transposed(scores)) };
  return recallOf(both, Int32Array.from(owner));
}

test('recall counts an image at its best caption and a caption at its image', async () => {
  const scores = matrix(
    3,
    4,
    Float32Array.of(0.1, 0.9, 0.8, 0.2, 0.7, 0.3, 0.6, 0.9, 0.2, 0.2, 0.9, 0.3),
  );
  const { imageToText, textToImage, rsum } = await recall([0, 0, 1, 2], scores);
  // Image 0 is found first, image 1 third (0.7 and 0.9 beat 0.6), image 2 second; captions 2, 0, 2, 1 places down.
  near([imageToText.r1, imageToText.r5, imageToText.r10], [100 / 3, 100, 100]);
  near([textToImage.r1, textToImage.r5, textToImage.r10], [25, 100, 100]);
  near([rsum], [100 / 3 + 25 + 400]);
});

test('recall of nothing is nought, not NaN, and a score that is no number finds nothing', async () => {
  assert.equal((await recall([], matrix(0, 0))).rsum, 0);
  const bad = matrix(12, 12, new Float32Array(144).fill(NaN));
  assert.equal((await recall([...bad.data.subarray(0, 12).keys()], bad)).rsum, 0);
});
