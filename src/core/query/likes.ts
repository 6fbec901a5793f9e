import { sentence } from '../text/sentence.ts';
import type { QueriedPair } from './pairTest.ts';
import type { QueryFault } from './query.ts';

/** The image is among those that fit a text best, or that are most like an image of the datasets. */
export interface LikeCondition {
  readonly kind: 'like';
  readonly to: 'text' | 'image';
  /** The text, or the path or name of the image. */
  readonly value: string;
  /** Range in the query, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** The pair was selected on the map of an editor. */
export interface SelectionCondition {
  readonly kind: 'selection';
  /** Name of the selection. */
  readonly value: string;
  /** Range in the query, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Number of images that a condition selects, of those of its candidates (`likeCandidates`). */
export const LIKE_FOUND = 200;

/** The pairs that each condition selects, with the rank of their images: 0 is the best. */
export type Likes = ReadonlyMap<
  LikeCondition | SelectionCondition,
  ReadonlyMap<QueriedPair, number>
>;

export const NO_LIKES: Likes = new Map();

/** The first pair of the image that a condition names by its path or its name. */
export function imageNamed<P extends QueriedPair>(
  pairs: readonly P[],
  { value, start, end }: LikeCondition,
): { readonly pair: P } | { readonly fault: QueryFault } {
  const pair =
    pairs.find(({ image }) => image === value) ??
    pairs.find(({ image }) => image.endsWith(`/${value}`));
  if (pair !== undefined) return { pair };
  return {
    fault: { message: sentence('There is no image {0} in the datasets.', value), start, end },
  };
}

/** The fault of a condition on a selection that is not kept. */
export function noSuchSelection({ value, start, end }: SelectionCondition): QueryFault {
  return {
    message: sentence('There is no selection {0}: select again on the map in the editor.', value),
    start,
    end,
  };
}
