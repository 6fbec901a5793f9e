/** Recall@K in percent, both ways, and their sum. */
export interface Recall {
  readonly imageToText: { readonly r1: number; readonly r5: number; readonly r10: number };
  readonly textToImage: { readonly r1: number; readonly r5: number; readonly r10: number };
  readonly rsum: number;
}

/**
 * Retrieval recall by the protocol of VSE++, SCAN and SAEM: an image is found at the best rank among its captions,
 * a caption at the rank of its image. Ranks are 0-based and count the items that score strictly higher.
 *
 * Scores come row by row (image i against all captions), so the whole matrix need never be held.
 * @param owner for each caption the image it belongs to.
 */
export class RecallCounter {
  readonly #owner: Int32Array;
  readonly #own: Float32Array;
  readonly #imageRanks: number[] = [];
  readonly #textRanks: Int32Array;

  /** @param own for each caption its score with its own image, needed before the rows are read. */
  constructor(owner: Int32Array, own: Float32Array) {
    this.#owner = owner;
    this.#own = own;
    this.#textRanks = new Int32Array(owner.length);
  }

  /** `scores[j]` is the score of image `image` with caption j. */
  addImage(image: number, scores: Float32Array): void {
    let best = -Infinity;
    let captions = 0;
    for (let j = 0; j < scores.length; j++) {
      if (this.#owner[j] !== image) continue;
      captions++;
      best = Math.max(best, scores[j]!);
    }
    let rank = 0;
    for (let j = 0; j < scores.length; j++) {
      const score = scores[j]!;
      if (this.#owner[j] === image) continue;
      if (score > best) rank++;
      if (score > this.#own[j]!) {
        this.#textRanks[j] = this.#textRanks[j]! + 1;
      }
    }
    if (captions > 0) this.#imageRanks.push(rank);
  }

  result(): Recall {
    const imageToText = recallAt(this.#imageRanks);
    const textToImage = recallAt(this.#textRanks);
    const total = (r: Recall['imageToText']): number => r.r1 + r.r5 + r.r10;
    return { imageToText, textToImage, rsum: total(imageToText) + total(textToImage) };
  }
}

function recallAt(ranks: Iterable<number> & { readonly length: number }): Recall['imageToText'] {
  const share = (k: number): number => {
    let hits = 0;
    for (const rank of ranks) if (rank < k) hits++;
    return ranks.length === 0 ? 0 : (100 * hits) / ranks.length;
  };
  return { r1: share(1), r5: share(5), r10: share(10) };
}
