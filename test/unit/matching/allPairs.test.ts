import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crossLists, selfLists } from '../../../src/core/matching/allPairs.ts';
import {
  type InnerProducts,
  dotRows,
  plainInnerProducts,
} from '../../../src/core/matching/innerProducts.ts';
import { type Matrix, matrix } from '../../../src/core/matching/matrix.ts';
import { PairLensError } from '../../../src/core/errors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

/** The list a person would write down: every product, sorted, ties by index. */
function naive(a: Matrix, i: number, b: Matrix, k: number, skip = -1): number[] {
  return Array.from({ length: b.rows }, (_, j) => j)
    .filter((j) => j !== skip)
    .map((j) => ({ j, s: Math.fround(dotRows(a, i, b, j)) }))
    .sort((x, y) => y.s - x.s || x.j - y.j)
    .slice(0, k)
    .map(({ j }) => j);
}

/** One inner product at a time, so that ties are ties whichever block they fall into. */
const exactProducts: InnerProducts = (a, b) => {
  const out = new Float32Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.rows; j++) out[i * b.rows + j] = dotRows(a, i, b, j);
  return Promise.resolve(out);
};

test('both directions of the cross lists equal a naive sort for any sizes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer(),
      async (n, m, k, d, seed) => {
        const random = seeded(seed);
        const a = randomRows(n, d, random);
        const b = randomRows(m, d, random);
        const { rows, columns } = await crossLists(a, b, { k, innerProducts: exactProducts });
        for (let i = 0; i < n; i++) assert.deepEqual([...rows.items(i)], naive(a, i, b, k));
        for (let j = 0; j < m; j++) assert.deepEqual([...columns.items(j)], naive(b, j, a, k));
      },
    ),
  );
});

test('lists that span many blocks equal a naive sort', async () => {
  const random = seeded(7);
  const a = randomRows(1300, 8, random);
  const b = randomRows(5200, 8, random);
  const options = { k: 5, innerProducts: exactProducts };
  const { rows, columns } = await crossLists(a, b, options);
  for (const i of [0, 511, 512, 806, 807, 1299])
    assert.deepEqual([...rows.items(i)], naive(a, i, b, 5));
  for (const j of [0, 1, 2600, 5199]) assert.deepEqual([...columns.items(j)], naive(b, j, a, 5));
  const own = await selfLists(b, options);
  for (const j of [0, 511, 806, 807, 2600, 5199])
    assert.deepEqual([...own.items(j)], naive(b, j, b, 5, j));
});

test('long lists equal a naive sort, ties included', async () => {
  const random = seeded(11);
  const [a, b] = [randomRows(90, 3, random), randomRows(200, 3, random)];
  b.data.copyWithin(60 * 3, 20 * 3, 40 * 3);
  const options = { k: 70, innerProducts: exactProducts };
  const { rows, columns } = await crossLists(a, b, options);
  for (let i = 0; i < 90; i++) assert.deepEqual([...rows.items(i)], naive(a, i, b, 70));
  for (let j = 0; j < 200; j++) assert.deepEqual([...columns.items(j)], naive(b, j, a, 70));
});

test('a row is never its own neighbour, its exact twin is', async () => {
  const x = randomRows(40, 6, seeded(1));
  x.data.copyWithin(30 * 6, 3 * 6, 4 * 6);
  const lists = await selfLists(x, { k: 4, innerProducts: exactProducts });
  for (let i = 0; i < 40; i++) assert.ok(!lists.items(i).includes(i));
  assert.equal(lists.items(3)[0], 30);
  assert.equal(lists.items(30)[0], 3);
});

test('permuting the items permutes the lists, scaling the queries keeps them', async () => {
  const random = seeded(3);
  const a = randomRows(20, 5, random);
  const b = randomRows(25, 5, random);
  const reversed = matrix(25, 5);
  for (let j = 0; j < 25; j++) reversed.data.set(b.data.subarray(j * 5, j * 5 + 5), (24 - j) * 5);
  const scaled = matrix(
    20,
    5,
    a.data.map((v) => v * 4),
  );
  const plain = (await crossLists(a, b, { k: 6 })).rows;
  const permuted = (await crossLists(scaled, reversed, { k: 6 })).rows;
  for (let i = 0; i < 20; i++)
    assert.deepEqual(
      [...permuted.items(i)].map((j) => 24 - j),
      [...plain.items(i)],
    );
});

test('the blocked kernel agrees with one product at a time on every remainder of its tile', async () => {
  for (const [n, m, d] of [
    [1, 1, 1],
    [4, 2, 3],
    [7, 5, 9],
    [9, 3, 384],
  ] as const) {
    const random = seeded(n * 100 + m);
    const a = randomRows(n, d, random);
    const b = randomRows(m, d, random);
    const [fast, slow] = [await plainInnerProducts(a, b), await exactProducts(a, b)];
    fast.forEach((value, at) => assert.ok(Math.abs(value - slow[at]!) < 1e-6));
  }
});

test('a search stops at the next block once it is cancelled', async () => {
  const x = randomRows(3000, 4, seeded(2));
  const signal = { aborted: false };
  let blocks = 0;
  const run = selfLists(x, {
    k: 3,
    signal,
    onProgress: () => {
      blocks++;
      signal.aborted = true;
    },
  });
  await assert.rejects(run, (error) => PairLensError.is(error, 'cancelled'));
  assert.equal(blocks, 1);
});

test('a kernel that fails on a later block fails the search, not the process', async () => {
  const x = randomRows(3000, 4, seeded(2));
  let calls = 0;
  const failing: InnerProducts = (a, b) =>
    ++calls === 2 ? Promise.reject(new Error('out of memory')) : plainInnerProducts(a, b);
  await assert.rejects(selfLists(x, { k: 3, innerProducts: failing }), /out of memory/);
});
