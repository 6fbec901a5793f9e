import { crossLists, selfLists } from './allPairs.ts';
import { jointScores, type Matcher } from './matcher.ts';
import { rewrittenRows, type ScoreBlocks } from './scoreBlocks.ts';
import type { TopLists } from './topLists.ts';

/** Items re-ordered at the top of each list (MTFN-RR). */
export const CAPTIONS_RERANKED = 15;
export const IMAGES_RERANKED = 20;
/** Length of the lists that ranks are read from; an item beyond the end has the rank after it. */
const LIST_DEPTH = 128;
/** Number of captions near the query caption whose ranks are used, too. */
const NEAR_CAPTIONS = 4;

/** The `depth` best items of query `q` in their new order. */
export type Reorder = (q: number) => Int32Array;

/**
 * Cross-modal re-ranking of captions for images (MTFN-RR, Wang et al., ACM MM 2019): the best captions of an image are
 * re-ordered by the rank of the image in each caption's own list; ties keep the old order. Transductive.
 *
 * @param captions for each image its best captions
 * @param images for each caption its best images; an image beyond the list has the rank after its end
 */
export function rerankedCaptions(
  captions: TopLists,
  images: TopLists,
  depth = CAPTIONS_RERANKED,
): Reorder {
  return (image) =>
    byPlace(captions.items(image).subarray(0, depth), (caption) => place(images, caption, image));
}

/**
 * Cross-modal re-ranking of images for captions (MTFN-RR with text-text similarity): the best images of a caption are
 * re-ordered by the best rank that the caption, or one of the captions nearest to it as sentences, has in each
 * image's list. The released script uses the captions of the query's true image instead, which leaks the answer;
 * here only sentence similarity is used. Transductive.
 *
 * @param images for each caption its best images
 * @param captions for each image its best captions
 * @param likeCaptions for each caption those nearest to it as sentences, itself not among them
 */
export function rerankedImages(
  images: TopLists,
  captions: TopLists,
  likeCaptions: TopLists,
  depth = IMAGES_RERANKED,
  near = NEAR_CAPTIONS,
): Reorder {
  return (caption) => {
    const group = [caption, ...likeCaptions.items(caption).subarray(0, near)];
    return byPlace(images.items(caption).subarray(0, depth), (image) =>
      Math.min(...group.map((member) => place(captions, image, member))),
    );
  };
}

/**
 * `scores` with the scores of the items of `reorder` permuted, so that each row ranks as re-ordered.
 * Items with equal scores stay equal.
 */
export function rerankedScores(scores: ScoreBlocks, reorder: Reorder): ScoreBlocks {
  return rewrittenRows(scores, (row, q) => {
    const items = reorder(q);
    const values = Float32Array.from(items, (item) => row[item]!).sort();
    items.forEach((item, at) => (row[item] = values[values.length - 1 - at]!));
  });
}

function byPlace(items: Int32Array, placeOf: (item: number) => number): Int32Array {
  const places = Array.from(items, placeOf);
  const order = Array.from(items.keys()).sort((a, b) => places[a]! - places[b]! || a - b);
  return Int32Array.from(order, (at) => items[at]!);
}

/** 0-based rank of `item` in the list of `q`, or the list's length if it is not in the list. */
function place(lists: TopLists, q: number, item: number): number {
  const items = lists.items(q);
  const found = items.indexOf(item);
  return found < 0 ? items.length : found;
}

export const mtfnMatcher: Matcher = {
  id: 'mtfn-rr',
  title: 'reciprocal re-ranking',
  transductive: true,
  needs: [],
  async rescore(task, options) {
    const { images, captions, sentences } = task.spaces;
    const { rows, columns } = await crossLists(images, captions, { ...options, k: LIST_DEPTH });
    const likeCaptions = await selfLists(sentences, { ...options, k: NEAR_CAPTIONS });
    const { imageToText, textToImage } = jointScores(task, options);
    return {
      imageToText: rerankedScores(imageToText, rerankedCaptions(rows, columns)),
      textToImage: rerankedScores(textToImage, rerankedImages(columns, rows, likeCaptions)),
    };
  },
};
