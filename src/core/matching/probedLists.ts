import { throwIfCancelled } from '../cancellation.ts';
import { type AllPairsOptions, type CrossLists, crossLists, selfLists } from './allPairs.ts';
import { type Cells, cellsOf, orderedByCell } from './cells.ts';
import { plainByteProducts, plainRowProducts, type RowProducts } from './innerProducts.ts';
import type { Matrix } from './matrix.ts';
import { rowsFrom, walkProducts } from './scoreBlocks.ts';
import { placesOfLargest } from './selection.ts';
import { ByteLists } from './simd/byteLists.ts';
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
  const [half, other] = [0, 1].map((n) => ({
    ...options,
    onProgress: (share: number) => options.onProgress?.((n + share) / 2),
  }));
  const ofA = await cellsFor(a, options);
  const ofB = await cellsFor(b, options);
  const widest = Math.max(widestOf(ofA), widestOf(ofB));
  const lists = ByteLists.open([a, b], options.k + SPARE, widest);
  if (lists === undefined) return crossLists(a, b, options);
  await probe(lists, { rows: a, side: 0 }, { rows: b, side: 1, cells: ofB }, half!);
  await probe(lists, { rows: b, side: 1 }, { rows: a, side: 0, cells: ofA }, other!);
  return {
    rows: await rescored(lists, 0, a, b, options),
    columns: await rescored(lists, 1, b, a, options),
  };
}

/** Nearest neighbours of the rows of `x` among themselves, as `selfLists`, by cells. @throws PairLensError `cancelled`. */
export async function probedSelfLists(x: Matrix, options: ProbeOptions): Promise<TopLists> {
  const cells = await cellsFor(x, options);
  const lists = ByteLists.open([x], options.k + SPARE, widestOf(cells));
  if (lists === undefined) return selfLists(x, options);
  await probe(lists, { rows: x, side: 0 }, { rows: x, side: 0, cells }, options);
  return rescored(lists, 0, x, x, options);
}

/** The best of the lists of a side by the products of the rows as they are. */
async function rescored(
  lists: ByteLists,
  side: number,
  queries: Matrix,
  items: Matrix,
  { k, rowProducts = plainRowProducts, signal, pause }: ProbeOptions,
): Promise<TopLists> {
  const out = new TopLists(queries.rows, k);
  const product = rowProducts.between(queries, items);
  for (let q = 0; q < queries.rows; q++) {
    if (q % RESCORED_PER_TURN === 0) {
      throwIfCancelled(signal);
      await pause?.();
    }
    for (const item of lists.items(side, q)) {
      const similarity = product(q, item);
      if (similarity > out.thresholds[q]!) out.offer(q, item, similarity);
    }
  }
  return out;
}

/** The rows that probe, or that are probed by their cells. */
interface Probing {
  readonly rows: Matrix;
  /** Number of their side in the lists. */
  readonly side: number;
}
interface Probed extends Probing {
  readonly cells: Cells;
}

function cellsFor(items: Matrix, options: ProbeOptions): Promise<Cells> {
  const count = Math.min(items.rows, options.cells ?? Math.ceil(items.rows / ROWS_OF_CELL));
  return cellsOf(items, count, options);
}

/** Compares each query with the items of the cells nearest to it. */
async function probe(
  lists: ByteLists,
  queries: Probing,
  items: Probed,
  options: ProbeOptions,
): Promise<void> {
  const { rows } = queries.rows;
  const { cells } = items;
  const count = cells.centres.rows;
  if (rows === 0 || count === 0) return;
  const probes = Math.min(count, options.probes ?? defaultProbes(queries, items, count));
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const end = Math.min(rows, start + ROWS_AT_ONCE);
    const nearest = await nearestCells(rowsFrom(queries.rows, start, end), cells, probes, options);
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
        const members = cells.order.subarray(cells.starts[cell], cells.starts[cell + 1]);
        await compare(lists, [queries.side, those], [items.side, members], options);
        done += those.length;
        const share = done / nearest.length;
        options.onProgress?.((start + share * (end - start)) / rows);
      }
    }
  }
}

function widestOf({ starts }: Cells): number {
  let widest = 1;
  for (let cell = 1; cell < starts.length; cell++) {
    widest = Math.max(widest, starts[cell]! - starts[cell - 1]!);
  }
  return widest;
}

function defaultProbes(queries: Probing, items: Probing, cells: number): number {
  const share = queries.side === items.side ? SELF_SHARE : CROSS_SHARE;
  return Math.ceil(Math.min(1, share * (SHARE_ROWS / items.rows.rows) ** SHARE_EXPONENT) * cells);
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

/** Compares rows of one side with the members of a cell of the same or the other: both with the number of the side. */
async function compare(
  lists: ByteLists,
  [side, those]: readonly [number, Int32Array],
  [cellSide, members]: readonly [number, Int32Array],
  { innerProducts, signal, pause }: ProbeOptions,
): Promise<void> {
  if (members.length === 0 || those.length === 0) return;
  const multiply = innerProducts?.ofBytes ?? plainByteProducts;
  const group = lists.setGroup(cellSide, members);
  for (let start = 0; start < those.length; start += lists.most) {
    throwIfCancelled(signal);
    const block = those.subarray(start, start + lists.most);
    const { data, products } = lists.gathered(side, block);
    await multiply({ rows: block.length, columns: lists.length, data }, group, products);
    lists.offer(side, cellSide);
    await pause?.();
  }
}
