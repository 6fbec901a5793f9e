import { type CancelSignal, throwIfCancelled } from '../cancellation.ts';
import { type InnerProducts, plainInnerProducts } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';

export interface MatchOptions {
  /** Kernel that multiplies blocks; plain JavaScript where none is given. */
  readonly innerProducts?: InnerProducts;
  readonly signal?: CancelSignal;
  /** Called after each block with the share done, 0..1. */
  readonly onProgress?: (share: number) => void;
  /** Awaited between blocks, so that a long search does not starve its host. */
  readonly pause?: () => Promise<void>;
}

/**
 * Scores of `rows` queries with `columns` gallery items, read a few rows at a time and as often as wanted: every
 * method for many items is written against this, and a dense matrix is the case of one block.
 */
export interface ScoreBlocks {
  readonly rows: number;
  readonly columns: number;
  /** Scores of rows `start` to `end - 1`, row by row. The array is the caller's to overwrite. */
  block(start: number, end: number): Promise<Float32Array>;
}

/** Values of one block of scores: some ten milliseconds of work, after which the host may have its turn. */
const BLOCK_VALUES = 1 << 20;
const MAX_BLOCK_ROWS = 512;
/** Lists take in nearly everything at first: early blocks are no larger than all before them, or than this. */
const FIRST_BLOCK_ROWS = 16;

/** A score matrix (n, m) that is held already. */
export function denseBlocks(scores: Matrix): ScoreBlocks {
  const { rows, columns, data } = scores;
  return {
    rows,
    columns,
    block: (start, end) => Promise.resolve(data.slice(start * columns, end * columns)),
  };
}

/** Inner products of queries (n, d) and gallery (m, d), worked out when they are asked for: never n x m at once. */
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

/** Hands out all scores, a block of rows at a time, in order. @throws PairLensError `cancelled`. */
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

/**
 * Walks `rows` rows in blocks, the next block being read while the last one is used.
 * @param width values a row has in the block that starts at row `start`; the walk is over when it is 0
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

/** The rows `indices` of `m`, in that order: a copy. */
export function gatheredRows(m: Matrix, indices: ArrayLike<number>): Matrix {
  const out = matrix(indices.length, m.columns);
  for (let r = 0; r < indices.length; r++) {
    const from = indices[r]! * m.columns;
    out.data.set(m.data.subarray(from, from + m.columns), r * m.columns);
  }
  return out;
}

/** The rows of both, those of `top` first: a copy. */
export function stackedRows(top: Matrix, bottom: Matrix): Matrix {
  const columns = top.rows > 0 ? top.columns : bottom.columns;
  const out = matrix(top.rows + bottom.rows, columns);
  out.data.set(top.data);
  out.data.set(bottom.data, top.data.length);
  return out;
}

/** The matrix with rows and columns exchanged: for small sets, where captions ask and images answer. */
export function transposed(m: Matrix): Matrix {
  const out = matrix(m.columns, m.rows);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.columns; j++) out.data[j * m.rows + i] = m.data[i * m.columns + j]!;
  }
  return out;
}
