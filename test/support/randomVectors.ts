import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import { normaliseRows } from './goldenVectors.ts';

/** Uniform numbers in [0, 1) from a seed (mulberry32): the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A standard normal number, by Box and Muller. */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Unit rows in random directions. */
export function randomRows(rows: number, columns: number, random: () => number): Matrix {
  const m = matrix(rows, columns);
  for (let i = 0; i < m.data.length; i++) m.data[i] = gaussian(random);
  return normaliseRows(m);
}
