import { dot } from './innerProducts.ts';
import { type Matrix, matrix } from './matrix.ts';
import { openRoom } from './simd/vectorArena.ts';
import { solvePositive } from './solvePositive.ts';

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
    const solution = solvePositive(this.#gram, this.#cross, this.#size, penalty);
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
  return unitVector(out);
}

/** The same of one of several maps, which are copied to where they are multiplied: for many vectors. */
export function unitProducts(
  maps: readonly Matrix[],
): (which: number, x: Float32Array) => Float32Array {
  const [{ columns } = matrix(0, 0)] = maps;
  const room = openRoom([[1, columns], ...maps.map((map) => [map.rows, map.columns] as const)]);
  const input = room.matrix(1, columns);
  const placed = maps.map((map) => {
    const out = room.matrix(map.rows, map.columns);
    out.data.set(map.data);
    return out;
  });
  return (which, x) => {
    input.data.set(x);
    return unitVector(room.products.withAll(input, 0, placed[which]!));
  };
}

/** The vector scaled to length one; itself if it has no length. */
export function unitVector(values: Float32Array): Float32Array {
  const norm = Math.sqrt(dot(values, 0, values, 0, values.length));
  return norm > 0 ? values.map((value) => value / norm) : values;
}
