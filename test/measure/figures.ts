import { mulberry32 } from '../../src/core/random.ts';

/** Mean precision at each wrong item, the most suspicious first; ties in the order given. */
export function averagePrecision(scores: readonly number[], wrong: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  let hits = 0;
  let sum = 0;
  order.forEach((i, at) => {
    if (wrong[i] === true) sum += ++hits / (at + 1);
  });
  return sum / Math.max(1, hits);
}

/** Expected calibration error over ten bins of equal width. */
export function calibrationError(
  probabilities: readonly number[],
  wrong: readonly boolean[],
): number {
  const bins = Array.from({ length: 10 }, () => ({ promised: 0, kept: 0 }));
  probabilities.forEach((p, i) => {
    const bin = bins[Math.min(9, Math.floor(p * 10))]!;
    bin.promised += p;
    bin.kept += wrong[i] === true ? 1 : 0;
  });
  const gap = bins.reduce((sum, { promised, kept }) => sum + Math.abs(promised - kept), 0);
  return gap / Math.max(1, probabilities.length);
}

const DRAWS = 200;

/**
 * The calibration error to expect by chance if each probability is true: what remains of so few pairs. Mean of draws with a fixed
 * seed.
 */
export function chanceError(probabilities: readonly number[]): number {
  const random = mulberry32(1);
  let sum = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    sum += calibrationError(
      probabilities,
      probabilities.map((p) => random() < p),
    );
  }
  return sum / DRAWS;
}
