import { datasetMapSchema, MAP_REACH, type DatasetMap } from '../../src/protocol/mapShapes.ts';
import { mulberry32 } from '../../src/core/random.ts';
import type { Answers } from './scriptedHost.ts';
import { tourAnswers, tourPair } from './tourPages.ts';

const SUBJECTS = ['house, roof', 'cat, sofa', 'street, night', 'pizza, table', 'windmill'];

/** A map of so many points in as many clouds as there are subjects. */
export function someMap(count: number): DatasetMap {
  const random = mulberry32(7);
  const near = (): number => (random() + random() + random() - 1.5) / 8;
  const region = Array.from({ length: count }, (_, n) => n % SUBJECTS.length);
  const place = (turn: (angle: number) => number) =>
    region.map((r) => {
      const middle = 0.5 + 0.34 * turn((2 * Math.PI * r) / SUBJECTS.length);
      return Math.round(MAP_REACH * Math.min(1, Math.max(0, middle + near())));
    });
  return datasetMapSchema.parse({
    id: 1,
    x: place(Math.cos),
    y: place(Math.sin),
    match: region.map((_, n) => (n % 50 === 0 ? -1 : n % 9 === 0 ? (n * 7) % 950 : 960)),
    rule: region.map((_, n) => (n % 9 === 0 ? 0 : n % 31 === 0 ? 1 : -1)),
    rules: [
      { code: 'caption-mismatch', title: 'Mismatched captions' },
      { code: 'near-duplicate', title: 'Near-duplicates' },
    ],
    folder: region.map((_, n) => n % 9),
    folders: Array.from({ length: 9 }, (_, n) => `${n}_folder`),
    region,
    regions: SUBJECTS.map((words, r) => ({
      words: words.split(', '),
      pairs: region.filter((own) => own === r).length,
      found: r,
      medianMatch: 0.96,
    })),
    placeless: 3,
    sampled: false,
  });
}

export function mapAnswers(map: DatasetMap | null): Answers {
  return {
    ...tourAnswers(),
    map: () => ({ map }),
    mapPair: ({ point }: { point: number }) => ({
      item: tourPair(`${point}.jpg`, 0.9, `A caption of point ${point}.`),
    }),
    mapSelection: () => ({ query: 'map:1' }),
  };
}
