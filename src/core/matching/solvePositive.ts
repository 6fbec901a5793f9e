/**
 * X (size, n) with (A + penalty I) X = B, by Cholesky decomposition.
 * @param a symmetric and positive definite with the penalty (size, size); its lower triangle is read
 * @param b (size, n)
 */
export function solvePositive(
  a: Float64Array,
  b: Float64Array,
  size: number,
  penalty = 0,
): Float64Array {
  const solution = b.slice();
  substitute(choleskyOf(a, size, penalty), solution, size, b.length / size);
  return solution;
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
