import { logisticRegression } from '../../matching/logisticRegression.ts';
import { row } from '../../matching/matrix.ts';
import { moments } from '../../matching/moments.ts';
import { transposed } from '../../matching/scoreBlocks.ts';
import type { Steps } from '../../steps.ts';
import { trustOf } from '../captionPrediction.ts';
import { EXCHANGED_WEIGHTS } from '../combination.ts';
import { CrossFittedRegression, learnFrom, predictByFold } from '../crossFitting.ts';
import { injectedScores, type JudgedPair, observedScores } from '../injection.ts';
import { type PairScores, type PairScorer, SCORE_NAMES } from '../pairScorer.ts';
import { linearScore, type LinearWeights } from './foldedCombination.ts';
import {
  combinationOf,
  expectedCaption,
  type FittedFold,
  type FittedModel,
  type HeldOut,
} from './fittedModel.ts';

/** Scores that are combined: all but the combined one. */
const COMBINED = SCORE_NAMES.length - 1;
/** Wrong captions scored, over all folds. */
const INJECTIONS = 12_000;
/** Ridge penalty of the weights of standardised scores, in pairs: it holds the weights of small datasets near the shipped ones. */
const WEIGHT_PENALTY = 10;

/** A dataset in folds, ready to be learnt from. */
export interface FoldedPairs {
  readonly scorer: PairScorer;
  /** The judged pairs in an order that depends on their content only, each with the fold of its image. */
  readonly pairs: readonly JudgedPair[];
  readonly foldOfImage: readonly number[];
  readonly folds: number;
  readonly seed: number;
}

/** Scores of a dataset's own captions and of exchanged ones, by one combination. */
export interface SeparatedScores {
  readonly observed: Float64Array;
  readonly wrong: Float64Array;
}

export interface FitRound {
  readonly model: FittedModel;
  readonly scores: SeparatedScores;
  /** How far each pair is trusted in the next round, 0..1. */
  readonly trust: readonly number[];
  /** Mean logistic loss of captions and exchanged captions, of equal weight together. */
  readonly loss: number;
}

/**
 * Fits heads and weights to a dataset, cross-fitted: each fold's from the pairs of the other folds.
 * Heads: ridge regressions between looks and sentence embeddings, in both directions. Weights: logistic regression of the
 * dataset's captions against captions exchanged in memory, near the shipped weights. Changes the scorer's predictions and
 * weights.
 * @param trust 0..1 for each pair: suspicious pairs count less
 */
export function* fitRound(folded: FoldedPairs, trust: readonly number[]): Steps<FitRound> {
  const { scorer, pairs, foldOfImage, seed } = folded;
  const heads = yield* foldHeads(folded, trust);
  yield* usePredictions(scorer, foldOfImage, heads);
  scorer.fitted = undefined;
  const observed = yield* observedScores(scorer, pairs);
  const wrong = yield* wrongByFold(folded);
  const combinations: LinearWeights[] = [];
  for (const fold of heads.keys()) {
    yield;
    const others = pairs.flatMap((pair, n) => (pair.fold === fold ? [] : [n]));
    combinations.push(
      learntWeights(
        others.map((n) => ({ scores: observed[n]!, trust: trust[n]! })),
        wrong.flatMap((scores, f) => (f === fold ? [] : scores)),
      ),
    );
  }
  const model = {
    seed,
    folds: heads.map((head, fold) => ({ ...head, combination: combinations[fold]! })),
  };
  const combination = combinationOf(model, foldOfImage);
  scorer.fitted = combination;
  const scores = {
    observed: Float64Array.from(pairs, ({ image }, n) => combination.of(image, observed[n]!)),
    wrong: Float64Array.from(
      wrong.flatMap((each, fold) => each.map((one) => linearScore(combinations[fold]!, one))),
    ),
  };
  return { model, scores, trust: trustOf(scores.observed), loss: lossOf(scores) };
}

type Heads = Pick<FittedFold, 'captionOfLook' | 'lookOfCaption'>;

function* foldHeads(
  { scorer, pairs, folds }: FoldedPairs,
  trust: readonly number[],
): Steps<Heads[]> {
  const { visuals, sentences } = scorer.spaces;
  const forward = new CrossFittedRegression(folds, visuals.columns, sentences.columns);
  const backward = new CrossFittedRegression(folds, sentences.columns, visuals.columns);
  yield* learnFrom(pairs.length, (at) => {
    const { image, text, fold } = pairs[at]!;
    forward.add(fold, row(visuals, image), row(sentences, text), trust[at]!);
    backward.add(fold, row(sentences, text), row(visuals, image), trust[at]!);
  });
  const captions = yield* forward.ofFolds();
  const looks = yield* backward.ofFolds();
  return captions.map((captionOfLook, fold) => ({
    captionOfLook,
    lookOfCaption: transposed(looks[fold]!),
  }));
}

/** Writes the caption that each image's fold expects of it to the scorer's predictions. */
export function* usePredictions(
  { spaces }: PairScorer,
  foldOfImage: readonly number[],
  heads: readonly Heads[],
): Steps<void> {
  yield* predictByFold(spaces, foldOfImage, (fold, visual) =>
    expectedCaption(heads[fold]!, visual),
  );
}

/** Scores of captions exchanged within each fold. */
function* wrongByFold({ scorer, pairs, folds, seed }: FoldedPairs): Steps<PairScores[][]> {
  const wrong: PairScores[][] = [];
  for (let fold = 0; fold < folds; fold++) {
    const own = pairs.filter((pair) => pair.fold === fold);
    wrong.push(
      yield* injectedScores(scorer, own, { seed: seed + fold + 1, limit: INJECTIONS / folds }),
    );
  }
  return wrong;
}

/** Weights by which scores tell captions from exchanged ones. */
function learntWeights(
  own: readonly { readonly scores: PairScores; readonly trust: number }[],
  wrong: readonly PairScores[],
): LinearWeights {
  const standard = Array.from({ length: COMBINED }, (_, f) => moments(wrong.map((e) => e[f]!)));
  const features = (scores: PairScores): number[] =>
    standard.map(({ mean, deviation }, f) => (deviation > 0 ? (scores[f]! - mean) / deviation : 0));
  const right = own.reduce((sum, { trust }) => sum + trust, 0);
  // Both classes have the same weight, so that the number of exchanged captions changes nothing.
  const each = right / Math.max(1, wrong.length);
  const rows = [
    ...own.map(({ scores, trust }) => ({
      features: features(scores),
      positive: true,
      weight: trust,
    })),
    ...wrong.map((scores) => ({ features: features(scores), positive: false, weight: each })),
  ];
  const shipped = EXCHANGED_WEIGHTS.slice(0, COMBINED);
  const scale = logisticRegression(
    rows.map((one) => ({
      ...one,
      features: [shipped.reduce((sum, weight, f) => sum + weight * one.features[f]!, 0)],
    })),
    [0],
    1,
  ).weights[0]!;
  const { weights, offset } = logisticRegression(
    rows,
    shipped.map((weight) => scale * weight),
    WEIGHT_PENALTY,
  );
  const raw = weights.map((weight, f) =>
    standard[f]!.deviation > 0 ? weight / standard[f]!.deviation : 0,
  );
  return {
    weights: raw,
    offset: raw.reduce((rest, weight, f) => rest - weight * standard[f]!.mean, offset),
  };
}

function lossOf({ observed, wrong }: SeparatedScores): number {
  const mean = (odds: Float64Array, sign: number): number =>
    odds.reduce((sum, z) => sum + Math.log1p(Math.exp(-sign * z)), 0) / Math.max(1, odds.length);
  return (mean(observed, 1) + mean(wrong, -1)) / 2;
}

/**
 * AUROC of a dataset's captions against exchanged ones, by two combinations. A caption counts as far as the first of them takes
 * it for right, so that wrong captions of the dataset, which no combination tells from exchanged ones, do not hide the
 * difference; this favours the first. The error is that of the captions alone (DeLong et al. 1988): there are many exchanged ones
 * for each.
 */
export function heldOutGain(before: SeparatedScores, after: SeparatedScores): HeldOut {
  const trust = trustOf(before.observed);
  const total = trust.reduce((sum, weight) => sum + weight, 0);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value, n) => sum + trust[n]! * value, 0) / total;
  const a = placements(before);
  const b = placements(after);
  const difference = a.map((value, n) => b[n]! - value);
  const gain = mean(difference);
  const squares = difference.reduce((sum, d, n) => sum + (trust[n]! * (d - gain)) ** 2, 0);
  return { before: mean(a), after: mean(b), error: Math.sqrt(squares) / total };
}

/** For each caption the share of exchanged ones that score less, equal ones counting half. */
function placements({ observed, wrong }: SeparatedScores): number[] {
  const sorted = wrong.toSorted();
  const below = (score: number, orEqual: boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = sorted[middle]!;
      if (value < score || (orEqual && value === score)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Array.from(
    observed,
    (score) => (below(score, false) + below(score, true)) / (2 * Math.max(1, sorted.length)),
  );
}
