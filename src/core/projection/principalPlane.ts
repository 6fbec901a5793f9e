import { row, type Matrix } from '../matching/matrix.ts';
import { mulberry32 } from '../random.ts';
import type { Steps } from '../steps.ts';
import type { Places } from './layOut.ts';

/** Rows that the axes are computed from. */
const SAMPLED = 2000;
const ITERATIONS = 12;
/** Rows that are projected between two steps. */
const PER_STEP = 2000;
/** Half the width of the plane. */
const REACH = 10;
/** Moves equal rows apart. */
const NOISE = 1e-3;

/**
 * Places of some rows in the plane of their two largest variances, within `REACH` of the origin.
 * @param rows of `space` to be placed
 */
export function* principalPlane(space: Matrix, rows: Int32Array): Steps<Places> {
  const every = Math.max(1, Math.floor(rows.length / SAMPLED));
  const sample = rows.filter((_, n) => n % every === 0);
  const mean = meanOf(space, sample);
  const random = mulberry32(2);
  const axes = [0, 1].map(() => mean.map(() => random() - 0.5));
  for (let n = 0; n < ITERATIONS; n++) {
    yield;
    for (const [a, axis] of axes.entries()) {
      const next = turned(space, sample, mean, axis);
      // The second axis is perpendicular to the first.
      for (const earlier of axes.slice(0, a)) addTo(next, earlier, -dot(next, earlier));
      const length = Math.sqrt(dot(next, next));
      axis.set(length > 0 ? next.map((value) => value / length) : next);
    }
  }
  const places = new Float32Array(rows.length * 2);
  const offsets = axes.map((axis) => dot(axis, mean));
  for (const [i, r] of rows.entries()) {
    if (i % PER_STEP === 0) yield;
    const values = row(space, r);
    for (const [a, axis] of axes.entries()) places[2 * i + a] = dot(axis, values) - offsets[a]!;
  }
  const farthest = places.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = farthest > 0 ? REACH / farthest : 0;
  return places.map((value) => value * scale + (random() - 0.5) * NOISE);
}

function meanOf(space: Matrix, rows: Int32Array): Float64Array {
  const sum = new Float64Array(space.columns);
  for (const r of rows) addTo(sum, row(space, r), 1 / rows.length);
  return sum;
}

/** The covariance of the rows times a vector, but for a factor. */
function turned(
  space: Matrix,
  rows: Int32Array,
  mean: Float64Array,
  vector: Float64Array,
): Float64Array {
  const out = new Float64Array(space.columns);
  const offset = dot(vector, mean);
  let total = 0;
  for (const r of rows) {
    const values = row(space, r);
    const share = dot(vector, values) - offset;
    addTo(out, values, share);
    total += share;
  }
  addTo(out, mean, -total);
  return out;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

function addTo(sum: Float64Array, vector: ArrayLike<number>, factor: number): void {
  for (let c = 0; c < sum.length; c++) sum[c] = sum[c]! + factor * vector[c]!;
}
