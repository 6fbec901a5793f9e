import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { goodPairs } from './data.ts';

/** Which `pairlens fix` takes away. */
export const MARK = '\uFEFF';

/** Names such as `p0000`, without an extension. */
export function markedNames(count: number, prefix = 'p'): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(4, '0')}`);
}

/** Photos with captions that begin with the mark. @param originals a folder for the photos that are copied */
export async function writeMarked(
  folder: string,
  names: readonly string[],
  originals: string,
): Promise<void> {
  const images = await goodPairs(originals);
  await mkdir(folder, { recursive: true });
  for (const [n, name] of names.entries()) {
    const image = images[n % images.length] ?? '';
    await copyFile(path.join(originals, image), path.join(folder, `${name}.jpg`));
    await mark(folder, name);
  }
}

export async function mark(folder: string, name: string): Promise<void> {
  await writeFile(path.join(folder, `${name}.txt`), `${MARK}caption of ${name}\n`);
}

/** Writes a caption as `pairlens fix` leaves it. */
export async function unmark(folder: string, name: string): Promise<void> {
  await writeFile(path.join(folder, `${name}.txt`), `caption of ${name}\n`);
}

/** How many captions are as they were, changed, or what `others` say; anything else fails. */
export async function markedStates(
  folder: string,
  names: readonly string[],
  others: ReadonlyMap<string, string> = new Map(),
): Promise<{ old: number; new: number; other: number }> {
  const found = { old: 0, new: 0, other: 0 };
  for (const name of names) {
    const text = await readFile(path.join(folder, `${name}.txt`), 'utf8');
    if (others.get(name) === text) found.other++;
    else if (text === `${MARK}caption of ${name}\n`) found.old++;
    else if (text === `caption of ${name}\n`) found.new++;
    else assert.fail(`${name}.txt holds ${JSON.stringify(text)}`);
  }
  return found;
}
