/*
 * Densities of standardised scores on one grid: cell c is the score LOW + c STEP.
 */
export const LOW = -7;
export const STEP = 0.1;
export const CELLS = 161;

/** Weight of the normal curve that is added to the kernel density for its tails, in scores. */
const NORMAL_COUNT = 20;
const LEAST_WIDTH = 0.15;
/** Share of the wrong captions' density in the density of correct captions. */
const LIKE_WRONG = 0.15;

/** A log-gamma curve: a heavier left tail than the normal distribution, like that of correct captions; the heavier, the lower its shape. */
export interface Skew {
  readonly shape: number;
  /** The logarithm of the gamma function, and its first two derivatives, at `shape`. */
  readonly logGamma: number;
  readonly digamma: number;
  readonly trigamma: number;
}
/** How skewed the scores of correct captions may be. */
export const SKEWS: readonly Skew[] = [
  { shape: 2, logGamma: 0, digamma: 0.42278433509846713, trigamma: 0.6449340668482264 },
  { shape: 4, logGamma: Math.log(6), digamma: 1.2561176684318005, trigamma: 0.28382295573711533 },
];

/** Histogram with linear interpolation: a score between two cells counts partly for both. */
export function histogram(
  scores: Float64Array,
  scaled: (score: number) => number,
): Float64Array<ArrayBuffer> {
  const counts = new Float64Array(CELLS);
  for (const score of scores) {
    const at = Math.min(CELLS - 1, Math.max(0, (scaled(score) - LOW) / STEP));
    const cell = Math.min(CELLS - 2, Math.floor(at));
    counts[cell]! += 1 - (at - cell);
    counts[cell + 1]! += at - cell;
  }
  return counts;
}

/** Kernel density of scores on the grid, regularised by a normal curve of their mean and spread. */
export function density(
  scores: Float64Array,
  scaled: (score: number) => number,
): Float64Array<ArrayBuffer> {
  const counts = histogram(scores, scaled);
  const width = Math.max(LEAST_WIDTH, 1.06 * Math.max(1, scores.length) ** -0.2);
  const reach = Math.ceil((4 * width) / STEP);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    normal((k - reach) * STEP, 0, width),
  );
  const { mean, spread } = gridMoments(counts, scores.length);
  const total = scores.length + NORMAL_COUNT;
  const out = new Float64Array(CELLS);
  for (let c = 0; c < CELLS; c++) {
    let sum = 0;
    for (let k = Math.max(0, c - reach); k <= Math.min(CELLS - 1, c + reach); k++) {
      if (counts[k]! > 0) sum += counts[k]! * kernel[k - c + reach]!;
    }
    out[c] = (sum + NORMAL_COUNT * normal(LOW + c * STEP, mean, spread)) / total;
  }
  return out;
}

/** Mean and spread of the scores of correct captions, and how skewed they are. */
export interface RightCurve {
  readonly mean: number;
  readonly spread: number;
  readonly skew: Skew;
}

/**
 * Density of correct captions around their mean: left-skewed, because some are vague, and partly of the shape of the wrong
 * ones' density, to which it converges if the two cannot be distinguished.
 */
export function rightDensity(
  wrong: Float64Array,
  { mean, spread, skew }: RightCurve,
): Float64Array<ArrayBuffer> {
  const { shape, logGamma, digamma } = skew;
  const rootTrigamma = Math.sqrt(skew.trigamma);
  const out = new Float64Array(CELLS);
  for (let c = 0; c < CELLS; c++) {
    const z = (LOW + c * STEP - mean) / spread;
    const u = Math.min(5, z * rootTrigamma + digamma);
    const skewed = Math.exp(shape * u - Math.exp(u) - logGamma) * rootTrigamma;
    out[c] = ((1 - LIKE_WRONG) * skewed + LIKE_WRONG * interpolate(wrong, z)) / spread;
  }
  return out;
}

/** The value of a grid table at `z`; constant beyond the grid. */
export function interpolate(table: Float64Array, z: number): number {
  const at = Math.min(CELLS - 1, Math.max(0, (z - LOW) / STEP));
  const cell = Math.min(CELLS - 2, Math.floor(at));
  return table[cell]! + (at - cell) * (table[cell + 1]! - table[cell]!);
}

function normal(x: number, mean: number, spread: number): number {
  return Math.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * Math.sqrt(2 * Math.PI));
}

function gridMoments(
  counts: Float64Array,
  n: number,
): { readonly mean: number; readonly spread: number } {
  if (n < 2) return { mean: 0, spread: 1 };
  let sum = 0;
  counts.forEach((count, c) => (sum += count * (LOW + c * STEP)));
  const mean = sum / n;
  let squares = 0;
  counts.forEach((count, c) => (squares += count * (LOW + c * STEP - mean) ** 2));
  return { mean, spread: Math.max(0.3, Math.sqrt(squares / n)) };
}
