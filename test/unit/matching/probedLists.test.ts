import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crossLists, selfLists } from '../../../src/core/matching/allPairs.ts';
import {
  type ByteProducts,
  dotRows,
  type InnerProducts,
  plainByteProducts,
  plainInnerProducts,
} from '../../../src/core/matching/innerProducts.ts';
import { type Matrix, matrix } from '../../../src/core/matching/matrix.ts';
import {
  crossNeighbours,
  MOST_EXACT_ROWS,
  selfNeighbours,
} from '../../../src/core/matching/neighbourLists.ts';
import { probedCrossLists, probedSelfLists } from '../../../src/core/matching/probedLists.ts';
import type { TopLists } from '../../../src/core/matching/topLists.ts';
import { PairLensError } from '../../../src/core/errors.ts';
import { normaliseRows } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

/** Unit rows around some topics, with copies. */
function topical(rows: number, columns: number, seed: number): Matrix {
  const random = seeded(seed);
  const topics = randomRows(20, columns, random);
  const noise = randomRows(rows, columns, random);
  for (let r = 0; r < rows; r++) {
    const topic = Math.floor(20 * random());
    for (let c = 0; c < columns; c++) {
      const at = r * columns + c;
      noise.data[at] = 0.8 * noise.data[at]! + topics.data[topic * columns + c]!;
    }
  }
  normaliseRows(noise);
  noise.data.copyWithin(5 * columns, 0, 3 * columns);
  return noise;
}

/** Share of the exact lists that was found. */
function recall(found: TopLists, exact: TopLists): number {
  let hits = 0;
  let all = 0;
  for (let q = 0; q < exact.rows; q++) {
    const items = new Set(found.items(q));
    for (const item of exact.items(q)) if (items.has(item)) hits++;
    all += exact.count(q);
  }
  return hits / all;
}

function assertSound(lists: TopLists, queries: Matrix, items: Matrix): void {
  for (let q = 0; q < lists.rows; q++) {
    const found = [...lists.items(q)];
    assert.equal(new Set(found).size, found.length, `an item is twice in list ${q}`);
    if (queries === items) assert.ok(!found.includes(q), `row ${q} is its own neighbour`);
    let last = Infinity;
    for (const [p, item] of found.entries()) {
      const similarity = lists.similarities[q * lists.k + p]!;
      assert.ok(Math.abs(similarity - dotRows(queries, q, items, item)) < 1e-5);
      assert.ok(similarity <= last);
      last = similarity;
    }
  }
}

test('rows that are compared with all cells have the exact lists', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer(),
      async (n, m, k, cells, seed) => {
        const random = seeded(seed);
        const [a, b] = [randomRows(n, 7, random), randomRows(m, 7, random)];
        const options = { k, cells, probes: cells };
        const found = await probedCrossLists(a, b, options);
        const exact = await crossLists(a, b, options);
        assertSound(found.rows, a, b);
        assertSound(found.columns, b, a);
        const own = await probedSelfLists(a, options);
        assertSound(own, a, a);
        for (const [lists, wanted] of [
          [found.rows, exact.rows],
          [found.columns, exact.columns],
          [own, await selfLists(a, options)],
        ] as const) {
          wanted.similarities.forEach((value, p) => {
            assert.ok(
              value === lists.similarities[p] || Math.abs(value - lists.similarities[p]!) < 1e-5,
            );
          });
        }
      },
    ),
  );
});

test('rows that are compared with few cells find nearly all of their neighbours, none twice', async () => {
  const [a, b] = [topical(2000, 24, 1), topical(1700, 24, 2)];
  const options = { k: 12, cells: 40, probes: 8 };
  const found = await probedCrossLists(a, b, options);
  const exact = await crossLists(a, b, options);
  const own = await probedSelfLists(a, options);
  assertSound(found.rows, a, b);
  assertSound(found.columns, b, a);
  assertSound(own, a, a);
  assert.ok(recall(found.rows, exact.rows) > 0.97);
  assert.ok(recall(found.columns, exact.columns) > 0.97);
  assert.ok(recall(own, await selfLists(a, options)) > 0.97);
});

test('the same rows have the same lists', async () => {
  const x = topical(900, 16, 3);
  const options = { k: 10, cells: 30, probes: 3 };
  const [one, other] = [await probedSelfLists(x, options), await probedSelfLists(x, options)];
  assert.deepEqual(one.indices, other.indices);
  assert.deepEqual(one.similarities, other.similarities);
});

test('equal rows fill fewer cells than there are', async () => {
  const x = matrix(50, 4, new Float32Array(200).fill(0.5));
  const lists = await probedSelfLists(x, { k: 5, cells: 10, probes: 10 });
  assertSound(lists, x, x);
  for (let q = 0; q < 50; q++) assert.equal(lists.count(q), 5);
});

test('rows that are not numbers are no neighbours, and spoil no other list', async () => {
  const x = topical(600, 16, 8);
  for (const broken of [0, 137, 599]) x.data.fill(NaN, broken * 16, (broken + 1) * 16);
  const options = { k: 8, cells: 20, probes: 6 };
  const own = await probedSelfLists(x, options);
  const across = await probedCrossLists(x, x, options);
  const exact = await selfLists(x, options);
  for (const broken of [0, 137, 599]) {
    assert.equal(own.count(broken), 0);
    assert.ok(!own.indices.includes(broken));
    assert.ok(!across.rows.indices.includes(broken));
  }
  assertSound(own, x, x);
  assert.ok(recall(own, exact) > 0.95);
});

test('a search by cells stops at the next block once it is cancelled', async () => {
  const x = topical(900, 8, 5);
  const signal = { aborted: false };
  const shares: number[] = [];
  const run = probedSelfLists(x, {
    k: 3,
    cells: 30,
    signal,
    onProgress: (share) => {
      shares.push(share);
      signal.aborted = shares.length === 3;
    },
  });
  await assert.rejects(run, (error) => PairLensError.is(error, 'cancelled'));
  assert.equal(shares.length, 3);
});

test('lists are exact up to a number of rows, and above it most pairs are not compared', async () => {
  let products = 0;
  const counting: InnerProducts = Object.assign(
    (...args: Parameters<InnerProducts>) => {
      products += args[0].rows * args[1].rows;
      return plainInnerProducts(...args);
    },
    {
      ofBytes: (...[a, b, out]: Parameters<ByteProducts>) => {
        products += out.length;
        return plainByteProducts(a, b, out);
      },
    },
  );
  const options = { k: 2, innerProducts: counting };
  const small = topical(300, 8, 6);
  await selfNeighbours(small, options);
  await crossNeighbours(small, small, options);
  assert.ok(products >= 1.5 * small.rows ** 2);
  products = 0;
  const large = topical(MOST_EXACT_ROWS + 1, 2, 7);
  const shares: number[] = [];
  await selfNeighbours(large, { ...options, onProgress: (share) => shares.push(share) });
  assert.ok(products < large.rows ** 2 / 3);
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares,
    shares.toSorted((x, y) => x - y),
  );
});
