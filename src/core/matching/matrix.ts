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

/** A view of one row; writing to it writes to the matrix. */
export function row(m: Matrix, index: number): Float32Array {
  return m.data.subarray(index * m.columns, (index + 1) * m.columns);
}
