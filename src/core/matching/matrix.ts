/** Row-major matrix of 32-bit floats: `data[row * columns + column]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export function matrix(rows: number, columns: number, data?: Float32Array): Matrix {
  const values = data ?? new Float32Array(rows * columns);
  if (values.length !== rows * columns) {
    throw new RangeError(
      `${rows} x ${columns} needs ${rows * columns} values, got ${values.length}`,
    );
  }
  return { rows, columns, data: values };
}

/** A zero matrix that `release` empties. */
export function releasableMatrix(rows: number, columns: number): Matrix {
  const length = rows * columns;
  const buffer = new ArrayBuffer(4 * length, { maxByteLength: 4 * length });
  return matrix(rows, columns, new Float32Array(buffer, 0, length));
}

/**
 * Gives the memory of a `releasableMatrix` back at once, which a garbage collector may do late: its values must not be read
 * afterwards. Nothing for other matrices.
 */
export function release({ data: { buffer } }: Matrix): void {
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}

/** A view of one row; writing to it writes to the matrix. */
export function row(m: Matrix, index: number): Float32Array {
  return m.data.subarray(index * m.columns, (index + 1) * m.columns);
}
