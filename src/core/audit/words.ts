import { contentWords } from '../text/contentWords.ts';

/** Number of captions of a dataset with each content word. */
export class WordCounts {
  readonly #counts = new Map<string, number>();
  readonly #captions: number;

  constructor(captions: readonly string[]) {
    this.#captions = captions.length;
    for (const caption of captions) {
      for (const word of contentWords(caption)) {
        this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      }
    }
  }

  /**
   * Words that are typical of `captions` compared to the rest of the dataset: by count times log lift, each in at least two
   * captions, without words of `known`.
   */
  typical(captions: readonly string[], known: ReadonlySet<string>, limit: number): string[] {
    const here = new Map<string, number>();
    for (const caption of captions) {
      for (const word of contentWords(caption)) here.set(word, (here.get(word) ?? 0) + 1);
    }
    return [...here]
      .filter(([word, count]) => count > 1 && !known.has(word))
      .map(([word, count]) => {
        const everywhere = this.#counts.get(word) ?? count;
        const lift = (count / captions.length) * (this.#captions / everywhere);
        return { word, weight: count * Math.log(lift) };
      })
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
      .slice(0, limit)
      .map(({ word }) => word);
  }
}
