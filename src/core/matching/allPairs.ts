import type { Matrix } from './matrix.ts';
import { plainInnerProducts } from './innerProducts.ts';
import {
  type MatchOptions,
  productBlocks,
  rowsFrom,
  type ScoreBlocks,
  walkBlocks,
  walkScores,
} from './scoreBlocks.ts';
import { TopLists } from './topLists.ts';

export interface AllPairsOptions extends MatchOptions {
  /** Length of the lists. */
  readonly k: number;
}

export interface ScoreListsOptions extends AllPairsOptions {
  /** Length of the columns' lists; default `k`. */
  readonly columnK?: number;
}

/** Nearest neighbours in both directions: columns for each row, and rows for each column. */
export interface CrossLists {
  readonly rows: TopLists;
  readonly columns: TopLists;
}

/**
 * Exact nearest neighbours both ways in one pass: for every row of `a` (n, d) its `k` best rows of `b` (m, d),
 * and for every row of `b` its `k` best of `a`, by inner product. O((n + m) k) memory: the (n, m) matrix is
 * only ever held one block at a time.
 * @throws PairLensError `cancelled`.
 */
export function crossLists(a: Matrix, b: Matrix, options: AllPairsOptions): Promise<CrossLists> {
  return scoreLists(productBlocks(a, b, options.innerProducts), options);
}

/** The `k` best columns of every row and the `k` best rows of every column of any scores, in one pass. */
export async function scoreLists(
  scores: ScoreBlocks,
  options: ScoreListsOptions,
): Promise<CrossLists> {
  const rows = new TopLists(scores.rows, options.k);
  const columns = new TopLists(scores.columns, options.columnK ?? options.k);
  const width = scores.columns;
  await walkScores(scores, options, (values, start, end) => {
    for (let i = start; i < end; i++) {
      const offset = (i - start) * width;
      let rowThreshold = rows.thresholds[i]!;
      for (let j = 0; j < width; j++) {
        const value = values[offset + j]!;
        if (value > rowThreshold) {
          rows.offer(i, j, value);
          rowThreshold = rows.thresholds[i]!;
        }
        if (value > columns.thresholds[j]!) columns.offer(j, i, value);
      }
    }
  });
  return { rows, columns };
}

/** For every row of `a` (n, d) its `k` best rows of `b` (m, d), by inner product. @throws PairLensError `cancelled`. */
export async function rowLists(a: Matrix, b: Matrix, options: AllPairsOptions): Promise<TopLists> {
  const lists = new TopLists(a.rows, options.k);
  await walkScores(productBlocks(a, b, options.innerProducts), options, (values, start, end) => {
    for (let i = start; i < end; i++) {
      const offset = (i - start) * b.rows;
      let threshold = lists.thresholds[i]!;
      for (let j = 0; j < b.rows; j++) {
        const value = values[offset + j]!;
        if (value <= threshold) continue;
        lists.offer(i, j, value);
        threshold = lists.thresholds[i]!;
      }
    }
  });
  return lists;
}

/**
 * Exact nearest neighbours of the rows of `x` among themselves, a row never being its own neighbour.
 * Each product is computed once and offered to both rows. The caller must exclude other items
 * (copies of an image, sibling captions).
 * @throws PairLensError `cancelled`.
 */
export async function selfLists(x: Matrix, options: AllPairsOptions): Promise<TopLists> {
  const lists = new TopLists(x.rows, options.k);
  const { thresholds } = lists;
  const multiply = options.innerProducts ?? plainInnerProducts;
  await walkBlocks(
    x.rows,
    (start) => x.rows - start,
    (start, end) => multiply(rowsFrom(x, start, end), rowsFrom(x, start)),
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
          // Pairs of rows within the block are visited in both directions already.
          if (j >= end && value > thresholds[j]!) lists.offer(j, i, value);
        }
      }
    },
  );
  return lists;
}
