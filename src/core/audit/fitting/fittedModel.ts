import type { Matrix } from '../../matching/matrix.ts';
import { unitProduct, unitVector } from '../../matching/ridgeRegression.ts';
import { foldOf } from '../captionPrediction.ts';
import { FoldedCombination, type LinearWeights } from './foldedCombination.ts';

/** What was learnt from all parts of a dataset but one, for the pairs of that part. */
export interface FittedFold {
  /** (s, l): the sentence embedding that the look of an image predicts. */
  readonly captionOfLook: Matrix;
  /** (s, l): its product with a look is large for sentence embeddings that predict this look. */
  readonly lookOfCaption: Matrix;
  /** Of all scores of a pair but the last, which is what they combine to. */
  readonly combination: LinearWeights;
}

/** Heads and weights fitted to a dataset by `pairlens fit`, cross-fitted. */
export interface FittedModel {
  readonly folds: readonly FittedFold[];
  /** With the number of folds it decides which image is in which fold. */
  readonly seed: number;
}

/** How well the dataset's captions are told from exchanged ones by models that saw neither. */
export interface HeldOut {
  /** AUROC of the audit without the fitted model, and with it. */
  readonly before: number;
  readonly after: number;
  /** Standard error of the difference, paired by caption. */
  readonly error: number;
}

/** Standard errors by which a fitted model must be better. */
const SURE = 2;

/** Whether a fitted model tells captions from exchanged ones better than the audit without it, beyond chance. */
export function isBetter({ before, after, error }: HeldOut): boolean {
  return after - before > SURE * error;
}

/** The fold of each image, by the hash of its content. */
export function foldsOfImages(
  hashes: readonly string[],
  { folds, seed }: { readonly folds: number; readonly seed: number },
): number[] {
  return hashes.map((hash) => foldOf(hash, folds, seed));
}

/** The caption (s), a unit row, that a fold expects of an image with the centred look `visual` (l). */
export function expectedCaption(
  { captionOfLook, lookOfCaption }: Pick<FittedFold, 'captionOfLook' | 'lookOfCaption'>,
  visual: Float32Array,
): Float32Array {
  const forward = unitProduct(captionOfLook, visual);
  const backward = unitProduct(lookOfCaption, visual);
  return unitVector(forward.map((value, c) => value + backward[c]!));
}

/** The same of an image from outside of the dataset, which no fold has seen: the direction of their mean. */
export function expectedByAll({ folds }: FittedModel, visual: Float32Array): Float32Array {
  const sum = new Float32Array(folds[0]?.captionOfLook.rows ?? 0);
  for (const fold of folds) {
    expectedCaption(fold, visual).forEach((value, c) => (sum[c]! += value));
  }
  return unitVector(sum);
}

export function combinationOf(
  { folds }: FittedModel,
  foldOfImage: readonly number[],
): FoldedCombination {
  return new FoldedCombination(
    foldOfImage,
    folds.map(({ combination }) => combination),
  );
}
