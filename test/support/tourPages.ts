import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import type {
  FindingItem,
  Neighbour,
  Neighbours,
  PairItem,
  Status,
  Thumbnail,
} from '../../src/protocol/shapes.ts';
import type { Answers } from './scriptedHost.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');
const ROOT = pathToFileURL(TOUR).href;
const RANGE = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** A pair of samples/tour, with its own caption or another one. */
export function tourPair(image: string, match: number | undefined, caption?: string): PairItem {
  const text = path.join(TOUR, image.replace(/\.[^.]+$/u, '.txt'));
  const own = existsSync(text) ? readFileSync(text, 'utf8').trim() : '';
  return {
    pair: { root: ROOT, image, captionIndex: 0 },
    caption: caption ?? own,
    imageUri: pathToFileURL(path.join(TOUR, image)).href,
    captionUri: pathToFileURL(text).href,
    range: RANGE,
    ...(match === undefined ? {} : { match }),
  };
}

function entry(
  image: string,
  score: number,
  kind: 'match' | 'likeness',
  more: Partial<Neighbour> = {},
): Neighbour {
  return { item: tourPair(image, 0.9), kind, score, ...more };
}

export function tourNeighbours(focus: PairItem = tourPair('dandelion.jpg', 0.95)): Neighbours {
  return {
    focus,
    siblings: focus.caption === '' ? [] : [focus],
    findings: [],
    captions: [
      entry('dandelion.jpg', 0.95, 'match'),
      entry('dahlia.jpg', 0.62, 'match'),
      entry('honey_bee.jpg', 0.41, 'match'),
      entry('fig.jpg', 0.12, 'match'),
    ],
    images: [entry('dahlia.jpg', 0.71, 'match'), entry('creek.jpg', 0.22, 'match')],
    lookAlikes: [
      entry('dahlia.jpg', 0.66, 'likeness', { hardNegative: true }),
      entry('hilltop_sunset.jpg', 0.61, 'likeness'),
      entry('citrus_slices.jpg', 0.55, 'likeness', { hardNegative: true }),
    ],
    duplicates: [entry('dandelion_bright.jpg', 0.99, 'likeness')],
  };
}

export function tourStatus(state: Status['state'] = 'ready'): Status {
  return {
    state,
    counts: { error: 6, warning: 5, info: 1, hint: 0 },
    datasets: [
      {
        root: ROOT,
        name: 'tour',
        images: 52,
        pairs: 51,
        formats: ['sidecar .txt'],
        wrongShare: 0.1,
        precision: 0.88,
        verified: 0,
        excluded: 0,
      },
    ],
  };
}

export function mismatch(
  image: string,
  match: number,
  suggestions: readonly string[],
): FindingItem {
  const item = tourPair(image, match);
  return {
    id: `caption-mismatch ${image}`,
    code: 'caption-mismatch',
    title: 'Mismatched captions',
    shortTitle: 'Mismatched caption',
    level: 'warning',
    message: 'The caption does not describe this image.',
    evidence: [
      '48 of 50 captions fit this image better.',
      'The 10 images nearest to it speak of sky, roof, panel.',
      'The caption fits 12 other images better.',
    ],
    confidence: 1 - match,
    uri: item.captionUri,
    range: RANGE,
    imageUri: item.imageUri,
    item,
    related: [],
    relatedUris: [],
    fixes: [
      ...suggestions.map((caption, index) => ({
        kind: 'replace-caption' as const,
        title: `Replace by "${caption}"`,
        caption,
        match: 0.9 - index * 0.2,
        homeless: true,
      })),
      { kind: 'mark-verified', title: 'Mark as verified' },
      { kind: 'exclude-pair', title: 'Ignore' },
    ],
  };
}

export function tourFindings(): readonly FindingItem[] {
  const drum = tourPair('drum_kit.jpg', 0.03);
  const bee = tourPair('honey_bee.jpg', 0.05);
  const duplicate = tourPair('dandelion.jpg', 0.95);
  const trail = pathToFileURL(path.join(TOUR, 'mountain_trail.jpg')).href;
  return [
    mismatch('animals/koala.jpg', 0.02, [
      'A koala resting in the fork of a tree.',
      'A brown bear walking through a green field.',
      'Sheep graze near birds on a hill.',
    ]),
    {
      id: 'captions-swapped drum_kit.jpg honey_bee.jpg',
      code: 'captions-swapped',
      title: 'Swapped captions',
      shortTitle: 'Swapped caption',
      level: 'warning',
      message: 'This caption and that of honey_bee.jpg fit better crosswise.',
      evidence: [
        'Both captions rank first on the other image.',
        'Swapping raises the match from 0.04 to 0.91.',
      ],
      confidence: 0.97,
      uri: drum.captionUri,
      range: RANGE,
      imageUri: drum.imageUri,
      item: drum,
      related: [bee],
      relatedUris: [],
      fixes: [
        { kind: 'swap-captions', title: 'Swap both captions', other: bee.pair },
        { kind: 'mark-verified', title: 'Mark as verified' },
      ],
    },
    mismatch('places/colosseum.jpg', 0.08, ['The Colosseum in Rome under a blue sky.']),
    mismatch('solar_panel.jpg', 0.11, ['A solar panel on a roof.', 'A red roof under a blue sky.']),
    {
      id: 'missing-caption mountain_trail.jpg',
      code: 'missing-caption',
      title: 'Missing captions',
      shortTitle: 'Missing caption',
      level: 'error',
      message: 'mountain_trail.jpg has no caption file.',
      evidence: [],
      confidence: 1,
      uri: trail,
      imageUri: trail,
      related: [],
      relatedUris: [],
      fixes: [{ kind: 'create-caption', title: 'Create mountain_trail.txt' }],
      remedy: 'Write a caption; the file is created beside the image.',
    },
    {
      id: 'near-duplicate dandelion.jpg',
      code: 'near-duplicate',
      ofDuplicates: true,
      title: 'Near-duplicates',
      shortTitle: 'Near-duplicate',
      level: 'info',
      message: 'This is the same picture as dandelion.jpg.',
      evidence: ['The pictures agree point for point after cropping.'],
      confidence: 0.9,
      uri: duplicate.captionUri,
      range: RANGE,
      imageUri: tourPair('dandelion_bright.jpg', 0.9).imageUri,
      item: tourPair('dandelion_bright.jpg', 0.9),
      related: [duplicate],
      relatedUris: [],
      fixes: [{ kind: 'exclude-pair', title: 'Ignore' }],
    },
  ];
}

const thumbnails = new Map<string, Thumbnail | null>();

/** As the server makes them: the longest side at `size`, JPEG. */
export async function tourThumbnail({
  uri,
  size,
}: {
  uri: string;
  size: number;
}): Promise<Thumbnail | null> {
  const key = `${size} ${uri}`;
  const known = thumbnails.get(key);
  if (known !== undefined) return known;
  let made: Thumbnail | null = null;
  try {
    const { data, info } = await sharp(decodeURIComponent(new URL(uri).pathname))
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .jpeg()
      .toBuffer({ resolveWithObject: true });
    made = {
      dataUri: `data:image/jpeg;base64,${data.toString('base64')}`,
      width: info.width,
      height: info.height,
    };
  } catch {
    // As the server: null where the image cannot be read.
  }
  thumbnails.set(key, made);
  return made;
}

/** A host that answers from samples/tour. Scores are invented: what is tested is what the pages make of them. */
export function tourAnswers(): Answers {
  return {
    status: () => tourStatus(),
    findings: () => ({ findings: tourFindings() }),
    neighbours: ({ target }: { target: { kind: string; pair?: PairItem['pair'] } }) =>
      target.pair === undefined
        ? tourNeighbours()
        : tourNeighbours(tourPair(target.pair.image, 0.05)),
    match: ({ pair, caption }: { pair: PairItem['pair']; caption: string }) => {
      const match = Math.min(0.98, 0.05 + caption.length / 60);
      return {
        match,
        evidence: [`${caption.split(' ').length} words compared.`],
        neighbours: tourNeighbours(tourPair(pair.image, match, caption)),
      };
    },
    words: ({ caption }: { caption: string }) => {
      const text = caption.split(' ').at(-1) ?? '';
      const last = {
        text,
        start: caption.length - text.length,
        end: caption.length,
        support: -0.1,
      };
      return { words: [last], unsupported: [last] };
    },
    // The first word at the top left, the last, which does not fit the picture, nowhere.
    groundings: ({ caption }: { caption: string }) => {
      const texts = caption.split(' ');
      const last = texts.at(-1) ?? '';
      const cells = (best: number) => Array.from({ length: 9 }, (_, c) => (c === best ? 0.2 : 0));
      return {
        words: [
          {
            text: texts[0] ?? '',
            start: 0,
            end: texts[0]?.length ?? 0,
            cells: cells(0),
            place: { row: 0, column: 0 },
          },
          {
            text: last,
            start: caption.length - last.length,
            end: caption.length,
            cells: cells(4),
            place: null,
          },
        ],
      };
    },
    search: () => ({ hits: tourNeighbours().captions }),
    thumbnail: tourThumbnail,
    setCaption: () => ({}),
    createCaption: () => ({}),
    swapCaptions: () => ({}),
    undo: () => ({ undone: 'Replace caption' }),
  };
}
