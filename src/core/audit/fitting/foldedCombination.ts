/** Weights of the scores of a pair, and what is added to their sum. */
export interface LinearWeights {
  readonly weights: readonly number[];
  readonly offset: number;
}

/** @param scores those that the weights are of, maybe with more behind them */
export function linearScore({ weights, offset }: LinearWeights, scores: ArrayLike<number>): number {
  let sum = offset;
  for (let f = 0; f < weights.length; f++) sum += weights[f]! * scores[f]!;
  return sum;
}

/**
 * A linear combination of scores for each part (fold) of a dataset, learnt from the other parts: the one of its image's part
 * scores a pair, so that no pair is scored by weights that were learnt from it. All are log odds, so that they are comparable.
 */
export class FoldedCombination {
  readonly #foldOfImage: readonly number[];
  readonly #folds: readonly LinearWeights[];
  readonly #mean: LinearWeights;

  /** @param foldOfImage by row of images; of an image from outside of the dataset -1: the mean of all weights scores it */
  constructor(foldOfImage: readonly number[], folds: readonly LinearWeights[]) {
    this.#foldOfImage = foldOfImage;
    this.#folds = folds;
    const mean = (of: (fold: LinearWeights) => number): number =>
      folds.reduce((sum, fold) => sum + of(fold), 0) / Math.max(1, folds.length);
    this.#mean = {
      weights: (folds[0]?.weights ?? []).map((_, f) => mean(({ weights }) => weights[f]!)),
      offset: mean(({ offset }) => offset),
    };
  }

  /** The combined score of a pair of image row `i`. @param scores as of `linearScore` */
  of(i: number, scores: ArrayLike<number>): number {
    return linearScore(this.#folds[this.#foldOfImage[i] ?? -1] ?? this.#mean, scores);
  }

  /** The same with a row for an image from outside, before row `at`. */
  withOutsideRow(at: number): FoldedCombination {
    return new FoldedCombination(this.#foldOfImage.toSpliced(at, 0, -1), this.#folds);
  }
}
