import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { photo } from './photos.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

export interface Workplace {
  /** The dataset. */
  readonly folder: string;
  readonly cache: string;
  remove(): Promise<void>;
}

/** A fresh folder with a cache of its own beside it. */
export async function workplace(): Promise<Workplace> {
  const root = await mkdtemp(path.join(tmpdir(), 'pairlens-server-'));
  return {
    folder: path.join(root, 'data set (1)'),
    cache: path.join(root, 'cache'),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** A fresh copy of the sample dataset. */
export async function tourCopy(): Promise<Workplace> {
  const place = await workplace();
  await cp(TOUR, place.folder, { recursive: true });
  return place;
}

/** One metadata.jsonl with so many pictures; returns its text. */
export async function writeMetadata(folder: string, captions: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const [i, text] of captions.entries()) {
    const name = `${String(i).padStart(5, '0')}.jpg`;
    await photo(i).jpeg().toFile(path.join(folder, name));
    lines.push(JSON.stringify({ file_name: name, text }));
  }
  const text = `${lines.join('\n')}\n`;
  await writeFile(path.join(folder, 'metadata.jsonl'), text);
  return text;
}
