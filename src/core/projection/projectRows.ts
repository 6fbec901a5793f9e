import { dotRows } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import type { TopLists } from '../matching/topLists.ts';
import type { Steps } from '../steps.ts';
import { layOut, type Places } from './layOut.ts';
import { type NearestOthers, neighbourGraph } from './neighbourGraph.ts';
import { principalPlane } from './principalPlane.ts';

/** Rows of unit length with the nearest neighbours of each. */
export interface ListedRows {
  readonly space: Matrix;
  /** For each row the most similar others, best first. */
  readonly lists: TopLists;
}

/** Neighbours of an item that its place depends on. */
const NEIGHBOURS = 15;
/** More rows than this are not laid out: the others are put among their neighbours. */
export const MOST_LAID_OUT = 50_000;

/**
 * Places of rows in the plane, similar ones close together (UMAP). Of more than `most` rows an even sample is laid out; each other row
 * is put between its nearest of the sample.
 * @param rows distinct rows, in an order that depends on their content only
 */
export function* projectRows(
  listed: ListedRows,
  rows: Int32Array,
  {
    most = MOST_LAID_OUT,
    onShare,
  }: { readonly most?: number; readonly onShare?: (share: number) => void } = {},
): Steps<Places> {
  const every = Math.max(1, Math.ceil(rows.length / most));
  const sample = rows.filter((_, n) => n % every === 0);
  const nearest = yield* nearestOthers(listed, sample);
  const edges = yield* neighbourGraph(nearest);
  const laidOut = yield* layOut(yield* principalPlane(listed.space, sample), edges, onShare);
  if (sample.length === rows.length) return laidOut;
  const placeOf = new Map([...sample].map((r, i) => [r, laidOut.subarray(2 * i, 2 * i + 2)]));
  return yield* placeAmong(listed, rows, placeOf);
}

/** Rows that are placed, or whose neighbours are collected, between two steps. */
const PER_STEP = 500;

/**
 * Places of rows of which some are known: each other row is put between its nearest known ones, or at the origin if there is none.
 */
export function* placeAmong(
  listed: ListedRows,
  rows: Int32Array,
  placeOf: ReadonlyMap<number, ArrayLike<number>>,
): Steps<Places> {
  const places = new Float32Array(rows.length * 2);
  for (const [i, r] of rows.entries()) {
    if (i % PER_STEP === 0) yield;
    const known = placeOf.get(r);
    if (known !== undefined) places.set([known[0]!, known[1]!], 2 * i);
    else places.set(between(listed, r, placeOf), 2 * i);
  }
  return places;
}

/** Known neighbours that a row is put between. */
const BETWEEN = 3;

function between(
  listed: ListedRows,
  r: number,
  placeOf: ReadonlyMap<number, ArrayLike<number>>,
): [number, number] {
  const near = nearestAmong(listed, r, BETWEEN, (other) => placeOf.has(other));
  let [x, y, total] = [0, 0, 0];
  for (const { row, similarity } of near) {
    // The place of the nearest counts most: the mean of distant ones lies where nothing else is.
    const weight = Math.exp(20 * (similarity - near[0]!.similarity));
    const [left = 0, top = 0] = Array.from(placeOf.get(row) ?? []);
    x += weight * left;
    y += weight * top;
    total += weight;
  }
  return total > 0 ? [x / total, y / total] : [0, 0];
}

function* nearestOthers(listed: ListedRows, sample: Int32Array): Steps<NearestOthers> {
  const itemOf = new Int32Array(listed.space.rows).fill(-1);
  for (const [i, r] of sample.entries()) itemOf[r] = i;
  const k = Math.max(1, Math.min(NEIGHBOURS, sample.length - 1));
  const indices = new Int32Array(sample.length * k).fill(-1);
  const distances = new Float32Array(sample.length * k);
  for (const [i, r] of sample.entries()) {
    if (i % PER_STEP === 0) yield;
    const near = nearestAmong(listed, r, k, (other) => itemOf[other]! >= 0);
    for (const [p, { row, similarity }] of near.entries()) {
      indices[i * k + p] = itemOf[row]!;
      distances[i * k + p] = Math.max(0, 1 - similarity);
    }
  }
  return { items: sample.length, k, indices, distances };
}

interface Near {
  readonly row: number;
  readonly similarity: number;
}

/** The nearest rows of a set: those of the list of a row, and if these are too few, those of the lists of its neighbours. */
function nearestAmong(
  { space, lists }: ListedRows,
  r: number,
  k: number,
  isOf: (row: number) => boolean,
): Near[] {
  const near: Near[] = [];
  const own = lists.items(r);
  for (const [p, row] of own.entries()) {
    if (near.length === k) return near;
    if (isOf(row)) near.push({ row, similarity: lists.similarities[r * lists.k + p]! });
  }
  const seen = new Set([r, ...own]);
  for (const step of own) {
    for (const row of lists.items(step)) {
      if (seen.has(row)) continue;
      seen.add(row);
      if (isOf(row)) near.push({ row, similarity: dotRows(space, r, space, row) });
    }
    if (near.length >= 2 * k) break;
  }
  return near.sort((a, b) => b.similarity - a.similarity).slice(0, k);
}
