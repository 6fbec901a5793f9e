import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { photo } from '../support/photos.ts';
import { seeded } from '../support/randomVectors.ts';
import { knowImages } from './knownImages.ts';

const WORDS = {
  who: ['a dog', 'two children', 'an old man', 'a woman', 'a cat', 'several people', 'a horse'],
  does: ['runs through', 'stands in', 'sits beside', 'looks at', 'jumps over', 'walks along'],
  where: ['a green field', 'the beach', 'a busy street', 'a snowy hill', 'a table', 'the water'],
  with: ['at night', 'in the rain', 'with a red ball', 'under a blue sky', 'in the morning sun'],
};

/** A folder of small images whose embeddings, and those of one caption for each, are in a cache. */
export interface IndexedFolder {
  readonly images: string;
  readonly cache: string;
  readonly captions: readonly string[];
}

/** Makes such a folder for as long as `use` takes, or for the next run too, where PAIRLENS_BENCH_DIR names its place. */
export async function withIndexedFolder(
  pairs: number,
  use: (folder: IndexedFolder) => Promise<void>,
): Promise<void> {
  const kept = process.env['PAIRLENS_BENCH_DIR'];
  const root = kept ?? (await mkdtemp(path.join(os.tmpdir(), 'pairlens-indexed-')));
  try {
    const cache = path.join(root, 'cache');
    const captions = sentences(pairs);
    const images = path.join(root, 'images');
    await mkdir(images, { recursive: true });
    const made = new Set(await readdir(images));
    for (let i = 0; i < pairs; i++) {
      if (made.has(imageName(i, 'jpg'))) continue;
      await photo(i, 64, 48)
        .jpeg()
        .toFile(path.join(images, imageName(i, 'jpg')));
    }
    if (!existsSync(cache)) {
      const files = captions.map((_, i) => path.join(images, imageName(i, 'jpg')));
      await knowImages(cache, files, captions);
    }
    await use({ images, cache, captions });
  } finally {
    if (kept === undefined) await rm(root, { recursive: true, force: true });
  }
}

/** The captions as one metadata.jsonl. */
export function metadataOf(captions: readonly string[]): string {
  const rows = captions.map((text, i) => JSON.stringify({ file_name: imageName(i, 'jpg'), text }));
  return `${rows.join('\n')}\n`;
}

export function imageName(i: number, extension: string): string {
  return `${String(i).padStart(6, '0')}.${extension}`;
}

function sentences(count: number): string[] {
  const random = seeded(3);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  return Array.from({ length: count }, (_, i) =>
    [pick(WORDS.who), pick(WORDS.does), pick(WORDS.where), pick(WORDS.with), `number ${i}`].join(
      ' ',
    ),
  );
}
