import { throwIfCancelled } from '../cancellation.ts';
import { type AllPairsOptions, type CrossLists, crossLists, selfLists } from './allPairs.ts';
import { type Cells, cellsOf, orderedByCell } from './cells.ts';
import { plainByteProducts, plainRowProducts, type RowProducts } from './innerProducts.ts';
import type { Matrix } from './matrix.ts';
import { rowsFrom, walkProducts } from './scoreBlocks.ts';
import { placesOfLargest } from './selection.ts';
import { ByteRows } from './simd/byteRows.ts';
import { TopLists } from './topLists.ts';

export interface ProbeOptions extends AllPairsOptions {
  /** Computes the similarities of the lists; default: plain JavaScript. */
  readonly rowProducts?: RowProducts;
  /** Cells that the rows of one side are grouped into; default: by their number. */
  readonly cells?: number;
  /** Cells that each row is compared with; default: by the number of cells. */
  readonly probes?: number;
}

const ROWS_OF_CELL = 128;
/**
 * Share of the cells that each row is compared with, for this many rows; it falls with the number of rows. Measured to find
 * 99 of 100 neighbours (docs/adr/0016-neighbours-by-cells.md).
 */
const CROSS_SHARE = 0.1;
const SELF_SHARE = 0.18;
const SHARE_ROWS = 100_000;
const SHARE_EXPONENT = 0.3;
/** The nearest cells of a row come first, so that its list soon holds rows near to it and takes few others. */
const FIRST_PROBES = 2;
const NEXT_PROBES = 10;
/** Rows whose probes are held at once. */
const ROWS_AT_ONCE = 1 << 16;
/** Rounded products may change the places of rows that are nearly as near: so many more are compared exactly. */
const SPARE = 12;
const RESCORED_PER_TURN = 500;

/**
 * Nearest neighbours both ways, as `crossLists`, without comparing all pairs: the rows of each side are grouped into cells
 * (an inverted file, Sivic & Zisserman 2003; Jégou et al. 2011), and each row is compared with the cells whose centres are
 * nearest to it. Each product is offered to the lists of both rows: a neighbour is missed only if neither is in a cell near
 * the other. Rows are compared as bytes, and the nearest of each again as they are: the similarities are exact; docs/scale.md has
 * the recall. Deterministic.
 * @throws PairLensError `cancelled`.
 */
export async function probedCrossLists(
  a: Matrix,
  b: Matrix,
  options: ProbeOptions,
): Promise<CrossLists> {
  const rows = new TopLists(a.rows, options.k + SPARE);
  const columns = new TopLists(b.rows, options.k + SPARE);
  const half = (n: number): ProbeOptions => ({
    ...options,
    onProgress: (share) => options.onProgress?.((n + share) / 2),
  });
  const done =
    (await probe({ queries: a, items: b, ofQueries: rows, ofItems: columns }, half(0))) &&
    (await probe({ queries: b, items: a, ofQueries: columns, ofItems: rows }, half(1)));
  if (!done) return crossLists(a, b, options);
  return {
    rows: await rescored(rows, a, b, options),
    columns: await rescored(columns, b, a, options),
  };
}

/** Nearest neighbours of the rows of `x` among themselves, as `selfLists`, by cells. @throws PairLensError `cancelled`. */
export async function probedSelfLists(x: Matrix, options: ProbeOptions): Promise<TopLists> {
  const lists = new TopLists(x.rows, options.k + SPARE);
  const done = await probe({ queries: x, items: x, ofQueries: lists, ofItems: lists }, options);
  return done ? rescored(lists, x, x, options) : selfLists(x, options);
}

/** The best of some lists by the products of the rows as they are. */
async function rescored(
  lists: TopLists,
  queries: Matrix,
  items: Matrix,
  { k, rowProducts = plainRowProducts, signal, pause }: ProbeOptions,
): Promise<TopLists> {
  const out = new TopLists(lists.rows, k);
  const product = rowProducts.between(queries, items);
  for (let q = 0; q < lists.rows; q++) {
    if (q % RESCORED_PER_TURN === 0) {
      throwIfCancelled(signal);
      await pause?.();
    }
    for (const item of lists.items(q)) {
      const similarity = product(q, item);
      if (similarity > out.thresholds[q]!) out.offer(q, item, similarity);
    }
  }
  return out;
}

/** Two sides and the lists of their rows; one side may be both. */
interface Sides {
  readonly queries: Matrix;
  readonly items: Matrix;
  readonly ofQueries: TopLists;
  readonly ofItems: TopLists;
}

/** Compares each query with the items of the cells nearest to it. False if the runtime cannot. */
async function probe(sides: Sides, options: ProbeOptions): Promise<boolean> {
  const { queries, items } = sides;
  const count = Math.min(items.rows, options.cells ?? Math.ceil(items.rows / ROWS_OF_CELL));
  if (queries.rows === 0 || count === 0) return true;
  const cells = await cellsOf(items, count, options);
  const bytes = ByteRows.open(queries, widestOf(cells));
  if (bytes === undefined) return false;
  const probes = Math.min(count, options.probes ?? defaultProbes(sides, count));
  for (let start = 0; start < queries.rows; start += ROWS_AT_ONCE) {
    const end = Math.min(queries.rows, start + ROWS_AT_ONCE);
    const nearest = await nearestCells(rowsFrom(queries, start, end), cells, probes, options);
    const [first, next] = [Math.min(FIRST_PROBES, probes), Math.min(NEXT_PROBES, probes)];
    const turns = [
      [0, first],
      [first, next],
      [next, probes],
    ] as const;
    let done = 0;
    for (const [from, to] of turns) {
      const probing = queriesOfCells(nearest, probes, [from, to], start, count);
      for (let cell = 0; cell < count; cell++) {
        const those = probing.queries.subarray(probing.starts[cell], probing.starts[cell + 1]);
        await compareWithCell(sides, bytes, those, cells, cell, options);
        done += those.length;
        const share = done / nearest.length;
        options.onProgress?.((start + share * (end - start)) / queries.rows);
      }
    }
  }
  return true;
}

function widestOf({ starts }: Cells): number {
  let widest = 1;
  for (let cell = 1; cell < starts.length; cell++) {
    widest = Math.max(widest, starts[cell]! - starts[cell - 1]!);
  }
  return widest;
}

function defaultProbes({ queries, items }: Sides, cells: number): number {
  const share = queries === items ? SELF_SHARE : CROSS_SHARE;
  return Math.ceil(Math.min(1, share * (SHARE_ROWS / items.rows) ** SHARE_EXPONENT) * cells);
}

/** The `probes` cells nearest to each row, the nearest first as far as it matters; -1 for a row without products. */
async function nearestCells(
  x: Matrix,
  { centres }: Cells,
  probes: number,
  options: ProbeOptions,
): Promise<Int32Array> {
  const nearest = new Int32Array(x.rows * probes);
  const quiet = { ...options, onProgress: () => undefined };
  await walkProducts(x, centres, quiet, (values, start, end) => {
    for (let row = start; row < end; row++) {
      const at = (row - start) * centres.rows;
      const products = values.subarray(at, at + centres.rows);
      const places = nearest.subarray(row * probes, (row + 1) * probes);
      placesOfLargest(products, places, NEXT_PROBES);
    }
  });
  return nearest;
}

/** The queries that probe each cell: those of cell c are `queries[starts[c] .. starts[c + 1]]`. */
function queriesOfCells(
  nearest: Int32Array,
  probes: number,
  [from, to]: readonly [number, number],
  firstQuery: number,
  count: number,
): { readonly queries: Int32Array; readonly starts: Int32Array } {
  const rows = nearest.length / probes;
  const width = to - from;
  const cellOf = new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    cellOf.set(nearest.subarray(row * probes + from, row * probes + to), row * width);
  }
  const { order: queries, starts } = orderedByCell(cellOf, count);
  queries.forEach((at, n) => (queries[n] = firstQuery + Math.floor(at / width)));
  return { queries, starts };
}

async function compareWithCell(
  { items, ofQueries, ofItems }: Sides,
  bytes: ByteRows,
  those: Int32Array,
  { order, starts }: Cells,
  cell: number,
  { innerProducts, signal, pause }: ProbeOptions,
): Promise<void> {
  const members = order.subarray(starts[cell], starts[cell + 1]);
  if (members.length === 0 || those.length === 0) return;
  const multiply = innerProducts?.ofBytes ?? plainByteProducts;
  const group = bytes.setGroup(items, members);
  for (let start = 0; start < those.length; start += bytes.most) {
    throwIfCancelled(signal);
    const block = those.subarray(start, start + bytes.most);
    const { data, products } = bytes.gathered(block);
    await multiply({ rows: block.length, columns: bytes.length, data }, group, products);
    offerBlock(bytes, block, members, ofQueries, ofItems);
    await pause?.();
  }
}

function offerBlock(
  bytes: ByteRows,
  queries: Int32Array,
  members: Int32Array,
  ofQueries: TopLists,
  ofItems: TopLists,
): void {
  const isSelf = ofQueries === ofItems;
  const { hits } = bytes;
  for (let n = 0; n < members.length; n++) bytes.setLimit(n, ofItems.thresholds[members[n]!]!);
  for (let place = 0; place < queries.length; place++) {
    const query = queries[place]!;
    const count = bytes.above(query, place, ofQueries.thresholds[query]!);
    for (let h = 0; h < count; h++) {
      const n = hits[h]!;
      const item = members[n]!;
      if (isSelf && item === query) continue;
      const value = bytes.product(query, place, n);
      ofQueries.offerOnce(query, item, value);
      if (value > bytes.limit(n)) {
        ofItems.offerOnce(item, query, value);
        bytes.setLimit(n, ofItems.thresholds[item]!);
      }
    }
  }
}
