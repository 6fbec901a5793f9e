import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { crossLists, scoreLists, selfLists } from '../../../src/core/matching/allPairs.ts';
import { dotRows } from '../../../src/core/matching/innerProducts.ts';
import { kReciprocalEncoding, kReciprocalScores } from '../../../src/core/matching/kReciprocal.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import {
  rerankedCaptions,
  rerankedImages,
  rerankedScores,
} from '../../../src/core/matching/reciprocalReranking.ts';
import {
  denseScores,
  gatheredRows,
  productBlocks,
  stackedRows,
} from '../../../src/core/matching/scoreBlocks.ts';
import { closeTo } from '../../support/closeTo.ts';
import { GOLDEN_CAPTIONS as T, GOLDEN_IMAGES as V } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';
import { runs } from '../../support/runs.ts';

/** Items by similarity to row `i` of `a`, best first. */
function order(a: Matrix, i: number, b: Matrix, skip = -1): number[] {
  return Array.from({ length: b.rows }, (_, j) => j)
    .filter((j) => j !== skip)
    .sort((x, y) => dotRows(a, i, b, y) - dotRows(a, i, b, x) || x - y);
}
const stable = (items: number[], key: (item: number) => number): number[] =>
  [...items].sort((x, y) => key(x) - key(y) || items.indexOf(x) - items.indexOf(y));

describe('MTFN-RR', () => {
  test('the golden lists', async () => {
    const { rows, columns } = await crossLists(V, T, { k: 6 });
    const reorder = rerankedCaptions(rows, columns, 3);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((i) => [...reorder(i)]),
      [
        [0, 1, 4],
        [4, 1, 0],
        [2, 5, 3],
        [3, 0, 1],
        [1, 4, 0],
        [5, 2, 3],
      ],
    );
  });

  test('both directions equal the definition with full lists, for any sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        async (n, m, depth, seed) => {
          const random = seeded(seed);
          const [images, captions] = [randomRows(n, 5, random), randomRows(m, 5, random)];
          const sentences = randomRows(m, 5, random);
          const { rows, columns } = await crossLists(images, captions, { k: 15 });
          const like = await selfLists(sentences, { k: 3 });
          const ofImage = rerankedCaptions(rows, columns, depth);
          for (let i = 0; i < n; i++) {
            const best = order(images, i, captions).slice(0, depth);
            const expected = stable(best, (j) => order(captions, j, images).indexOf(i));
            assert.deepEqual([...ofImage(i)], expected);
          }
          const ofCaption = rerankedImages(columns, rows, like, depth, 2);
          for (let j = 0; j < m; j++) {
            const voices = [j, ...order(sentences, j, sentences, j).slice(0, 2)];
            const best = order(captions, j, images).slice(0, depth);
            const expected = stable(best, (i) =>
              Math.min(...voices.map((voice) => order(images, i, captions).indexOf(voice))),
            );
            assert.deepEqual([...ofCaption(j)], expected);
          }
        },
      ),
      { numRuns: runs(20) },
    );
  });

  test('the answer is not read: whose image a caption is does not enter', async () => {
    // Captions 0 and 1 are of image 0 and say different things; a list led by the label would let 1 speak for 0.
    const images = randomRows(6, 5, seeded(1));
    const captions = randomRows(6, 5, seeded(2));
    const sentences = matrix(
      6,
      6,
      Float32Array.from({ length: 36 }, (_, at) => (at % 7 === 0 ? 1 : 0)),
    );
    sentences.data.set([1, 0.1, 0, 0, 0, 0], 5 * 6);
    const { rows, columns } = await crossLists(images, captions, { k: 6 });
    const like = await selfLists(sentences, { k: 1 });
    assert.equal(like.items(0)[0], 5);
    const seen = [...rerankedImages(columns, rows, like, 6, 1)(0)];
    const expected = stable(order(captions, 0, images), (i) =>
      Math.min(...[0, 5].map((voice) => order(images, i, captions).indexOf(voice))),
    );
    assert.deepEqual(seen, expected);
  });

  test('scores follow the new order and keep everything else', async () => {
    const scores = productBlocks(V, T);
    const { rows, columns } = await scoreLists(scores, { k: 6 });
    const out = await denseScores(rerankedScores(scores, rerankedCaptions(rows, columns, 3)));
    const before = await denseScores(scores);
    const ranked = [0, 1, 2, 3, 4, 5].sort((a, b) => out.data[6 + b]! - out.data[6 + a]!);
    assert.deepEqual(ranked.slice(0, 3), [4, 1, 0]);
    closeTo(row(out, 1).slice().sort(), row(before, 1).slice().sort(), 0);
    for (const j of [2, 3, 5]) assert.equal(out.data[6 + j], before.data[6 + j]);
  });

  test('scaling the queries, and a single pair, change nothing', async () => {
    const scaled = matrix(
      6,
      4,
      V.data.map((value) => value * 3),
    );
    const lists = async (a: Matrix, b: Matrix): Promise<number[][]> => {
      const { rows, columns } = await crossLists(a, b, { k: 6 });
      const reorder = rerankedCaptions(rows, columns, 3);
      return Array.from({ length: a.rows }, (_, i) => [...reorder(i)]);
    };
    assert.deepEqual(await lists(scaled, T), await lists(V, T));
    assert.deepEqual(await lists(gatheredRows(V, [2]), gatheredRows(T, [2])), [[0]]);
  });
});

/** The released algorithm on dense matrices, written out naively. */
function denseKReciprocal(
  q: Matrix,
  g: Matrix,
  k1: number,
  k2: number,
  lambda: number,
): number[][] {
  const all = stackedRows(q, g);
  const n = all.rows;
  const indices = Array.from({ length: n }, (_, i) => i);
  const raw = indices.map((p) => indices.map((x) => Math.max(0, 2 - 2 * dotRows(all, p, all, x))));
  const d = raw.map((line) => line.map((value) => value / Math.max(...line)));
  const rank = indices.map((p) => [p, ...order(all, p, all, p)]);
  const near = (p: number, k: number): number[] => rank[p]!.slice(0, k + 1);
  const mutual = (p: number, k: number): number[] =>
    near(p, k).filter((x) => near(x, k).includes(p));
  const v = indices.map((p) => {
    const core = mutual(p, k1);
    const set = new Set(core);
    for (const x of core) {
      const half = mutual(x, Math.round(k1 / 2));
      if (half.filter((y) => core.includes(y)).length > (2 / 3) * half.length)
        half.forEach((y) => set.add(y));
    }
    const weights = indices.map((x) => (set.has(x) ? Math.exp(-d[p]![x]!) : 0));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => w / total);
  });
  const w = indices.map((p) => {
    const members = rank[p]!.slice(0, k2);
    return indices.map((x) => members.reduce((sum, y) => sum + v[y]![x]!, 0) / members.length);
  });
  return Array.from({ length: q.rows }, (_, p) =>
    Array.from({ length: g.rows }, (_, at) => {
      const x = q.rows + at;
      const shared = indices.reduce((sum, y) => sum + Math.min(w[p]![y]!, w[x]![y]!), 0);
      return (1 - lambda) * (1 - shared / (2 - shared)) + lambda * d[p]![x]!;
    }),
  );
}

async function sparseKReciprocal(
  q: Matrix,
  g: Matrix,
  options: { k1: number; k2: number; lambda: number },
): Promise<Matrix> {
  const encoding = await kReciprocalEncoding(stackedRows(q, g), options);
  const scores = kReciprocalScores(
    encoding,
    { start: 0, count: q.rows },
    { start: q.rows, count: g.rows },
  );
  const out = await denseScores(scores);
  return matrix(
    out.rows,
    out.columns,
    out.data.map((value) => -value),
  );
}

describe('k-reciprocal re-ranking', () => {
  test('the golden row', async () => {
    const out = await sparseKReciprocal(V, T, { k1: 3, k2: 2, lambda: 0.3 });
    closeTo(row(out, 0), [0.501837, 0.515548, 0.973376, 0.536136, 0.767426, 0.978113]);
  });

  test('sparse neighbour sets equal dense matrices for any sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        async (n, m, k1, k2, seed) => {
          const random = seeded(seed);
          const [q, g] = [randomRows(n, 4, random), randomRows(m, 4, random)];
          const options = { k1, k2, lambda: 0.3 };
          const expected = denseKReciprocal(q, g, k1, k2, 0.3).flat();
          closeTo((await sparseKReciprocal(q, g, options)).data, expected, 1e-5);
        },
      ),
      { numRuns: runs(20) },
    );
  });

  test('the gallery may ask as well: both directions share one encoding', async () => {
    const encoding = await kReciprocalEncoding(stackedRows(V, T), { k1: 3, k2: 2 });
    const back = kReciprocalScores(encoding, { start: 6, count: 6 }, { start: 0, count: 6 });
    closeTo(
      (await denseScores(back)).data.map((value) => -value),
      (await sparseKReciprocal(T, V, { k1: 3, k2: 2, lambda: 0.3 })).data,
      1e-6,
    );
  });

  test('permuting the gallery permutes the distances', async () => {
    const options = { k1: 5, k2: 3, lambda: 0.3 };
    const turn = [4, 2, 5, 0, 3, 1];
    const plain = await sparseKReciprocal(V, T, options);
    const turned = await sparseKReciprocal(V, gatheredRows(T, turn), options);
    for (let i = 0; i < 6; i++)
      closeTo(
        row(turned, i),
        turn.map((j) => row(plain, i)[j]!),
        1e-6,
      );
  });

  test('one item, none, and items that are all the same give numbers', async () => {
    const options = { k1: 20, k2: 6, lambda: 0.3 };
    const one = gatheredRows(V, [0]);
    for (const [q, g] of [
      [one, one],
      [gatheredRows(V, [0, 0, 0]), gatheredRows(V, [0, 0])],
    ] as const)
      assert.ok((await sparseKReciprocal(q, g, options)).data.every(Number.isFinite));
    assert.equal((await sparseKReciprocal(matrix(0, 4), T, options)).data.length, 0);
    assert.equal((await sparseKReciprocal(V, matrix(0, 4), options)).data.length, 0);
    assert.equal((await sparseKReciprocal(matrix(0, 4), matrix(0, 4), options)).data.length, 0);
  });
});
