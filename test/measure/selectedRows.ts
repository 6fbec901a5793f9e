import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';

/** A new matrix of these rows of `m`, in this order. */
export function selectedRows(m: Matrix, rows: readonly number[]): Matrix {
  const out = matrix(rows.length, m.columns);
  rows.forEach((from, to) => out.data.set(row(m, from), to * m.columns));
  return out;
}
