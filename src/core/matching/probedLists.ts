import { throwIfCancelled } from '../cancellation.ts';
import type { AllPairsOptions, CrossLists } from './allPairs.ts';
import { type Cells, cellsOf, orderedByCell } from './cells.ts';
import { plainInnerProducts } from './innerProducts.ts';
import type { Matrix } from './matrix.ts';
import { gatheredRows, productBlocks, rowsFrom, walkScores } from './scoreBlocks.ts';
import { TopLists } from './topLists.ts';

export interface ProbeOptions extends AllPairsOptions {
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
const SELF_SHARE = 0.15;
const SHARE_ROWS = 100_000;
const SHARE_EXPONENT = 0.4;
/** The nearest cells of a row come first, so that its list soon holds rows near to it and takes few others. */
const FIRST_PROBES = 2;
/** Rows whose probes are held at once. */
const ROWS_AT_ONCE = 1 << 16;
/** Values of one product. */
const BLOCK_VALUES = 1 << 20;

/**
 * Nearest neighbours both ways, as `crossLists`, without comparing all pairs: the rows of each side are grouped into cells
 * (an inverted file, Sivic & Zisserman 2003; Jégou et al. 2011), and each row is compared with the cells whose centres are
 * nearest to it. Each product is offered to the lists of both rows: a neighbour is missed only if neither is in a cell near
 * the other. The similarities are exact; docs/scale.md has the recall. Deterministic.
 * @throws PairLensError `cancelled`.
 */
export async function probedCrossLists(
  a: Matrix,
  b: Matrix,
  options: ProbeOptions,
): Promise<CrossLists> {
  const rows = new TopLists(a.rows, options.k);
  const columns = new TopLists(b.rows, options.k);
  const half = (n: number): ProbeOptions => ({
    ...options,
    onProgress: (share) => options.onProgress?.((n + share) / 2),
  });
  await probe({ queries: a, items: b, ofQueries: rows, ofItems: columns }, half(0));
  await probe({ queries: b, items: a, ofQueries: columns, ofItems: rows }, half(1));
  return { rows, columns };
}

/** Nearest neighbours of the rows of `x` among themselves, as `selfLists`, by cells. @throws PairLensError `cancelled`. */
export async function probedSelfLists(x: Matrix, options: ProbeOptions): Promise<TopLists> {
  const lists = new TopLists(x.rows, options.k);
  await probe({ queries: x, items: x, ofQueries: lists, ofItems: lists }, options);
  return lists;
}

/** Two sides and the lists of their rows; one side may be both. */
interface Sides {
  readonly queries: Matrix;
  readonly items: Matrix;
  readonly ofQueries: TopLists;
  readonly ofItems: TopLists;
}

/** Compares each query with the items of the cells nearest to it. */
async function probe(sides: Sides, options: ProbeOptions): Promise<void> {
  const { queries, items } = sides;
  const count = Math.min(items.rows, options.cells ?? Math.ceil(items.rows / ROWS_OF_CELL));
  if (queries.rows === 0 || count === 0) return;
  const cells = await cellsOf(items, count, options);
  const probes = Math.min(count, options.probes ?? defaultProbes(sides, count));
  for (let start = 0; start < queries.rows; start += ROWS_AT_ONCE) {
    const end = Math.min(queries.rows, start + ROWS_AT_ONCE);
    const nearest = await nearestCells(rowsFrom(queries, start, end), cells, probes, options);
    const first = Math.min(FIRST_PROBES, probes);
    const turns = [
      [0, first],
      [first, probes],
    ] as const;
    let done = 0;
    for (const [from, to] of turns) {
      const probing = queriesOfCells(nearest, probes, [from, to], start, count);
      for (let cell = 0; cell < count; cell++) {
        const those = probing.queries.subarray(probing.starts[cell], probing.starts[cell + 1]);
        await compareWithCell(sides, those, cells, cell, options);
        done += those.length;
        const share = done / nearest.length;
        options.onProgress?.((start + share * (end - start)) / queries.rows);
      }
    }
  }
}

function defaultProbes({ queries, items }: Sides, cells: number): number {
  const share = queries === items ? SELF_SHARE : CROSS_SHARE;
  return Math.ceil(Math.min(1, share * (SHARE_ROWS / items.rows) ** SHARE_EXPONENT) * cells);
}

/** The `probes` cells nearest to each row, the nearest first; -1 for a row without products. */
async function nearestCells(
  x: Matrix,
  { centres }: Cells,
  probes: number,
  options: ProbeOptions,
): Promise<Int32Array> {
  const lists = new TopLists(x.rows, probes);
  const { thresholds } = lists;
  const quiet = { ...options, onProgress: () => undefined };
  await walkScores(
    productBlocks(x, centres, options.innerProducts),
    quiet,
    (values, start, end) => {
      for (let row = start, at = 0; row < end; row++) {
        for (let cell = 0; cell < centres.rows; cell++, at++) {
          if (values[at]! > thresholds[row]!) lists.offer(row, cell, values[at]!);
        }
      }
    },
  );
  return lists.indices;
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
  { queries, items, ofQueries, ofItems }: Sides,
  those: Int32Array,
  { order, starts }: Cells,
  cell: number,
  { innerProducts = plainInnerProducts, signal, pause }: ProbeOptions,
): Promise<void> {
  const members = order.subarray(starts[cell], starts[cell + 1]);
  const width = members.length;
  if (width === 0) return;
  const gallery = gatheredRows(items, members);
  const height = Math.max(1, Math.floor(BLOCK_VALUES / width));
  for (let start = 0; start < those.length; start += height) {
    throwIfCancelled(signal);
    const block = those.subarray(start, start + height);
    const values = await innerProducts(gatheredRows(queries, block), gallery);
    offerBlock(values, block, members, ofQueries, ofItems);
    await pause?.();
  }
}

function offerBlock(
  values: Float32Array,
  queries: Int32Array,
  members: Int32Array,
  ofQueries: TopLists,
  ofItems: TopLists,
): void {
  const isSelf = ofQueries === ofItems;
  const width = members.length;
  // Beside each other in memory; the thresholds of all lists are not.
  const limits = Float32Array.from(members, (item) => ofItems.thresholds[item]!);
  for (let r = 0, at = 0; r < queries.length; r++) {
    const query = queries[r]!;
    let limit = ofQueries.thresholds[query]!;
    for (let m = 0; m < width; m++, at++) {
      const value = values[at]!;
      if (value <= limit && value <= limits[m]!) continue;
      const item = members[m]!;
      if (isSelf && item === query) continue;
      if (value > limit) {
        ofQueries.offerOnce(query, item, value);
        limit = ofQueries.thresholds[query]!;
      }
      if (value > limits[m]!) {
        ofItems.offerOnce(item, query, value);
        limits[m] = ofItems.thresholds[item]!;
      }
    }
  }
}
