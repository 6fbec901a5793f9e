import { dotRows } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';

/*
 * Stacked cross attention (SCAN, Lee et al., ECCV 2018) of one image with one caption. Reference implementation for
 * exported graphs.
 */

export interface ScanOptions {
  /** Sharpness of the attention: 9 where words attend to regions, 4 where regions attend to words. */
  readonly lambda1?: number;
  /** Sharpness of LSE pooling: 6, or 5 where regions attend. */
  readonly lambda2?: number;
  /** AVG compares captions of different length fairly; LSE is a sum and grows with their number. */
  readonly pooling?: 'avg' | 'lse';
}

export interface ScanResult {
  readonly score: number;
  /** q: cosine of each query fragment with its attended vector, -1..1. */
  readonly cosines: Float64Array;
  /** Attention weights: a row for each query fragment, with sum 1. */
  readonly attention: Matrix;
  /** Support of each word (L). */
  readonly wordSupport: Float64Array;
}

const EPSILON = 1e-8;

/**
 * SCAN text-to-image: each word attends to the regions. The support of a word is q_l itself.
 *
 * @param regions unit rows (n, d)
 * @param words unit rows (L, d), padding left out
 */
export function scanTextToImage(
  regions: Matrix,
  words: Matrix,
  { lambda1 = 9, lambda2 = 6, pooling = 'avg' }: ScanOptions = {},
): ScanResult {
  const attention = crossAttention(words, regions, lambda1);
  const cosines = attendedCosines(words, regions, attention);
  return { score: pooled(cosines, pooling, lambda2), cosines, attention, wordSupport: cosines };
}

/**
 * SCAN image-to-text: each region attends to the words. The paper gives no support of words here; ours is the mean of
 * q_k over the regions, weighted by how much each attends to the word.
 */
export function scanImageToText(
  regions: Matrix,
  words: Matrix,
  { lambda1 = 4, lambda2 = 5, pooling = 'avg' }: ScanOptions = {},
): ScanResult {
  const attention = crossAttention(regions, words, lambda1);
  const cosines = attendedCosines(regions, words, attention);
  const wordSupport = Float64Array.from({ length: words.rows }, (_, l) => {
    let sum = 0;
    let weight = 0;
    for (let k = 0; k < regions.rows; k++) {
      const share = attention.data[k * words.rows + l]!;
      sum += share * cosines[k]!;
      weight += share;
    }
    return weight > 0 ? sum / weight : 0;
  });
  return { score: pooled(cosines, pooling, lambda2), cosines, attention, wordSupport };
}

/**
 * Attention of `queries` (a, d) over `keys` (b, d): inner products through LeakyReLU 0.1, normalised
 * for each key over the queries, then a softmax over the keys: (a, b).
 */
export function crossAttention(queries: Matrix, keys: Matrix, lambda: number): Matrix {
  const [a, b] = [queries.rows, keys.rows];
  const out = matrix(a, b);
  for (let y = 0; y < b; y++) {
    let squares = 0;
    for (let x = 0; x < a; x++) {
      const product = dotRows(queries, x, keys, y);
      const value = product > 0 ? product : 0.1 * product;
      out.data[x * b + y] = value;
      squares += value * value;
    }
    const norm = Math.sqrt(squares) + EPSILON;
    for (let x = 0; x < a; x++) out.data[x * b + y]! /= norm;
  }
  for (let x = 0; x < a; x++) softmax(out.data.subarray(x * b, (x + 1) * b), lambda);
  return out;
}

/** sum_y weight_xy answering_y for each query fragment x: (a, d). */
export function attended(keys: Matrix, attention: Matrix): Matrix {
  const d = keys.columns;
  const out = matrix(attention.rows, d);
  for (let x = 0; x < attention.rows; x++) {
    for (let y = 0; y < keys.rows; y++) {
      const weight = attention.data[x * keys.rows + y]!;
      for (let c = 0; c < d; c++) {
        out.data[x * d + c] = out.data[x * d + c]! + weight * keys.data[y * d + c]!;
      }
    }
  }
  return out;
}

/** Cosine of `length` values of `a` from `i` on with those of `b` from `j` on; 0 where either is zero. */
export function cosineAt(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  length: number,
): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let c = 0; c < length; c++) {
    const [x, y] = [a[i + c]!, b[j + c]!];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return left > 0 && right > 0 ? product / Math.sqrt(left * right) : 0;
}

function attendedCosines(queries: Matrix, keys: Matrix, attention: Matrix): Float64Array {
  const context = attended(keys, attention);
  const d = queries.columns;
  return Float64Array.from({ length: queries.rows }, (_, x) =>
    cosineAt(queries.data, x * d, context.data, x * d, d),
  );
}

/** NaN for an empty list: a pair without words or regions has no score. */
function pooled(cosines: Float64Array, pooling: 'avg' | 'lse', lambda: number): number {
  if (cosines.length === 0) return NaN;
  if (pooling === 'avg') return cosines.reduce((sum, q) => sum + q, 0) / cosines.length;
  return Math.log(cosines.reduce((sum, q) => sum + Math.exp(lambda * q), 0)) / lambda;
}

/** softmax(lambda x) in place. */
export function softmax(values: Float32Array, lambda: number): void {
  let top = -Infinity;
  for (const value of values) if (value > top) top = value;
  let sum = 0;
  for (let y = 0; y < values.length; y++) {
    const weight = Math.exp(lambda * (values[y]! - top));
    values[y] = weight;
    sum += weight;
  }
  for (let y = 0; y < values.length; y++) values[y]! /= sum;
}
