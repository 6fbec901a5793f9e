import { type Matrix, row } from '../matching/matrix.ts';
import { moments } from '../matching/moments.ts';
import { unitProduct, unitProducts } from '../matching/ridgeRegression.ts';
import type { Steps } from '../steps.ts';
import { CrossFittedRegression, learnFrom, predictByFold } from './crossFitting.ts';

/** Parts of a dataset; the images of a part are predicted by a regression that saw the other parts only. */
export const FOLDS = 5;
/** With fewer pictures than this nothing is learnt from them. */
export const LEAST_PICTURES = 60;
/** Steepness and offset of the weight of a pair by its standardised CSLS. */
const STEEPNESS = 1.5;
const OFFSET = 0.5;

/** A pair to learn from. */
export interface LearntPair {
  readonly image: number;
  readonly text: number;
  /** CSLS of the pair. What a person verified weighs no more, so that a verdict changes no score. */
  readonly csls: number;
}

/** The part of the dataset that an image is in, by the hash of its content: copies are in the same one. */
export function foldOf(hash: string, folds = FOLDS, seed = 0): number {
  let mixed = 0x811c9dc5 ^ seed;
  for (let at = 0; at < hash.length; at++) {
    mixed = Math.imul(mixed ^ hash.charCodeAt(at), 0x01000193);
  }
  return (mixed >>> 0) % folds;
}

/** Predicts the sentence embedding of a caption from the centred visual embedding of its image: unit row. */
export type CaptionPredictor = (visual: Float32Array) => Float32Array;

/** Regressions (s, l) from visual to sentence embeddings: for each part one that saw the other parts, and one that saw all. */
export interface LearntRegressions {
  readonly folds: readonly Matrix[];
  readonly all: Matrix;
}

/** The caption (s), a unit row, expected of an image. @param fold its part of the dataset; undefined if it is in none */
export function predictedCaption(
  { folds, all }: LearntRegressions,
  visual: Float32Array,
  fold?: number,
): Float32Array {
  return unitProduct((fold === undefined ? undefined : folds[fold]) ?? all, visual);
}

/**
 * Learns from the dataset's own pairs what captions images like these have: a ridge regression from visual embeddings
 * (n, l) to sentence embeddings (m, s), both centred. It is cross-fitted: `predictions` (n, s) gets for each image the unit row
 * that a regression without its part of the dataset predicts, so that no pair is scored by a model that saw it. Pairs that fit
 * badly have a low weight. Cross-fitting as in confident learning (Northcutt et al. 2021); learning on an image-caption
 * dataset without its suspicious pairs after NCR (Huang et al. 2021), in closed form.
 * @param pairs in an order that depends on their content only
 * @param foldOfImage the part of the dataset that each image is in, 0..FOLDS - 1
 * @returns the regressions; an image from outside is predicted by the one of all parts.
 */
export function* learnPredictions(
  visuals: Matrix,
  sentences: Matrix,
  pairs: readonly LearntPair[],
  foldOfImage: readonly number[],
  predictions: Matrix,
): Steps<LearntRegressions> {
  const weights = trustOf(pairs.map((pair) => pair.csls));
  const regression = new CrossFittedRegression(FOLDS, visuals.columns, sentences.columns);
  yield* learnFrom(pairs.length, (at) => {
    const { image, text } = pairs[at]!;
    regression.add(foldOfImage[image]!, row(visuals, image), row(sentences, text), weights[at]!);
  });
  const folds = yield* regression.ofFolds();
  yield* predictByFold({ visuals, predictions }, foldOfImage, unitProducts(folds));
  yield;
  return { folds, all: regression.ofAll() };
}

/** 0..1: pairs count by how well their scores are compared with the rest. */
export function trustOf(scores: ArrayLike<number>): number[] {
  const { mean, deviation } = moments(scores);
  const spread = deviation || 1;
  return Array.from(
    scores,
    (score) => 1 / (1 + Math.exp(-STEEPNESS * ((score - mean) / spread + OFFSET))),
  );
}
