import { matrix, releasableMatrix } from '../../core/matching/matrix.ts';
import type { Matrix } from '../../core/matching/matrix.ts';

/** A matrix whose number of columns is set by the first written row; rows may be written in any order. */
export class RowMatrix {
  #columns = 0;
  #data: Float32Array = new Float32Array(0);
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  write(index: number, values: Float32Array): void {
    if (this.#columns === 0) {
      this.#columns = values.length;
      this.#data = releasableMatrix(this.#rows, this.#columns).data;
    }
    if (values.length !== this.#columns) {
      throw new RangeError(`row ${index} has ${values.length} values, the others ${this.#columns}`);
    }
    this.#data.set(values, index * this.#columns);
  }

  /** Copies a written row to another one. */
  copy(from: number, to: number): void {
    const start = from * this.#columns;
    this.#data.copyWithin(to * this.#columns, start, start + this.#columns);
  }

  /** The rows `keep` (ascending), or all. No row may be written afterwards. */
  finish(keep?: readonly number[]): Matrix {
    if (keep === undefined || keep.length === this.#rows) {
      return matrix(this.#rows, this.#columns, this.#data);
    }
    for (const [to, from] of keep.entries()) if (to !== from) this.copy(from, to);
    return matrix(keep.length, this.#columns, this.#data.subarray(0, keep.length * this.#columns));
  }
}
