import { moments } from '../matching/moments.ts';
import { auroc } from '../matching/auroc.ts';
import { linearScore, type LinearWeights } from './fitting/foldedCombination.ts';
import { SCORE_NAMES, type PairScores, type UsedScores } from './pairScorer.ts';

/**
 * Weights of the standardised scores that find exchanged captions: the best few other partners tell near misses, the
 * class-name prior vague captions. Chosen by hand. They are not fitted to the dataset: if correct and wrong captions are
 * similar, this would fit noise (docs/adr/0007-what-cannot-be-known.md, docs/adr/0017-exchanged-captions.md).
 */
export const EXCHANGED_WEIGHTS = weightsOf({ prior: 0.2, nearest: 1.6 });
/** The same for foreign captions, for which the captions of similar images are informative. */
export const FOREIGN_WEIGHTS = weightsOf({
  cosine: 0.3,
  prior: 0.3,
  csls: 0.8,
  reference: 0.8,
  imageNeighbours: 0.6,
});

/** Weights in the order of `SCORE_NAMES`; scores that are not named have none. */
export function weightsOf(
  named: Readonly<Partial<Record<(typeof SCORE_NAMES)[number], number>>>,
): readonly number[] {
  return SCORE_NAMES.map((name) => named[name] ?? 0);
}

/** Prior mean and spread of the scores of wrong captions, for datasets too small to estimate them. */
const SHIPPED_MEAN: readonly number[] = [0, 0, -0.75, -0.9, 0, 0, 0, -0.8, 0];
const SHIPPED_SPREAD: readonly number[] = [0.14, 0.13, 0.3, 0.3, 0.06, 0.04, 0.15, 0.3, 1];
/** Weight of the shipped mean and spread in wrong captions. */
const SHIPPED_COUNT = 8;

/** Combines scores to one number (`linearScore`): higher is a better match, 0 is the mean of wrong captions. */
export type Combination = LinearWeights;

/** The combined scores of many pairs. */
export function combineAll(scores: readonly PairScores[], combination: Combination): Float64Array {
  return Float64Array.from(scores, (each) => linearScore(combination, each));
}

/** Weighted sum of the scores, each standardised by the wrong captions. @param weights in the order of `SCORE_NAMES` */
function weighted({ mean, spread }: Standard, weights: readonly number[]): Combination {
  const scaled = SCORE_NAMES.map((_, f) => weights[f]! / spread[f]!);
  return {
    weights: scaled,
    offset: -scaled.reduce((sum, weight, f) => sum + weight * mean[f]!, 0),
  };
}

const PREDICTED = SCORE_NAMES.indexOf('predicted');
/** Shares of the dataset's own predictions in the score that are tried. */
const PREDICTED_SHARES = [0.25, 0.5, 0.75, 1];
/** Scores of each kind that a share is tried on. */
const MOST_TRIED = 3000;

/**
 * The combination of the shipped scores with the captions that the dataset itself predicts, whose share is learnt: the one
 * that tells observed captions best from wrong ones. What it gains beyond one standard error decides how much of it is
 * used, all from two on, so that chance neither adds the predictions nor turns them on and off.
 */
export function learntCombination(
  observed: readonly PairScores[],
  wrong: readonly PairScores[],
  weights: readonly number[],
): Combination {
  const standard = standardOf(wrong);
  const shipped = weighted(standard, weights);
  // The predictions alone have the spread of the shipped scores together.
  const { deviation: scale } = moments(wrong.map((scores) => linearScore(shipped, scores)));
  const mixed = (share: number): Combination =>
    weighted(
      standard,
      weights.map((weight, f) => (1 - share) * weight + (f === PREDICTED ? share * scale : 0)),
    );
  const right = sample(observed);
  const known = sample(wrong);
  const base = separability(right, known, shipped);
  let best = { share: 0, gain: 0 };
  for (const share of PREDICTED_SHARES) {
    const gain = separability(right, known, mixed(share)) - base;
    if (gain > best.gain) best = { share, gain };
  }
  const error = Math.sqrt((base * (1 - base)) / Math.max(1, observed.length));
  const used = Math.min(1, Math.max(0, best.gain / Math.max(error, Number.MIN_VALUE) - 1));
  return used > 0 ? mixed(used * best.share) : shipped;
}

const FITTED = SCORE_NAMES.indexOf('fitted');

/** The scores as `pairlens fit` learnt to combine them. */
export const fittedCombination: Combination = {
  weights: SCORE_NAMES.map((_, f) => (f === FITTED ? 1 : 0)),
  offset: 0,
};

/** The scores that some combinations look at; a fitted one looks at all. */
export function usedScores(...combinations: readonly Combination[]): UsedScores {
  const every = combinations.some(({ weights }) => weights[FITTED] !== 0);
  return SCORE_NAMES.map((_, f) => every || combinations.some(({ weights }) => weights[f] !== 0));
}

/** Those that `learntCombination` looks at. */
export const SHIPPED_SCORES: UsedScores = SCORE_NAMES.map(
  (_, f) => f === PREDICTED || EXCHANGED_WEIGHTS[f] !== 0 || FOREIGN_WEIGHTS[f] !== 0,
);

/** Whether the captions that the dataset predicts count in a combination. */
export function usesPredictions({ weights }: Combination): boolean {
  return weights[PREDICTED] !== 0 || weights[FITTED] !== 0;
}

/** AUROC of observed captions against wrong ones. */
function separability(
  observed: readonly PairScores[],
  wrong: readonly PairScores[],
  score: Combination,
): number {
  const all = [...observed, ...wrong];
  return auroc(
    all.map((scores) => linearScore(score, scores)),
    all.map((_, n) => n < observed.length),
  );
}

function sample<T>(values: readonly T[]): T[] {
  const stride = Math.max(1, values.length / MOST_TRIED);
  const size = Math.floor(values.length / stride);
  return Array.from({ length: size }, (_, n) => values[Math.floor(n * stride)]!);
}

/** Mean and spread of each score of wrong captions. */
interface Standard {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

function standardOf(wrong: readonly PairScores[]): Standard {
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
