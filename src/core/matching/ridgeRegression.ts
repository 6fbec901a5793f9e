import { dot } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';

/** A weighted least-squares problem with a ridge penalty: X'WX and X'WY, summed over its pairs of rows. */
export class RidgeRegression {
  readonly #size: number;
  readonly #targets: number;
  /** (size, size), lower triangle. */
  readonly #gram: Float64Array;
  /** (size, targets). */
  readonly #cross: Float64Array;

  constructor(size: number, targets: number) {
    this.#size = size;
    this.#targets = targets;
    this.#gram = new Float64Array(size * size);
    this.#cross = new Float64Array(size * targets);
  }

  add(x: Float32Array, y: Float32Array, weight: number): void {
    for (let a = 0; a < this.#size; a++) {
      const value = weight * x[a]!;
      const gram = a * this.#size;
      for (let b = 0; b <= a; b++) this.#gram[gram + b]! += value * x[b]!;
      const cross = a * this.#targets;
      for (let c = 0; c < this.#targets; c++) this.#cross[cross + c]! += value * y[c]!;
    }
  }

  addAll(other: RidgeRegression, sign = 1): void {
    other.#gram.forEach((value, n) => (this.#gram[n]! += sign * value));
    other.#cross.forEach((value, n) => (this.#cross[n]! += sign * value));
  }

  without(part: RidgeRegression): RidgeRegression {
    const rest = new RidgeRegression(this.#size, this.#targets);
    rest.addAll(this);
    rest.addAll(part, -1);
    return rest;
  }

  /** B' (targets, size), where (X'WX + penalty I) B = X'WY: row c predicts target c. Solved by Cholesky decomposition. */
  solve(penalty: number): Matrix {
    const lower = choleskyOf(this.#gram, this.#size, penalty);
    const solution = this.#cross.slice();
    substitute(lower, solution, this.#size, this.#targets);
    const rows = matrix(this.#targets, this.#size);
    for (let a = 0; a < this.#size; a++) {
      for (let c = 0; c < this.#targets; c++) {
        rows.data[c * this.#size + a] = solution[a * this.#targets + c]!;
      }
    }
    return rows;
  }
}

/** The unit vector of `map` (targets, size) times `x`; zero if that has no length. */
export function unitProduct(map: Matrix, x: Float32Array): Float32Array {
  const out = new Float32Array(map.rows);
  for (let c = 0; c < out.length; c++) {
    out[c] = dot(map.data, c * map.columns, x, 0, map.columns);
  }
  const norm = Math.sqrt(dot(out, 0, out, 0, out.length));
  return norm > 0 ? out.map((value) => value / norm) : out;
}

/** Lower triangle L with LL' = A + penalty I. */
function choleskyOf(a: Float64Array, size: number, penalty: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]! + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]!;
    }
  }
  return lower;
}

/** Solves LL'B = `b` (size, columns) in place. */
function substitute(lower: Float64Array, b: Float64Array, size: number, columns: number): void {
  const subtract = (from: number, other: number, factor: number): void => {
    for (let c = 0; c < columns; c++) b[from * columns + c]! -= factor * b[other * columns + c]!;
  };
  const divide = (i: number): void => {
    for (let c = 0; c < columns; c++) b[i * columns + c]! /= lower[i * size + i]!;
  };
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, lower[i * size + k]!);
    divide(i);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtract(i, k, lower[k * size + i]!);
    divide(i);
  }
}
