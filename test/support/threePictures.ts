import assert from 'node:assert/strict';
import type { MemoryEntry } from './memoryFiles.ts';
import { IMAGE, openOne, pairsOf, problemsOf } from './openMemory.ts';

/* Three pictures with a caption each, to be written down in any format. The captions hold what formats trip over. */

export type Entries = Readonly<Record<string, MemoryEntry>>;

const NAMES = ['cow', 'hens', 'kitten'] as const;
const CAPTIONS = [
  'A cow, black and white, on a meadow.',
  'Brown hens walk across a "lawn".',
  'Ein Kätzchen schläft auf einer Decke.',
] as const;
export const each = <T>(make: (name: string, caption: string, i: number) => T): T[] =>
  NAMES.map((name, i) => make(name, CAPTIONS[i] ?? '', i));
export const json = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent);
export const lines = (rows: readonly string[], lineEnd = '\n'): string =>
  rows.join(lineEnd) + lineEnd;
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
export const images = (folder = '', extension = 'jpg'): Entries =>
  Object.fromEntries(NAMES.map((name) => [`${folder}${name}.${extension}`, IMAGE]));
export const files = (
  make: (name: string, caption: string) => readonly [string, MemoryEntry],
): Entries => Object.fromEntries(each(make));

/** Opens the three pictures: each has its caption, and nothing is found. */
export async function readInFull(format: string, entries: Entries): Promise<void> {
  const dataset = await openOne(entries);
  assert.deepEqual(dataset.formats, [format]);
  assert.deepEqual(problemsOf(dataset), []);
  const read = pairsOf(dataset).map(([image = '', caption]) => [
    image.replace(/^.*\/|\.\w+$/g, ''),
    caption,
  ]);
  assert.deepEqual(
    read,
    each((name, caption) => [name, caption]),
  );
}
