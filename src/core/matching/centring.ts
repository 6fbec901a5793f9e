import { type Matrix, matrix } from './matrix.ts';

/**
 * Mean row of `x` (n, d), shrunk toward `shipped` as if that were the mean of `strength` further rows:
 * (n mean + n0 shipped) / (n + n0). With few rows the sample mean is noisy; with many the prior has little weight.
 */
export function shrunkMean(x: Matrix, shipped: Float32Array, strength: number): Float32Array {
  const sum = new Float64Array(x.columns);
  for (let r = 0, at = 0; r < x.rows; r++) {
    for (let c = 0; c < x.columns; c++, at++) {
      sum[c] = sum[c]! + x.data[at]!;
    }
  }
  const weight = x.rows + strength;
  const mean = new Float32Array(x.columns);
  if (weight === 0) return mean;
  for (let c = 0; c < x.columns; c++) {
    mean[c] = (sum[c]! + strength * (shipped[c] ?? 0)) / weight;
  }
  return mean;
}

/**
 * Rows of `x` minus `mean`, scaled to unit length again. Each modality centred on its own mean
 * is what makes cosines across the modality gap comparable. A row equal to the mean becomes zeros.
 * @param out where the result is written: a new matrix by default
 */
export function centred(x: Matrix, mean: Float32Array, out = matrix(x.rows, x.columns)): Matrix {
  const d = x.columns;
  for (let r = 0; r < x.rows; r++) {
    const start = r * d;
    let squares = 0;
    for (let c = 0; c < d; c++) {
      const value = x.data[start + c]! - mean[c]!;
      out.data[start + c] = value;
      squares += value * value;
    }
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let c = start; c < start + d; c++) out.data[c] = out.data[c]! * scale;
  }
  return out;
}
