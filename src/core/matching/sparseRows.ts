/** Non-zero entries of one row. */
export interface SparseRow {
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** A sparse matrix by rows: 8 bytes per entry. */
export class SparseRows {
  readonly rows: number;
  readonly #starts: Int32Array;
  readonly #indices: Int32Array;
  readonly #values: Float32Array;

  private constructor(starts: Int32Array, indices: Int32Array, values: Float32Array) {
    this.rows = starts.length - 1;
    this.#starts = starts;
    this.#indices = indices;
    this.#values = values;
  }

  static build(rows: number, rowAt: (row: number) => SparseRow): SparseRows {
    const starts = new Int32Array(rows + 1);
    let indices = new Int32Array(1024);
    let values = new Float32Array(1024);
    for (let r = 0, at = 0; r < rows; r++) {
      const row = rowAt(r);
      const end = at + row.indices.length;
      if (end > indices.length) {
        const size = Math.max(end, 2 * indices.length);
        indices = grown(indices, new Int32Array(size));
        values = grown(values, new Float32Array(size));
      }
      for (let e = 0; at < end; at++, e++) {
        indices[at] = row.indices[e]!;
        values[at] = row.values[e]!;
      }
      starts[r + 1] = end;
    }
    const total = starts[rows]!;
    return new SparseRows(starts, indices.slice(0, total), values.slice(0, total));
  }

  /** Number of entries. */
  get size(): number {
    return this.#indices.length;
  }

  forEach(row: number, use: (index: number, value: number) => void): void {
    for (let e = this.#starts[row]!; e < this.#starts[row + 1]!; e++) {
      use(this.#indices[e]!, this.#values[e]!);
    }
  }

  /** Mean of some rows, its entries by ascending index. */
  mean(rows: readonly number[]): SparseRow {
    const sums = new Map<number, number>();
    for (const row of rows) {
      this.forEach(row, (index, value) => sums.set(index, (sums.get(index) ?? 0) + value));
    }
    const indices = [...sums.keys()].sort((a, b) => a - b);
    return { indices, values: indices.map((index) => sums.get(index)! / rows.length) };
  }

  /** Columns as rows, of the `count` rows from `start` on, which are numbered from 0 there. */
  transposed(start: number, count: number): SparseRows {
    const [first, last] = [this.#starts[start]!, this.#starts[start + count]!];
    let width = this.rows;
    for (let e = first; e < last; e++) width = Math.max(width, this.#indices[e]! + 1);
    const starts = new Int32Array(width + 1);
    for (let e = first; e < last; e++) {
      const column = this.#indices[e]! + 1;
      starts[column] = starts[column]! + 1;
    }
    for (let c = 0; c < width; c++) starts[c + 1] = starts[c + 1]! + starts[c]!;
    const next = starts.slice();
    const indices = new Int32Array(last - first);
    const values = new Float32Array(last - first);
    for (let r = 0; r < count; r++) {
      this.forEach(start + r, (column, value) => {
        const at = next[column]!;
        next[column] = at + 1;
        indices[at] = r;
        values[at] = value;
      });
    }
    return new SparseRows(starts, indices, values);
  }
}

function grown<T extends Int32Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
