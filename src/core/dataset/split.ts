import type { DatasetPath } from './dataset.ts';

/** The spellings trainers and published sets use, with or without a year (`train2017`). */
const SPLIT_NAMES: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
};

/** `train`, `val` or `test` where a word is a name for it, ignoring case and a year. */
export function splitFromName(name: string): string | undefined {
  return SPLIT_NAMES[name.toLowerCase().replace(/[-_]?\d{4}$/, '')];
}

/** The split the nearest folder of a path speaks of. */
export function splitFromFolders(folder: DatasetPath): string | undefined {
  for (const part of folder.split('/').reverse()) {
    const split = splitFromName(part);
    if (split !== undefined) return split;
  }
  return undefined;
}

/** The split a caption file's own name speaks of, e.g. `captions_val2017.json`. */
export function splitFromFileName(stem: string): string | undefined {
  for (const word of stem.split(/[^A-Za-z0-9]+/)) {
    const split = splitFromName(word);
    if (split !== undefined) return split;
  }
  return undefined;
}
