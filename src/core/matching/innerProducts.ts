import { type Matrix } from './matrix.ts';

/**
 * Inner products of every row of `a` (n, d) with every row of `b` (m, d), as n * m values row by row.
 * Replaceable by a fast kernel: all-pairs search spends nine tenths of its time here.
 */
export interface InnerProducts {
  /** @param out where they are written, and what is returned: a new array by default */
  (a: Matrix, b: Matrix, out?: Float32Array): Promise<Float32Array>;
  /** The same of rounded rows; default: plain JavaScript. */
  readonly ofBytes?: ByteProducts;
}

/**
 * Writes the products of the rows of `a` (n, d) with the columns of `b` (d, m) to `out`, n * m values row by row.
 * @param a each value plus 128
 * @param b values of at most `MOST_BYTE`, which those of `a` do not exceed either
 */
export type ByteProducts = (
  a: { readonly rows: number; readonly columns: number; readonly data: Uint8Array },
  b: Int8Array,
  out: Int32Array,
) => Promise<void>;

/** With it two products of bytes, one of them plus 128, have a sum of 16 bits, as processors without VNNI add them. */
export const MOST_BYTE = 79;

export const plainByteProducts: ByteProducts = ({ rows, columns, data }, b, out) => {
  const width = out.length / rows;
  out.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = data[r * columns + c]! - 128;
      for (let m = 0; m < width; m++) out[r * width + m]! += value * b[c * width + m]!;
    }
  }
  return Promise.resolve();
};

/** Inner products of rows of some matrices: single ones, or of one row with all rows of a matrix. */
export interface RowProducts {
  /** The inner product of row `i` of `a` and row `j` of `b`, as a function of both. */
  between(a: Matrix, b: Matrix): (i: number, j: number) => number;
  /** The inner products of row `r` of `a` with every row of `b`. */
  withAll(a: Matrix, r: number, b: Matrix): Float32Array;
}

export const plainRowProducts: RowProducts = {
  between: (a, b) => (i, j) => dotRows(a, i, b, j),
  withAll(a, r, b) {
    const out = new Float32Array(b.rows);
    for (let j = 0; j < b.rows; j++) out[j] = dotRows(a, r, b, j);
    return out;
  },
};

/** Inner product of row `i` of `a` and row `j` of `b`. */
export function dotRows(a: Matrix, i: number, b: Matrix, j: number): number {
  return dot(a.data, i * a.columns, b.data, j * b.columns, a.columns);
}

/** Inner product of `length` values of `a` from index `i` and of `b` from index `j`. */
export function dot(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  length: number,
): number {
  const end = length - (length % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c < end; c += 4) {
    s0 += a[i + c]! * b[j + c]!;
    s1 += a[i + c + 1]! * b[j + c + 1]!;
    s2 += a[i + c + 2]! * b[j + c + 2]!;
    s3 += a[i + c + 3]! * b[j + c + 3]!;
  }
  for (; c < length; c++) s0 += a[i + c]! * b[j + c]!;
  return s0 + s1 + (s2 + s3);
}

/** The plain JavaScript kernel: register-blocked, 4 rows of `a` by 2 of `b` at a time. */
export const plainInnerProducts: InnerProducts = (
  a,
  b,
  out = new Float32Array(a.rows * b.rows),
) => {
  const blockedRows = a.rows - (a.rows % 4);
  const blockedColumns = b.rows - (b.rows % 2);
  for (let i = 0; i < blockedRows; i += 4) {
    for (let j = 0; j < blockedColumns; j += 2) multiplyTile(a, i, b, j, out);
    for (let j = blockedColumns; j < b.rows; j++) {
      for (let r = i; r < i + 4; r++) out[r * b.rows + j] = dotRows(a, r, b, j);
    }
  }
  for (let i = blockedRows; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) out[i * b.rows + j] = dotRows(a, i, b, j);
  }
  return Promise.resolve(out);
};

/** Eight inner products at once: every value loaded is used two or four times. */
function multiplyTile(a: Matrix, i: number, b: Matrix, j: number, out: Float32Array): void {
  const x = a.data;
  const y = b.data;
  const d = a.columns;
  const a0 = i * d;
  const a1 = a0 + d;
  const a2 = a1 + d;
  const a3 = a2 + d;
  const b0 = j * d;
  const b1 = b0 + d;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let c = 0; c < d; c++) {
    const y0 = y[b0 + c]!;
    const y1 = y[b1 + c]!;
    const x0 = x[a0 + c]!;
    const x1 = x[a1 + c]!;
    const x2 = x[a2 + c]!;
    const x3 = x[a3 + c]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s30 += x3 * y0;
    s31 += x3 * y1;
  }
  const m = b.rows;
  const o = i * m + j;
  out[o] = s00;
  out[o + 1] = s01;
  out[o + m] = s10;
  out[o + m + 1] = s11;
  out[o + 2 * m] = s20;
  out[o + 2 * m + 1] = s21;
  out[o + 3 * m] = s30;
  out[o + 3 * m + 1] = s31;
}
