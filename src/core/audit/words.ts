import { contentWords } from '../text/contentWords.ts';

/** Number of captions of a dataset with each content word. */
export class WordCounts {
  readonly captions: number;
  readonly #counts = new Map<string, number>();

  constructor(captions: readonly string[]) {
    this.captions = captions.length;
    for (const caption of captions) {
      for (const word of contentWords(caption)) {
        this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      }
    }
  }

  /**
   * Logarithm (natural) of how much more often a word is used than in the rest of the dataset, 0 for as often. Smoothed,
   * so that one use says little.
   * @param uses number of `among` captions with the word
   */
  lift(word: string, uses: number, among: number): number {
    return Math.log((1 + uses) / (1 + among * this.share(word)));
  }

  /** Share of the captions with a word, 0..1. */
  share(word: string): number {
    return (this.#counts.get(word) ?? 0) / Math.max(1, this.captions);
  }
}
