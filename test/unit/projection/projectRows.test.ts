import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Matrix, matrix } from '../../../src/core/matching/matrix.ts';
import { selfNeighbours } from '../../../src/core/matching/neighbourLists.ts';
import { placeAmong, projectRows } from '../../../src/core/projection/projectRows.ts';
import { regionsOf } from '../../../src/core/projection/regions.ts';
import { regionWords } from '../../../src/core/projection/regionWords.ts';
import { spread } from '../../../src/core/projection/spread.ts';
import { mulberry32 } from '../../../src/core/random.ts';
import { runToCompletion } from '../../../src/core/steps.ts';

const CLOUDS = 6;
const COLUMNS = 24;

/** Unit rows in clouds: row i is of cloud i % CLOUDS. */
function clouds(rows: number): Matrix {
  const random = mulberry32(11);
  const vector = () => Float64Array.from({ length: COLUMNS }, () => random() - 0.5);
  const middles = Array.from({ length: CLOUDS }, vector);
  const out = matrix(rows, COLUMNS);
  for (let i = 0; i < rows; i++) {
    const own = vector().map((value, c) => middles[i % CLOUDS]![c]! + 0.4 * value);
    const length = Math.hypot(...own);
    out.data.set(
      own.map((value) => value / length),
      i * COLUMNS,
    );
  }
  return out;
}

async function listed(rows: number) {
  const space = clouds(rows);
  return { space, lists: await selfNeighbours(space, { k: 20 }) };
}

const everyRow = (rows: number) => Int32Array.from({ length: rows }, (_, i) => i);

/** Which share of the items has an item of its own cloud as its nearest in the plane. */
function purity(places: Float32Array): number {
  const items = places.length / 2;
  let pure = 0;
  for (let i = 0; i < items; i++) {
    let nearest = -1;
    let least = Infinity;
    for (let j = 0; j < items; j++) {
      const apart = Math.hypot(
        places[2 * i]! - places[2 * j]!,
        places[2 * i + 1]! - places[2 * j + 1]!,
      );
      if (j !== i && apart < least) [nearest, least] = [j, apart];
    }
    if (nearest % CLOUDS === i % CLOUDS) pure++;
  }
  return pure / items;
}

test('similar rows lie close together, on every run at the same places', async () => {
  const rows = await listed(300);
  const shares: number[] = [];
  const onShare = (share: number) => shares.push(share);
  const places = runToCompletion(projectRows(rows, everyRow(300), { onShare }));
  assert.ok(purity(places) > 0.97, `${purity(places)}`);
  assert.deepEqual(places, runToCompletion(projectRows(rows, everyRow(300))));
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
});

test('of many rows a sample is laid out, and the others lie among their own', async () => {
  const rows = await listed(600);
  const places = runToCompletion(projectRows(rows, everyRow(600), { most: 120 }));
  assert.ok(places.every(Number.isFinite));
  assert.ok(purity(places) > 0.9, `${purity(places)}`);
});

test('a new row lies among those like it; the others stay where they are', async () => {
  const rows = await listed(120);
  const known = new Map<number, [number, number]>();
  // A plane where each cloud is a single place.
  for (let i = 1; i < 120; i++) known.set(i, [10 * (i % CLOUDS), 5]);
  const places = runToCompletion(placeAmong(rows, everyRow(120), known));
  assert.deepEqual([...places.subarray(0, 2)], [0, 5]);
  assert.deepEqual([...places.subarray(2, 4)], [10, 5]);
});

test('a row without neighbours has a place, too', async () => {
  const rows = await listed(12);
  rows.lists.replace(3, [], []);
  const places = runToCompletion(projectRows(rows, everyRow(12)));
  assert.ok(places.every(Number.isFinite));
  const alone = runToCompletion(placeAmong(rows, Int32Array.of(3), new Map()));
  assert.deepEqual([...alone], [0, 0]);
});

test('copies of a row have finite places', async () => {
  const space = matrix(40, COLUMNS);
  for (let i = 0; i < 40; i++) space.data[i * COLUMNS] = 1;
  const rows = { space, lists: await selfNeighbours(space, { k: 10 }) };
  const places = runToCompletion(projectRows(rows, everyRow(40)));
  assert.ok(places.every(Number.isFinite));
});

test('points lie within the unit square, several of an item side by side', () => {
  const places = Float32Array.of(-5, 2, 3, 2, 3, 8);
  const points = spread(places, Int32Array.of(0, 1, 2, 2, 2, 1));
  assert.ok(points.every((value) => value >= 0 && value <= 1));
  const keys = Array.from({ length: 6 }, (_, p) => `${points[2 * p]} ${points[2 * p + 1]}`);
  assert.equal(new Set(keys).size, 6);
  // Width and height keep their ratio: 8 to 6.
  assert.equal(points[0], 0);
  assert.ok(Math.abs(points[2]! - 1) < 0.01);
  assert.ok(Math.abs(points[5]! - points[3]! - 6 / 8) < 0.01);
  const single = spread(Float32Array.of(7, 7), Int32Array.of(0));
  assert.deepEqual([...single], [0.5, 0.5]);
});

test('regions are clouds of the plane, the largest first; their words are those that others lack', () => {
  const places = new Float32Array(2 * 150);
  // Three clouds of 80, 50 and 20.
  const cloudOf = (i: number) => (i < 80 ? 0 : i < 130 ? 1 : 2);
  for (let i = 0; i < 150; i++) places.set([10 * cloudOf(i) + (i % 7) / 10, (i % 5) / 10], 2 * i);
  const regions = runToCompletion(regionsOf(places));
  assert.equal(regions.count, 3);
  const sizes = [0, 1, 2].map((region) => regions.of.filter((own) => own === region).length);
  assert.deepEqual(sizes, [80, 50, 20]);
  const words = regionWords(regions, (i) => [
    'picture',
    ['cat', 'dog', 'boat'][cloudOf(i)]!,
    `number${i}`,
  ]);
  assert.deepEqual(words, [['cat'], ['dog'], ['boat']]);
});
