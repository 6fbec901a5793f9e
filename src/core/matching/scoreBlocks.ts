import { type CancelSignal, throwIfCancelled } from '../cancellation.ts';
import { type InnerProducts, plainInnerProducts } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';

export interface MatchOptions {
  /** Kernel that multiplies blocks; default: plain JavaScript. */
  readonly innerProducts?: InnerProducts;
  readonly signal?: CancelSignal;
  /** Called after each block with the completed share, 0..1. */
  readonly onProgress?: (share: number) => void;
  /** Awaited between blocks, so that a long search does not block the event loop. */
  readonly pause?: () => Promise<void>;
}

/**
 * Scores of `rows` queries with `columns` gallery items, computed a few rows at a time and any number of times. All
 * methods for many items use this interface; a dense matrix is one block.
 */
export interface ScoreBlocks {
  readonly rows: number;
  readonly columns: number;
  /** Scores of rows `start` to `end - 1`, row by row. The caller may overwrite the array. */
  block(start: number, end: number): Promise<Float32Array>;
}

/** Values of one block: about ten milliseconds of work between two yields to the event loop. */
const BLOCK_VALUES = 1 << 20;
const MAX_BLOCK_ROWS = 512;
/** Size of the first block; each later one is at most as large as all before it, because lists that are not full accept nearly all items. */
const FIRST_BLOCK_ROWS = 16;

/** The blocks of a score matrix (n, m) in memory. */
export function denseBlocks(scores: Matrix): ScoreBlocks {
  const { rows, columns, data } = scores;
  return {
    rows,
    columns,
    block: (start, end) => Promise.resolve(data.slice(start * columns, end * columns)),
  };
}

/** Inner products of queries (n, d) and gallery (m, d), computed on demand: never n x m at once. */
export function productBlocks(
  queries: Matrix,
  gallery: Matrix,
  multiply: InnerProducts = plainInnerProducts,
): ScoreBlocks {
  return {
    rows: queries.rows,
    columns: gallery.rows,
    block: (start, end) =>
      end > start && gallery.rows > 0
        ? multiply(rowsFrom(queries, start, end), gallery)
        : Promise.resolve(new Float32Array((end - start) * gallery.rows)),
  };
}

/** The same scores with each row rewritten in place by `rewrite(row, query)`. */
export function rewrittenRows(
  scores: ScoreBlocks,
  rewrite: (row: Float32Array, query: number) => void,
): ScoreBlocks {
  const { rows, columns } = scores;
  return {
    rows,
    columns,
    async block(start, end) {
      const values = await scores.block(start, end);
      for (let q = start; q < end; q++) {
        rewrite(values.subarray((q - start) * columns, (q - start + 1) * columns), q);
      }
      return values;
    },
  };
}

/** All scores in one matrix (n, m): for small sets. @throws PairLensError `cancelled`. */
export async function denseScores(
  scores: ScoreBlocks,
  options: MatchOptions = {},
): Promise<Matrix> {
  const out = matrix(scores.rows, scores.columns);
  await walkScores(scores, options, (values, start) => {
    out.data.set(values, start * scores.columns);
  });
  return out;
}

/** Visits all scores, a block of rows at a time, in order. @throws PairLensError `cancelled`. */
export async function walkScores(
  scores: ScoreBlocks,
  options: MatchOptions,
  use: (values: Float32Array, start: number, end: number) => void,
): Promise<void> {
  await walkBlocks(
    scores.rows,
    () => scores.columns,
    (start, end) => scores.block(start, end),
    options,
    use,
  );
}

/** As `walkScores` of inner products of the rows of `a` (n, d) and `b` (m, d); the values are overwritten after `use`. */
export async function walkProducts(
  a: Matrix,
  b: Matrix,
  { innerProducts = plainInnerProducts, ...options }: MatchOptions,
  use: (values: Float32Array, start: number, end: number) => void,
): Promise<void> {
  // Two by turns, as one is computed while the other is used: new ones for each block would keep the collector busy.
  let [last, next] = [new Float32Array(0), new Float32Array(0)];
  const read = (start: number, end: number): Promise<Float32Array> => {
    const length = (end - start) * b.rows;
    [last, next] = [next.length < length ? new Float32Array(length) : next, last];
    return innerProducts(rowsFrom(a, start, end), b, last.subarray(0, length));
  };
  await walkBlocks(a.rows, () => b.rows, read, options, use);
}

/**
 * Visits `rows` rows in blocks; computes the next block while the current one is used.
 * @param width values per row in the block that starts at row `start`; 0 ends the iteration
 */
export async function walkBlocks(
  rows: number,
  width: (start: number) => number,
  read: (start: number, end: number) => Promise<Float32Array>,
  options: MatchOptions,
  use: (values: Float32Array, start: number, end: number) => void,
): Promise<void> {
  const next = (start: number): { end: number; values: Promise<Float32Array> } => {
    const fitting = Math.floor(BLOCK_VALUES / Math.max(1, width(start)));
    const most = Math.min(MAX_BLOCK_ROWS, fitting, Math.max(FIRST_BLOCK_ROWS, start));
    const end = Math.min(rows, start + Math.max(1, most));
    return { end, values: read(start, end) };
  };
  if (rows === 0 || width(0) === 0) return;
  throwIfCancelled(options.signal);
  let start = 0;
  let current = next(0);
  try {
    while (start < rows) {
      throwIfCancelled(options.signal);
      const { end } = current;
      const values = await current.values;
      if (end < rows) current = next(end);
      use(values, start, end);
      start = end;
      options.onProgress?.(end / rows);
      await options.pause?.();
    }
  } finally {
    await Promise.allSettled([current.values]);
  }
}

/** Rows `start` to `end - 1` of `m`: a view. */
export function rowsFrom(m: Matrix, start: number, end = m.rows): Matrix {
  return matrix(end - start, m.columns, m.data.subarray(start * m.columns, end * m.columns));
}

/** The rows `indices` of `m`, in that order: a copy. @param make makes the matrix (rows, columns) */
export function gatheredRows(
  m: Matrix,
  indices: ArrayLike<number>,
  make: (rows: number, columns: number) => Matrix = matrix,
): Matrix {
  const out = make(indices.length, m.columns);
  for (let r = 0; r < indices.length; r++) {
    const from = indices[r]! * m.columns;
    out.data.set(m.data.subarray(from, from + m.columns), r * m.columns);
  }
  return out;
}

/** The rows of both matrices, those of `top` first: a copy. @param make makes the matrix (rows, columns) */
export function stackedRows(top: Matrix, bottom: Matrix, make = newMatrix): Matrix {
  const columns = top.rows > 0 ? top.columns : bottom.columns;
  const out = make(top.rows + bottom.rows, columns);
  out.data.set(top.data);
  out.data.set(bottom.data, top.data.length);
  return out;
}

function newMatrix(rows: number, columns: number): Matrix {
  return matrix(rows, columns);
}

/** The transposed matrix: for small sets. */
export function transposed(m: Matrix): Matrix {
  const out = matrix(m.columns, m.rows);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.columns; j++) out.data[j * m.rows + i] = m.data[i * m.columns + j]!;
  }
  return out;
}
