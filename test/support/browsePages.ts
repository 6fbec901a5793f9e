import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { noneReadOnly } from '../../src/core/dataset/readOnly.ts';
import type { BrowsedItem, ChangedPairs, PairRef, TagItem } from '../../src/protocol/shapes.ts';
import type { Answers } from './scriptedHost.ts';
import { tourAnswers, tourFindings, tourNeighbours, tourPair } from './tourPages.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

const IMAGES = readdirSync(TOUR)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => ({ name, caption: captionOf(name) }));

function captionOf(name: string): string {
  try {
    return readFileSync(path.join(TOUR, name.replace('.jpg', '.txt')), 'utf8').trim();
  } catch {
    return '';
  }
}

/** Pair `index` of a list: photos of the tour again and again. */
export function browsedItem(index: number): BrowsedItem {
  const { name, caption } = IMAGES[index % IMAGES.length]!;
  const match = (index * 37) % 100;
  const untagged = caption === '';
  const item = tourPair(name, untagged ? undefined : match / 100, `${index}: ${caption}`);
  return {
    item: {
      ...item,
      caption: untagged ? '' : item.caption,
      pair: { ...item.pair, captionIndex: index },
    },
    rules: match < 10 ? ['caption-mismatch'] : index % 17 === 0 ? ['near-duplicate'] : [],
    ...(index % 11 === 3 && { decision: 'verified' as const }),
    ...(index % 23 === 5 && { decision: 'excluded' as const }),
    ...(untagged && { untagged }),
  };
}

interface Asked {
  readonly query: string;
  readonly from: number;
  readonly count: number;
}

/** A host with `total` pairs; a filter that begins with `few` leaves 20, one with `(` is wrong. */
export function browseAnswers(total: number): Answers {
  const lengthOf = (query: string) => (query.startsWith('few') ? 20 : query === 'none' ? 0 : total);
  const indices = ({ query, from, count }: Asked) =>
    Array.from(
      { length: Math.max(0, Math.min(count, lengthOf(query) - from)) },
      (_, n) => from + n,
    );
  return {
    ...tourAnswers(),
    neighbours: () => ({ ...tourNeighbours(), findings: tourFindings().slice(0, 1) }),
    browse: (asked: Asked) =>
      asked.query.includes('(')
        ? {
            total: 0,
            untagged: 0,
            items: [],
            rules: [],
            fault: { message: 'This bracket is not closed.', start: 0, end: 1 },
          }
        : {
            total: lengthOf(asked.query),
            untagged: 0,
            items: indices(asked).map(browsedItem),
            rules: [
              { code: 'caption-mismatch', shortTitle: 'Caption does not fit' },
              { code: 'near-duplicate', shortTitle: 'Near-duplicate' },
            ],
            fault: null,
          },
    browsedPairs: (asked: Asked) => ({
      pairs: indices(asked).map((index) => browsedItem(index).item.pair),
    }),
    tags: ({ text, count }: { text: string; count: number }) => {
      const tags = TAGS.filter(({ tag }) => tag.includes(text));
      return { total: tags.length, tags: tags.slice(0, count), isOfTags: true };
    },
    views: () => ({ views: [] }),
    decideAll: ({ pairs }: { pairs: readonly PairRef[] }) => ({ decided: pairs.length }),
    changeCaptions: ({ of }: { of: ChangedPairs }) => ({
      changed: 'pairs' in of ? of.pairs.length : 2,
      emptied: 0,
      readOnly: noneReadOnly(),
      discarded: false,
    }),
  };
}

/** Tags of a dataset, the most frequent first. */
export const TAGS: readonly TagItem[] = [
  { tag: 'girl', captions: 4210 },
  { tag: 'long_hair', captions: 3077 },
  { tag: 'miku_(vocaloid)', captions: 801 },
  { tag: 'grey hair', captions: 12 },
  { tag: 'gray hair', captions: 3 },
  ...Array.from({ length: 900 }, (_, n) => ({ tag: `rare tag ${n}`, captions: 1 })),
];
