import type { Matrix } from './matrix.ts';
import { type MatchOptions, productBlocks, type ScoreBlocks } from './scoreBlocks.ts';

/** Unit rows of images (n) and captions (m) in all embedding spaces. */
export interface MatchingSpaces {
  /** Images in the joint space (n, d). */
  readonly images: Matrix;
  /** Captions in the joint space (m, d). */
  readonly captions: Matrix;
  /** Visual embeddings of the images (n, l). */
  readonly visuals: Matrix;
  /** Class-name priors of the images in the sentence space (n, s). */
  readonly priors: Matrix;
  /** Captions in the sentence space (m, s). */
  readonly sentences: Matrix;
}

/** Input of a matcher: images and captions, and reference pairs. */
export interface MatchingTask {
  readonly spaces: MatchingSpaces;
  /** Reference pairs from other datasets: the query bank of inductive matchers. May be empty. */
  readonly reference: MatchingSpaces;
}

/** Scores that rank the gallery within each row; scores of different rows are not comparable. */
export interface MatchingScores {
  /** A row for each image (n, m). */
  readonly imageToText: ScoreBlocks;
  /** A row for each caption (m, n). */
  readonly textToImage: ScoreBlocks;
}

/** A method to rank captions for images and images for captions. */
export interface Matcher {
  readonly id: string;
  readonly title: string;
  /** Whether a query's ranking depends on the other queries of the set. Do not compare with inductive matchers. */
  readonly transductive: boolean;
  /** What it reads besides the joint space that an encoder may not have. */
  readonly needs: readonly ('reference' | 'priors')[];
  /** @throws PairLensError `cancelled`. */
  rescore(task: MatchingTask, options: MatchOptions): Promise<MatchingScores>;
}

/** Whether an encoder has all that a matcher needs. */
export function canMatch(
  { needs }: Matcher,
  reference: Pick<MatchingSpaces, 'images' | 'priors'>,
): boolean {
  return (
    (!needs.includes('reference') || reference.images.rows > 0) &&
    (!needs.includes('priors') || reference.priors.columns > 0)
  );
}

/** Inner products of unit rows of images (n, d) and captions (m, d), in both directions. */
export function productScores(
  images: Matrix,
  captions: Matrix,
  { innerProducts }: MatchOptions,
): MatchingScores {
  return {
    imageToText: productBlocks(images, captions, innerProducts),
    textToImage: productBlocks(captions, images, innerProducts),
  };
}

/** Cosines in the joint space. */
export function jointScores({ spaces }: MatchingTask, options: MatchOptions): MatchingScores {
  return productScores(spaces.images, spaces.captions, options);
}

/** Cosines of the reference queries, images or captions, with the set's gallery. */
export function bankScores(
  { spaces, reference }: MatchingTask,
  { innerProducts }: MatchOptions,
): MatchingScores {
  return {
    imageToText: productBlocks(reference.images, spaces.captions, innerProducts),
    textToImage: productBlocks(reference.captions, spaces.images, innerProducts),
  };
}

/** Ranks each query by the cosine. */
export const cosineMatcher: Matcher = {
  id: 'cosine',
  title: 'cosine',
  transductive: false,
  needs: [],
  rescore: (task, options) => Promise.resolve(jointScores(task, options)),
};
