import { mkdir, copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mulberry32 } from '../../src/core/random.ts';
import type { Dataset } from '../../src/core/dataset/dataset.ts';
import { isContentWord } from '../../src/core/text/contentWords.ts';

/** How the captions of a cell are written. */
export const STYLES = ['sentence', 'prefix', 'tags', 'tags+trigger', 'mixed'] as const;
export type Style = (typeof STYLES)[number];

/** An image with its own captions, before anything is planted. */
export interface TopicRow {
  readonly image: string;
  readonly captions: readonly string[];
}

/** A dataset of photos of one topic, as people collect them for a LoRA, and what was planted in it. */
export interface Cell {
  readonly name: string;
  readonly style: Style;
  readonly n: number;
  readonly seed: number;
  readonly images: readonly string[];
  readonly captions: readonly string[];
  readonly kind: readonly ('foreign' | 'swap' | undefined)[];
}

export interface CellOptions {
  readonly word: string;
  readonly n: number;
  readonly style: Style;
  readonly seed: number;
  /** Shares of the photos with a caption of another topic, or one exchanged within the topic; at least one photo each. */
  readonly foreign?: number;
  readonly swaps?: number;
}

const MIXED = ['sentence', 'prefix', 'tags', 'tags+trigger'] as const;
const LEFT_OUT = new Set(
  (
    'a an the is are in on at of and with to for by from his her its their while as that this it he she they some two ' +
    'three one there up down into over out near through behind front next'
  ).split(' '),
);

export function rowsOf({ pairs }: Dataset): TopicRow[] {
  const byImage = new Map<string, string[]>();
  for (const { image, caption } of pairs) {
    const known = byImage.get(image);
    if (known === undefined) byImage.set(image, [caption]);
    else known.push(caption);
  }
  return [...byImage].map(([image, captions]) => ({ image, captions }));
}

/** The photos that speak of `word` in two of their captions (in one, where there is one), and those that never do. */
export function topicOf(
  rows: readonly TopicRow[],
  word: string,
): { readonly topic: readonly TopicRow[]; readonly others: readonly TopicRow[] } {
  const pattern = new RegExp(`\\b${word}s?\\b`);
  const count = ({ captions }: TopicRow): number =>
    captions.filter((caption) => pattern.test(caption.toLowerCase())).length;
  return {
    topic: rows.filter((row) => count(row) >= Math.min(2, row.captions.length)),
    others: rows.filter((row) => count(row) === 0),
  };
}

/** Words that at least `least` photos speak of, the most frequent first, one of a word and its plural. */
export function topicWords(rows: readonly TopicRow[], least: number): string[] {
  const counts = new Map<string, number>();
  for (const { captions } of rows) {
    const here = new Map<string, number>();
    for (const caption of captions) {
      const words = new Set((caption.toLowerCase().match(/[a-z]+/g) ?? []).filter(isContentWord));
      for (const word of words) {
        const stem = word.replace(/s$/, '');
        here.set(stem, (here.get(stem) ?? 0) + 1);
      }
    }
    for (const [word, n] of here) {
      if (n >= Math.min(2, captions.length)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([word, n]) => n >= least && isContentWord(word))
    .sort(([v, a], [w, b]) => b - a || (v < w ? -1 : 1))
    .map(([word]) => word);
}

export function topicCell(rows: readonly TopicRow[], options: CellOptions): Cell {
  const { word, style, seed, foreign = 0, swaps = 0 } = options;
  const random = mulberry32(seed + 1);
  const { topic, others } = topicOf(rows, word);
  const chosen = shuffled([...topic], random).slice(0, options.n);
  const n = chosen.length;
  const captions = chosen.map((row) => row.captions[0]!);
  const kind: ('foreign' | 'swap' | undefined)[] = chosen.map(() => undefined);
  const order = shuffled([...chosen.keys()], random);
  const planted = foreign > 0 ? Math.max(1, Math.round(foreign * n)) : 0;
  for (const i of order.slice(0, others.length > 0 ? planted : 0)) {
    captions[i] = others[Math.floor(random() * others.length)]!.captions[0]!;
    kind[i] = 'foreign';
  }
  const exchanged = swaps > 0 ? 2 * Math.max(1, Math.round((swaps * n) / 2)) : 0;
  for (let at = planted; at + 1 < planted + exchanged && at + 1 < n; at += 2) {
    const [i, j] = [order[at]!, order[at + 1]!];
    [captions[i], captions[j]] = [captions[j]!, captions[i]!];
    if (captions[i] !== captions[j]) kind[i] = kind[j] = 'swap';
  }
  return {
    name: `${word}, ${options.n} photos, ${style}, seed ${seed}`,
    style,
    n: options.n,
    seed,
    images: chosen.map((row) => row.image),
    captions: captions.map((caption, i) => styled(caption, style, word, i)),
    kind,
  };
}

function styled(caption: string, style: Style, word: string, i: number): string {
  const kind = style === 'mixed' ? MIXED[i % MIXED.length]! : style;
  if (kind === 'sentence') return caption;
  if (kind === 'prefix') return `a photo of xqz ${word}. ${caption}`;
  return [...(kind === 'tags+trigger' ? [`xqz ${word}`] : []), ...tagsOf(caption)].join(', ');
}

/** The words of a caption as a list of tags. */
export function tagsOf(caption: string): string[] {
  const words = (caption.toLowerCase().match(/[a-z]+/g) ?? []).filter(
    (each) => !LEFT_OUT.has(each) && each.length > 2,
  );
  return [...new Set(words)];
}

/** The cell as the engine would have opened it. @param root folder that the images lie in */
export function cellDataset(root: string, { images, captions }: Cell): Dataset {
  return {
    root,
    formats: ['sidecar'],
    images,
    problems: [],
    pairs: images.map((image, i) => ({
      image,
      caption: captions[i]!,
      captionIndex: 0,
      source: {
        file: `${image}.txt`,
        format: 'sidecar',
        range: { start: 0, end: captions[i]!.length, line: 0, column: 0 },
      },
    })),
  };
}

/** Writes the cell as a folder of photos with caption files and its answer key, for `pairlens audit`. */
export async function writeCell(root: string, cell: Cell, folder: string): Promise<void> {
  const topic = path.join(folder, 'dataset', '10_topic');
  await mkdir(topic, { recursive: true });
  const nameOf = (i: number): string => String(i).padStart(4, '0');
  for (const [i, image] of cell.images.entries()) {
    await copyFile(path.join(root, image), path.join(topic, nameOf(i) + path.extname(image)));
    await writeFile(path.join(topic, `${nameOf(i)}.txt`), `${cell.captions[i]!}\n`);
  }
  const key = cell.images.map((image, i) => ({
    image: `10_topic/${nameOf(i)}${path.extname(image)}`,
    wrong: cell.kind[i] !== undefined,
    kind: cell.kind[i] ?? null,
  }));
  await writeFile(path.join(folder, 'key.json'), JSON.stringify(key));
}

export function shuffled<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
