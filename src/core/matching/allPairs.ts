import { type CancelSignal, throwIfCancelled } from '../cancellation.ts';
import { type InnerProducts, plainInnerProducts } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';
import { TopLists } from './topLists.ts';

export interface AllPairsOptions {
  /** Length of the lists. */
  readonly k: number;
  /** Kernel that multiplies blocks; plain JavaScript where none is given. */
  readonly innerProducts?: InnerProducts;
  readonly signal?: CancelSignal;
  /** Called after each block with the share done, 0..1. */
  readonly onProgress?: (share: number) => void;
  /** Awaited between blocks, so that a long search does not starve its host. */
  readonly pause?: () => Promise<void>;
}

/** Values of one block of similarities: 4 MB of floats stay near the cache, and 100,000 columns still make blocks of 10 rows. */
const BLOCK_VALUES = 1 << 22;
const MAX_BLOCK_ROWS = 512;

/**
 * Exact nearest neighbours both ways in one pass: for every row of `a` (n, d) its `k` best rows of `b` (m, d),
 * and for every row of `b` its `k` best of `a`, by inner product. O((n + m) k) memory: the (n, m) matrix is
 * only ever held one block at a time.
 * @throws PairLensError `cancelled`.
 */
export async function crossLists(
  a: Matrix,
  b: Matrix,
  options: AllPairsOptions,
): Promise<{ readonly rows: TopLists; readonly columns: TopLists }> {
  const rows = new TopLists(a.rows, options.k);
  const columns = new TopLists(b.rows, options.k);
  await forEachBlock(
    a,
    () => b,
    options,
    (values, start, end) => {
      for (let i = start; i < end; i++) {
        const offset = (i - start) * b.rows;
        let rowThreshold = rows.thresholds[i]!;
        for (let j = 0; j < b.rows; j++) {
          const value = values[offset + j]!;
          if (value > rowThreshold) {
            rows.offer(i, j, value);
            rowThreshold = rows.thresholds[i]!;
          }
          if (value > columns.thresholds[j]!) columns.offer(j, i, value);
        }
      }
    },
  );
  return { rows, columns };
}

/**
 * Exact nearest neighbours of the rows of `x` among themselves, a row never being its own neighbour.
 * Each product is computed once and offered to both rows. Other items that must not be neighbours
 * (the same image under another name, a sibling caption) are left to the reader of the lists.
 * @throws PairLensError `cancelled`.
 */
export async function selfLists(x: Matrix, options: AllPairsOptions): Promise<TopLists> {
  const lists = new TopLists(x.rows, options.k);
  const { thresholds } = lists;
  await forEachBlock(
    x,
    (start) => rowsFrom(x, start),
    options,
    (values, start, end) => {
      const width = x.rows - start;
      for (let i = start; i < end; i++) {
        const offset = (i - start) * width - start;
        let own = thresholds[i]!;
        for (let j = start; j < x.rows; j++) {
          const value = values[offset + j]!;
          if (value > own && j !== i) {
            lists.offer(i, j, value);
            own = thresholds[i]!;
          }
          // Within the block the rows meet each other from both sides already.
          if (j >= end && value > thresholds[j]!) lists.offer(j, i, value);
        }
      }
    },
  );
  return lists;
}

/** Walks `a` in blocks of rows and hands out their inner products with `partner(start)`, one block in flight ahead. */
async function forEachBlock(
  a: Matrix,
  partner: (start: number) => Matrix,
  options: AllPairsOptions,
  use: (values: Float32Array, start: number, end: number) => void,
): Promise<void> {
  const multiply = options.innerProducts ?? plainInnerProducts;
  const block = (start: number): { end: number; values: Promise<Float32Array> } => {
    const b = partner(start);
    const size = Math.max(
      1,
      Math.min(MAX_BLOCK_ROWS, Math.floor(BLOCK_VALUES / Math.max(1, b.rows))),
    );
    const end = Math.min(a.rows, start + size);
    return { end, values: multiply(rowsFrom(a, start, end), b) };
  };
  if (a.rows === 0 || partner(0).rows === 0) return;
  let start = 0;
  let current = block(0);
  try {
    while (start < a.rows) {
      throwIfCancelled(options.signal);
      const { end } = current;
      const values = await current.values;
      if (end < a.rows) current = block(end);
      use(values, start, end);
      start = end;
      options.onProgress?.(end / a.rows);
      await options.pause?.();
    }
  } finally {
    await Promise.allSettled([current.values]);
  }
}

function rowsFrom(m: Matrix, start: number, end = m.rows): Matrix {
  return matrix(end - start, m.columns, m.data.subarray(start * m.columns, end * m.columns));
}
