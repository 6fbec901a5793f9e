const STOP_WORDS = new Set(
  `a about above across after again against all along also am among an and another any are around as at away back be
  because been before behind being below beside between beyond both but by can could did do does doing down during each
  few for from front further get gets had has have having he her here hers him his how i if in inside into is it its
  just like looking looks many me more most my near next no nor not of off on one only onto or other our out outside over
  own photo picture image same several she should so some such than that the their them then there these they this those
  three through to together too toward towards two under until up upon very was we were what when where which while who
  whom why will with without you your`.split(/\s+/),
);

/** Content words of a caption, lower case, each once. */
export function contentWords(caption: string): Set<string> {
  const words = caption.toLowerCase().match(/\p{L}[\p{L}\p{M}'-]*/gu) ?? [];
  return new Set(words.filter((word) => word.length > 2 && !STOP_WORDS.has(word)));
}

/** How many of a dataset's captions hold each content word. */
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
   * The words that `captions` share and the rest of the dataset does not: by count times log lift, at least two
   * captions speaking of each. Words of `known` are left out.
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
