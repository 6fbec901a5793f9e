import type { Pair } from '../dataset/dataset.ts';
import { pushTo } from '../collections.ts';
import { mulberry32 } from '../random.ts';
import { contentWords, isNameable } from '../text/contentWords.ts';
import type { EmbeddedDataset } from '../audit/embeddedDataset.ts';

export interface NoisyDataset {
  readonly embedded: EmbeddedDataset;
  /** For each pair of the noisy dataset whether its caption was exchanged. */
  readonly wrong: readonly boolean[];
  /** For each pair the pair of the dataset whose image it has. The same seed and limit keep the same pairs at any rate. */
  readonly kept: readonly number[];
}

/** Where an exchanged caption comes from: any image, or one whose caption names the same thing. */
export type Donors = 'random' | 'same-noun';

/**
 * A copy of the dataset, in memory, in which a share of the images has the caption of another image: one caption per
 * image, shifted cyclically among the chosen images, or exchanged in twos among images whose captions name the same
 * thing. Exchanges that change no word do not count as wrong.
 *
 * @param rate share of the images, 0..1
 * @param limit most images, drawn at random, so that a large dataset is measured in reasonable time
 */
export function injectSwaps(
  embedded: EmbeddedDataset,
  {
    rate,
    seed,
    limit,
    donors = 'random',
  }: {
    readonly rate: number;
    readonly seed: number;
    readonly limit: number;
    readonly donors?: Donors;
  },
): NoisyDataset {
  const random = mulberry32(seed);
  const kept = shuffled(firstPairs(embedded), random).slice(0, limit);
  const order = shuffled([...kept.keys()], random);
  const count = Math.floor(rate * kept.length);
  const given = [...kept.keys()];
  if (donors === 'same-noun') {
    const captions = kept.map((index) => pairAt(embedded, index).caption);
    for (const [one, other] of sharingNoun(captions, order, count)) {
      given[one] = other;
      given[other] = one;
    }
  } else if (count > 1) {
    const chosen = order.slice(0, count);
    for (const [i, place] of chosen.entries()) given[place] = chosen[(i + 1) % count] ?? place;
  }
  const source = (i: number): number => kept[given[i] ?? i] ?? 0;
  const pairs = kept.map((index, i): Pair => {
    const own = pairAt(embedded, index);
    const other = pairAt(embedded, source(i));
    return { ...own, caption: other.caption, captionIndex: 0 };
  });
  return {
    kept,
    wrong: kept.map((index, i) => pairs[i]?.caption !== pairAt(embedded, index).caption),
    embedded: {
      ...embedded,
      dataset: { ...embedded.dataset, pairs, problems: [] },
      imageRow: Int32Array.from(kept, (index) => embedded.imageRow[index] ?? -1),
      textRow: Int32Array.from(kept, (_index, i) => embedded.textRow[source(i)] ?? -1),
      problems: [],
    },
  };
}

/** Disjoint twos of captions that share a word for a thing, with at most `count` captions. */
function sharingNoun(
  captions: readonly string[],
  order: readonly number[],
  count: number,
): [number, number][] {
  const words = captions.map((caption) => [...contentWords(caption)].filter(isNameable));
  const holders = new Map<string, number[]>();
  for (const place of order) {
    for (const word of words[place] ?? []) pushTo(holders, word, place);
  }
  const free = new Set(order);
  const twos: [number, number][] = [];
  for (const place of order) {
    if (2 * (twos.length + 1) > count) break;
    if (!free.delete(place)) continue;
    const other = (words[place] ?? [])
      .flatMap((word) => holders.get(word) ?? [])
      .find((donor) => free.has(donor) && captions[donor] !== captions[place]);
    if (other === undefined) continue;
    free.delete(other);
    twos.push([place, other]);
  }
  return twos;
}

/** The first readable pair of every image. */
function firstPairs(embedded: EmbeddedDataset): number[] {
  const seen = new Set<number>();
  const first: number[] = [];
  for (const [index, image] of embedded.imageRow.entries()) {
    if (image < 0 || (embedded.textRow[index] ?? -1) < 0 || seen.has(image)) continue;
    seen.add(image);
    first.push(index);
  }
  return first;
}

function pairAt(embedded: EmbeddedDataset, index: number): Pair {
  const pair = embedded.dataset.pairs[index];
  if (pair === undefined) throw new RangeError(`The dataset has no pair ${index}.`);
  return pair;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
