import { type Matrix, matrix } from './matrix.ts';
import { gatheredRows, type MatchOptions, walkProducts } from './scoreBlocks.ts';

/** Rounds of k-means, and rows of each cell that take part: more of either changes the cells little. */
const ROUNDS = 4;
const ROWS_OF_CELL = 24;

/** Rows of a matrix, grouped by nearness. */
export interface Cells {
  /** Mean row of each cell (cells, d). */
  readonly centres: Matrix;
  /** The rows, those of one cell after those of another, ascending within each. */
  readonly order: Int32Array;
  /** Where each cell starts in `order`, and at the end the number of rows. */
  readonly starts: Int32Array;
}

/**
 * Groups the rows of `x` (n, d) into `count` cells by k-means on an even sample of them. Deterministic.
 * @throws PairLensError `cancelled`.
 */
export async function cellsOf(x: Matrix, count: number, options: MatchOptions): Promise<Cells> {
  const sample = gatheredRows(x, evenly(x.rows, count * ROWS_OF_CELL));
  let centres = gatheredRows(sample, evenly(sample.rows, count));
  for (let round = 0; round < ROUNDS; round++) {
    centres = meansOf(sample, await nearestCentres(sample, centres, options), centres);
  }
  const cellOf = await nearestCentres(x, centres, options);
  return { centres, ...orderedByCell(cellOf, centres.rows) };
}

/** Sorts the places of `cellOf` by the cell there, one of `count`; places with -1 are left out. A counting sort, stable. */
export function orderedByCell(cellOf: Int32Array, count: number): Pick<Cells, 'order' | 'starts'> {
  const starts = new Int32Array(count + 1);
  for (const cell of cellOf) if (cell >= 0) starts[cell + 1]! += 1;
  for (let cell = 0; cell < count; cell++) starts[cell + 1]! += starts[cell]!;
  const order = new Int32Array(starts[count]!);
  const next = starts.slice();
  cellOf.forEach((cell, at) => {
    if (cell >= 0) order[next[cell]!++] = at;
  });
  return { order, starts };
}

/** The nearest centre of each row by Euclidean distance. */
async function nearestCentres(
  x: Matrix,
  centres: Matrix,
  options: MatchOptions,
): Promise<Int32Array> {
  const { rows: count, columns } = centres;
  const halfSquares = new Float32Array(count);
  for (let at = 0; at < centres.data.length; at++) {
    halfSquares[Math.floor(at / columns)]! += centres.data[at]! ** 2 / 2;
  }
  const nearest = new Int32Array(x.rows);
  const quiet = { ...options, onProgress: () => undefined };
  await walkProducts(x, centres, quiet, (values, start, end) => {
    for (let row = start, at = 0; row < end; row++) {
      let best = -Infinity;
      for (let cell = 0; cell < count; cell++, at++) {
        const value = values[at]! - halfSquares[cell]!;
        // False for NaN, as a broken encoder may give: such a row is left alone, and spoils no other.
        if (!(value > best)) continue;
        best = value;
        nearest[row] = cell;
      }
    }
  });
  return nearest;
}

/** Mean of the rows of each cell; that of before for a cell without rows. */
function meansOf(x: Matrix, cellOf: Int32Array, before: Matrix): Matrix {
  const { columns } = x;
  const sums = matrix(before.rows, columns);
  const counts = new Int32Array(before.rows);
  cellOf.forEach((cell, row) => {
    counts[cell]! += 1;
    for (let c = 0; c < columns; c++) {
      sums.data[cell * columns + c]! += x.data[row * columns + c]!;
    }
  });
  for (let at = 0; at < sums.data.length; at++) {
    const count = counts[Math.floor(at / columns)]!;
    sums.data[at] = count > 0 ? sums.data[at]! / count : before.data[at]!;
  }
  return sums;
}

/** At most `most` of the numbers below `size`, ascending and evenly spread. */
function evenly(size: number, most: number): Int32Array {
  const length = Math.min(size, most);
  return Int32Array.from({ length }, (_, n) => Math.floor(((n + 0.5) * size) / length));
}
