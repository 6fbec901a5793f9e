import type { Steps } from '../steps.ts';

/** What became of the mixture: how many captions are wrong, and how likely one is, given its score. */
export interface Calibration {
  /** Estimated share of wrong captions among the pairs, 0..1. */
  readonly wrongShare: number;
  /** Probability that a caption with this score is wrong: 0..1, never rising with the score. */
  readonly mismatch: (score: number) => number;
}

/** Where right captions stand, in spreads of the wrong ones from their mean, and how firmly we believe it. */
const RIGHT_MEAN = 2.7;
const RIGHT_SPREAD = 0.85;
const RIGHT_COUNT = 6;
/** Beta prior of the wrong share, in pairs: few datasets have none and few are mostly wrong. */
const WRONG_PAIRS = 0.6;
const RIGHT_PAIRS = 5.4;
/** The wrong captions' density rests on the injected ones; a normal curve of this many carries its tails. */
const NORMAL_COUNT = 20;

const LOW = -8;
const STEP = 0.05;
const CELLS = 401;
const ROUNDS = 300;
const ROUNDS_PER_STEP = 4;
const LIMIT = 1e-4;

/**
 * Splits the observed scores into wrong and right captions and reads the probability off the two densities:
 * P(wrong | s) = pi f_wrong(s) / (pi f_wrong(s) + (1 - pi) f_right(s)). The wrong captions' density is known from
 * injected ones; the right ones' is a normal curve, fitted together with their share by expectation maximisation
 * (maximum a posteriori, so that 0, 1 or 20 pairs fall back to what is usual).
 */
export function* calibrate(observed: Float64Array, injected: Float64Array): Steps<Calibration> {
  const { mean, spread } = moments(injected);
  const scaled = (score: number): number => (score - mean) / spread;
  const wrong = wrongDensity(injected, scaled);
  const right = { mean: RIGHT_MEAN, spread: RIGHT_SPREAD };
  const z = observed.map(scaled);
  let share = WRONG_PAIRS / (WRONG_PAIRS + RIGHT_PAIRS);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % ROUNDS_PER_STEP === 0) yield;
    let wrongMass = 0;
    let sum = 0;
    let squares = 0;
    for (const value of z) {
      const w = share * densityAt(wrong, value);
      const r = (1 - share) * normal(value, right.mean, right.spread);
      const p = w / (w + r + 1e-300);
      wrongMass += p;
      sum += (1 - p) * value;
      squares += (1 - p) * (value - right.mean) ** 2;
    }
    const rightMass = z.length - wrongMass + RIGHT_COUNT;
    const previous = share;
    share = (wrongMass + WRONG_PAIRS) / (z.length + WRONG_PAIRS + RIGHT_PAIRS);
    right.mean = (sum + RIGHT_COUNT * RIGHT_MEAN) / rightMass;
    right.spread = Math.sqrt((squares + RIGHT_COUNT * RIGHT_SPREAD ** 2) / rightMass);
    if (Math.abs(share - previous) < 1e-7) break;
  }
  const table = monotoneTable(wrong, right, share);
  return {
    wrongShare: share,
    mismatch: (score) => interpolate(table, Number.isFinite(score) ? scaled(score) : 0),
  };
}

/** P(wrong) on the grid, held level beyond the points where the densities' tails would turn it back. */
function monotoneTable(
  wrong: Float64Array,
  right: { readonly mean: number; readonly spread: number },
  share: number,
): Float64Array {
  const table = new Float64Array(CELLS);
  for (let c = 0; c < CELLS; c++) {
    const w = share * wrong[c]!;
    const r = (1 - share) * normal(LOW + c * STEP, right.mean, right.spread);
    table[c] = Math.min(1 - LIMIT, Math.max(LIMIT, w / (w + r + 1e-300)));
  }
  // From the middle of the two outward: there the ratio is well supported.
  const middle = Math.round((right.mean / 2 - LOW) / STEP);
  for (let c = middle + 1; c < CELLS; c++) table[c] = Math.min(table[c]!, table[c - 1]!);
  for (let c = middle - 1; c >= 0; c--) table[c] = Math.max(table[c]!, table[c + 1]!);
  return table;
}

/** Kernel density of the injected scores on the grid, leaning on the normal curve where there are few. */
function wrongDensity(injected: Float64Array, scaled: (s: number) => number): Float64Array {
  const counts = new Float64Array(CELLS);
  for (const score of injected) {
    const at = (scaled(score) - LOW) / STEP;
    const cell = Math.min(CELLS - 2, Math.max(0, Math.floor(at)));
    const share = Math.min(1, Math.max(0, at - cell));
    counts[cell]! += 1 - share;
    counts[cell + 1]! += share;
  }
  const width = Math.max(0.12, 1.06 * Math.max(1, injected.length) ** -0.2);
  const reach = Math.ceil((4 * width) / STEP);
  const total = injected.length + NORMAL_COUNT;
  const density = new Float64Array(CELLS);
  for (let c = 0; c < CELLS; c++) {
    let sum = 0;
    for (let k = Math.max(0, c - reach); k <= Math.min(CELLS - 1, c + reach); k++) {
      if (counts[k]! > 0) sum += counts[k]! * normal((c - k) * STEP, 0, width);
    }
    density[c] = (sum + NORMAL_COUNT * normal(LOW + c * STEP, 0, 1)) / total;
  }
  return density;
}

function densityAt(density: Float64Array, z: number): number {
  return interpolate(density, z);
}

function interpolate(table: Float64Array, z: number): number {
  const at = Math.min(CELLS - 1, Math.max(0, (z - LOW) / STEP));
  const cell = Math.min(CELLS - 2, Math.floor(at));
  return table[cell]! + (at - cell) * (table[cell + 1]! - table[cell]!);
}

function normal(x: number, mean: number, spread: number): number {
  return Math.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * Math.sqrt(2 * Math.PI));
}

/** Mean and spread of the injected scores; with none, those of standardised scores. */
function moments(values: Float64Array): { readonly mean: number; readonly spread: number } {
  if (values.length < 2) return { mean: values[0] ?? 0, spread: 1 };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const spread = Math.sqrt(squares / values.length);
  return { mean, spread: spread > 1e-6 ? spread : 1 };
}
