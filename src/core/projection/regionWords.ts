import type { Regions } from './regions.ts';

const WORDS = 3;
/** Items of a region that must have a word. */
const LEAST_ITEMS = 2;

/**
 * The words of each region that are frequent there and rare elsewhere, the most telling first.
 * @param wordsOf distinct words of an item
 */
export function regionWords(
  { count, of }: Regions,
  wordsOf: (item: number) => Iterable<string>,
): readonly (readonly string[])[] {
  const sizes = new Int32Array(count);
  const inRegion = Array.from({ length: count }, () => new Map<string, number>());
  const everywhere = new Map<string, number>();
  for (const [item, region] of of.entries()) {
    sizes[region] = sizes[region]! + 1;
    const own = inRegion[region]!;
    for (const word of wordsOf(item)) {
      own.set(word, (own.get(word) ?? 0) + 1);
      everywhere.set(word, (everywhere.get(word) ?? 0) + 1);
    }
  }
  return inRegion.map((words, region) => {
    const telling = [...words].flatMap(([word, items]) => {
      const lift = items / sizes[region]! / (everywhere.get(word)! / of.length);
      return items < LEAST_ITEMS || lift <= 1 ? [] : [{ word, value: items * Math.log(lift) }];
    });
    return telling
      .sort((a, b) => b.value - a.value || (a.word < b.word ? -1 : 1))
      .slice(0, WORDS)
      .map(({ word }) => word);
  });
}
