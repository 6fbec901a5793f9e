import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';

/** Rows of `m` scaled to unit length, in place. */
export function normaliseRows(m: Matrix): Matrix {
  for (let r = 0; r < m.rows; r++) {
    const start = r * m.columns;
    let squares = 0;
    for (let c = 0; c < m.columns; c++) squares += m.data[start + c]! ** 2;
    for (let c = 0; c < m.columns; c++) m.data[start + c]! /= Math.sqrt(squares);
  }
  return m;
}

function fill(value: (i: number, j: number) => number): Matrix {
  const m = matrix(6, 4);
  for (let i = 0; i < 6; i++) for (let j = 0; j < 4; j++) m.data[i * 4 + j] = value(i, j);
  return normaliseRows(m);
}

/**
 * Six images and six captions in four dimensions, from sines: small enough to compute every published formula
 * by hand. The expected numbers beside them in the tests were computed independently with numpy.
 */
export const GOLDEN_IMAGES = fill((i, j) => Math.sin(1 + 2 * i + 3 * j));
export const GOLDEN_CAPTIONS = fill(
  (i, j) => Math.sin(1 + 2 * i + 3 * j) + 0.8 * Math.cos(2 + 5 * i + 7 * j),
);
