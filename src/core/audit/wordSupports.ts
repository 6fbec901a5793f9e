import type { WeighedWord } from '../matching/leaveOneOut.ts';

/** 1 of 200 nouns of right captions has less support, and a poor fit; 17 of 100 replaced ones (docs/matchers.md). */
const UNSUPPORTED = -0.09;
/** Largest share of a dataset's words that may be reported, and the words that are needed to know where it ends. */
const MOST_REPORTED = 0.01;
const ENOUGH_WORDS = 300;
/** Share of words that fit their own image better than another, from which words can be judged at all. */
const SEPARABLE = 0.7;
/** Fewer words say nothing about that share. */
const ENOUGH_FITS = 50;

/**
 * The support of doubtful words, by image and caption: how much a word adds to the match of both. A dataset decides from
 * which support on a word is reported, and whether words can be judged in it.
 */
export class WordSupports {
  readonly #known = new Map<string, readonly WeighedWord[]>();
  #judgeable = false;
  /** Support below which the rule reports words. */
  #threshold = -Infinity;

  /** @param image row of the image */
  has(image: number, caption: string): boolean {
    return this.#known.has(keyOf(image, caption));
  }

  /** @param words the doubtful ones with their support */
  set(image: number, caption: string, words: readonly WeighedWord[]): void {
    this.#known.set(keyOf(image, caption), words);
  }

  /** The doubtful words of a caption; none if it has none or was not weighed. */
  of(image: number, caption: string): readonly WeighedWord[] {
    return this.#known.get(keyOf(image, caption)) ?? [];
  }

  /** The words of a caption that the rule reports, in order. */
  reported(image: number, caption: string): WeighedWord[] {
    return this.of(image, caption).filter(({ support }) => support < this.#threshold);
  }

  /** Those of the doubtful words that an image does not support, where words can be judged; for a caption that is asked about. */
  unsupported(words: readonly WeighedWord[]): WeighedWord[] {
    return this.#judgeable ? words.filter(({ support }) => support < UNSUPPORTED) : [];
  }

  /**
   * Decides whether words can be judged, and from which support on they are reported.
   * @param fits whether words fit their own image better than another image, for a sample of the dataset's words
   * @param supports of the doubtful words of captions that seem right
   * @param words number of all words of these captions that may be judged
   */
  calibrate(fits: readonly boolean[], supports: readonly number[], words: number): void {
    const share = fits.filter(Boolean).length / Math.max(1, fits.length);
    // Less one standard error, because few words tell little.
    const error = Math.sqrt((share * (1 - share)) / Math.max(1, fits.length));
    this.#judgeable = fits.length >= ENOUGH_FITS && share - error >= SEPARABLE;
    this.#threshold = -Infinity;
    if (!this.#judgeable || words < ENOUGH_WORDS) return;
    const sorted = [...supports].sort((a, b) => a - b);
    const next = sorted[Math.floor(MOST_REPORTED * words)] ?? UNSUPPORTED;
    this.#threshold = Math.min(UNSUPPORTED, next);
  }
}

/**
 * Probability that a reported word is wrong if one noun in fifty is: from .4 at the threshold to .8 for the least
 * supported (ratio of replaced to right nouns on coco-mini and Flickr8k test).
 */
export function wordConfidence(support: number): number {
  return Math.min(0.8, Math.max(0.4, 0.4 + 6 * (UNSUPPORTED - support)));
}

function keyOf(image: number, caption: string): string {
  return `${image} ${caption}`;
}
