import type { MatchingScores } from './matcher.ts';
import { type MatchOptions, walkScores } from './scoreBlocks.ts';

/** Recall@K in percent, in one direction. */
export interface DirectedRecall {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** Recall@K in percent in both directions, and the sum of the six. */
export interface Recall {
  readonly imageToText: DirectedRecall;
  readonly textToImage: DirectedRecall;
  readonly rsum: number;
}

/**
 * Retrieval recall by the protocol of VSE++, SCAN and SAEM: an image is found at the best rank among its captions,
 * a caption at the rank of its image. Ranks are 0-based and count the items that score strictly higher.
 * Images without a caption are not used as queries.
 *
 * @param owner for each caption the image it belongs to
 * @throws PairLensError `cancelled`.
 */
export async function recallOf(
  scores: MatchingScores,
  owner: Int32Array,
  options: MatchOptions = {},
): Promise<Recall> {
  const share = (from: number): MatchOptions => ({
    ...options,
    onProgress: (done) => options.onProgress?.(from + done / 2),
  });
  const imageRanks: number[] = [];
  await walkRows(scores.imageToText, share(0), (row, image) => {
    let best = -Infinity;
    let captions = 0;
    for (let j = 0; j < row.length; j++) {
      if (owner[j] !== image) continue;
      captions++;
      if (row[j]! > best) best = row[j]!;
    }
    if (captions === 0) return;
    let rank = 0;
    for (let j = 0; j < row.length; j++) if (owner[j] !== image && !(row[j]! <= best)) rank++;
    imageRanks.push(rank);
  });
  const textRanks: number[] = [];
  await walkRows(scores.textToImage, share(0.5), (row, caption) => {
    const own = row[owner[caption]!]!;
    let rank = 0;
    // Negated so that NaN scores rank above the query's own item.
    for (const score of row) if (!(score <= own)) rank++;
    textRanks.push(rank);
  });
  const imageToText = recallAt(imageRanks);
  const textToImage = recallAt(textRanks);
  const total = (r: DirectedRecall): number => r.r1 + r.r5 + r.r10;
  return { imageToText, textToImage, rsum: total(imageToText) + total(textToImage) };
}

async function walkRows(
  scores: MatchingScores['imageToText'],
  options: MatchOptions,
  use: (row: Float32Array, query: number) => void,
): Promise<void> {
  await walkScores(scores, options, (values, start, end) => {
    for (let q = start; q < end; q++) {
      use(values.subarray((q - start) * scores.columns, (q - start + 1) * scores.columns), q);
    }
  });
}

function recallAt(ranks: readonly number[]): DirectedRecall {
  const share = (k: number): number =>
    ranks.length === 0 ? 0 : (100 * ranks.filter((rank) => rank < k).length) / ranks.length;
  return { r1: share(1), r5: share(5), r10: share(10) };
}
