import { type MatchOptions, type ScoreBlocks, walkScores } from './scoreBlocks.ts';
import { TopLists } from './topLists.ts';

/**
 * log sum_i exp(beta s_ij) of every column j of scores (n, m), streamed: m values are held, never the matrix.
 * A column of an empty matrix has -Infinity.
 */
export async function columnLogSumExp(
  scores: ScoreBlocks,
  beta: number,
  options: MatchOptions,
): Promise<Float64Array> {
  const width = scores.columns;
  const top = new Float64Array(width).fill(-Infinity);
  const sum = new Float64Array(width);
  const blockTop = new Float32Array(width);
  await walkScores(scores, options, (values, start, end) => {
    blockTop.fill(-Infinity);
    for (let at = 0; at < values.length; at += width) {
      for (let j = 0; j < width; j++) {
        const value = values[at + j]!;
        if (value > blockTop[j]!) blockTop[j] = value;
      }
    }
    for (let j = 0; j < width; j++) {
      const higher = beta * blockTop[j]!;
      if (higher > top[j]!) {
        sum[j] = sum[j]! * Math.exp(top[j]! - higher);
        top[j] = higher;
      }
    }
    for (let at = 0; at < (end - start) * width; at += width) {
      for (let j = 0; j < width; j++) {
        sum[j] = sum[j]! + Math.exp(beta * values[at + j]! - top[j]!);
      }
    }
  });
  return sum.map((value, j) => (value === 0 ? -Infinity : top[j]! + Math.log(value)));
}

/**
 * Mean of the `k` largest scores of every column of scores (n, m), of fewer where n < k, and 0 where n = 0.
 * O(m k) memory.
 */
export async function columnTopMeans(
  scores: ScoreBlocks,
  k: number,
  options: MatchOptions,
): Promise<Float64Array> {
  const width = scores.columns;
  const lists = new TopLists(width, Math.max(1, Math.min(k, scores.rows)));
  const { thresholds } = lists;
  await walkScores(scores, options, (values, start, end) => {
    for (let i = start, at = 0; i < end; i++) {
      for (let j = 0; j < width; j++, at++) {
        const value = values[at]!;
        if (value > thresholds[j]!) lists.offer(j, i, value);
      }
    }
  });
  return Float64Array.from({ length: width }, (_, j) =>
    lists.count(j) === 0 ? 0 : lists.meanOfBest(j, k, () => false),
  );
}

/** Mean of the `k` largest values of one row; of all where it has fewer, 0 where it has none. */
export function rowTopMean(row: Float32Array, k: number): number {
  const list = new TopLists(1, Math.max(1, Math.min(k, row.length)));
  for (let j = 0; j < row.length; j++) {
    if (row[j]! > list.thresholds[0]!) list.offer(0, j, row[j]!);
  }
  return list.count(0) === 0 ? 0 : list.meanOfBest(0, k, () => false);
}

/** Index of the largest value, the first of equals; -1 for an empty row. */
export function argMax(row: Float32Array): number {
  let best = row.length === 0 ? -1 : 0;
  for (let j = 1; j < row.length; j++) if (row[j]! > row[best]!) best = j;
  return best;
}
