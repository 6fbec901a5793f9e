import { SCORE_NAMES, type PairScores } from './pairScorer.ts';

/**
 * Weights of the standardised scores, in the order of `SCORE_NAMES`: CSLS has the largest. Chosen by hand from the
 * performance of the single scores. They are not fitted to the dataset: if correct and wrong captions are similar, this
 * would fit noise, and coco-mini ranks as well without (docs/adr/0007-what-cannot-be-known.md).
 */
export const EXCHANGED_WEIGHTS: readonly number[] = [0.3, 0.3, 1.6, 0, 0.2, 0.2];
/** The same for foreign captions, for which the captions of similar images are informative. */
export const FOREIGN_WEIGHTS: readonly number[] = [0.3, 0.3, 0.8, 0.8, 0.6, 0];

/** Prior mean and spread of the scores of wrong captions, for datasets too small to estimate them. */
const SHIPPED_MEAN: readonly number[] = [0, 0, -0.75, -0.9, 0, 0];
const SHIPPED_SPREAD: readonly number[] = [0.14, 0.13, 0.3, 0.3, 0.06, 0.04];
/** Weight of the shipped mean and spread in wrong captions. */
const SHIPPED_COUNT = 8;

/** Combines scores to one number: higher is a better match, 0 is the mean of wrong captions. */
export type Combination = (scores: PairScores) => number;

/** Weighted sum of the scores, each standardised by the wrong captions. */
export function combination(wrong: readonly PairScores[], weights: readonly number[]): Combination {
  const { mean, spread } = spreadOf(wrong);
  return (scores) => {
    let sum = 0;
    for (let f = 0; f < SCORE_NAMES.length; f++) {
      sum += (weights[f]! * (scores[f]! - mean[f]!)) / spread[f]!;
    }
    return sum;
  };
}

function spreadOf(wrong: readonly PairScores[]): {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
} {
  const n = wrong.length + SHIPPED_COUNT;
  const mean = Float64Array.from(SHIPPED_MEAN, (m) => m * SHIPPED_COUNT);
  for (const e of wrong) e.forEach((value, f) => (mean[f]! += value));
  mean.forEach((sum, f) => (mean[f] = sum / n));
  const spread = Float64Array.from(SHIPPED_SPREAD, (s, f) => {
    const offset = SHIPPED_MEAN[f]! - mean[f]!;
    // Limited, so that a shifted mean does not inflate the spread.
    return (s * s + Math.min(offset * offset, s * s)) * SHIPPED_COUNT;
  });
  for (const e of wrong) e.forEach((value, f) => (spread[f]! += (value - mean[f]!) ** 2));
  spread.forEach((sum, f) => (spread[f] = Math.sqrt(sum / n)));
  return { mean, spread };
}
