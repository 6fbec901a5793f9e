import { isArchiveName } from './archivePaths.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';

/** Names of splits in trainers and published datasets, with or without a year (`train2017`). */
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

/** `train`, `val` or `test` if the word is a name of it, ignoring case and year. */
export function splitFromName(name: string): string | undefined {
  return SPLIT_NAMES[name.toLowerCase().replace(/[-_]?\d{4}$/, '')];
}

/** The split of the nearest folder or archive that is named after one: `val`, `val-00000.tar`. */
export function splitFromFolders(folder: DatasetPath): string | undefined {
  for (const part of folder.split('/').reverse()) {
    const split = isArchiveName(part) ? splitFromFileName(stemOf(part)) : splitFromName(part);
    if (split !== undefined) return split;
  }
  return undefined;
}

/** The one split in a caption file's name, e.g. `captions_val2017.json`; undefined for `train_val.json`. */
export function splitFromFileName(stem: string): string | undefined {
  const splits = new Set(stem.split(/[^A-Za-z0-9]+/).map(splitFromName));
  splits.delete(undefined);
  const [split, ...others] = splits;
  return others.length === 0 ? split : undefined;
}
