import { tellsCompanion } from './companions.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, joinPath, pathOfAddress } from './paths.ts';

/**
 * Maps a common prefix of image names to a folder of this dataset. Names have such a prefix if the training script gets
 * the image folder as an option, or if they were absolute on another machine.
 */
export interface NameMapping {
  /** Parts of the prefix; empty if names are relative to `folder`. */
  readonly prefix: readonly string[];
  readonly folder: DatasetPath;
}

/** The mapping of a beginning as it is written in caption files. */
export function mappingFrom(prefix: string, folder: DatasetPath): NameMapping {
  return { prefix: partsOf(prefix) ?? [], folder };
}

/** Names used to find the mapping, which is then applied to all. */
const SAMPLE = 500;
/** Most images considered for one file name. */
const NAMESAKES = 50;

/** A mapping and the number of the sampled names that it explains. */
export interface CountedMapping {
  readonly mapping: NameMapping;
  readonly count: number;
}

/**
 * The mappings that explain most of the names, equally well.
 * @param names as written, none of them found without a mapping
 * @param namesakes images with the file name of a written one; with `byStem` with its stem
 * @param captionFile decides between several folders by its name
 */
export function bestMappings(
  names: readonly string[],
  namesakes: (fileName: string) => readonly DatasetPath[],
  captionFile: DatasetPath,
): readonly CountedMapping[] {
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  const votes = new Map<string, { readonly mapping: NameMapping; count: number }>();
  for (let i = 0; i < names.length; i += step) {
    const parts = partsOf(names[i] ?? '');
    const fileName = parts?.at(-1);
    if (parts === undefined || fileName === undefined) continue;
    for (const image of namesakes(fileName).slice(0, NAMESAKES)) vote(votes, parts, image);
  }
  const order = (a: CountedMapping, b: CountedMapping): number =>
    b.count - a.count ||
    a.mapping.prefix.length - b.mapping.prefix.length ||
    rank(b.mapping, captionFile) - rank(a.mapping, captionFile);
  const [first, ...others] = [...votes.values()].sort(order);
  return first === undefined ? [] : [first, ...others.filter((each) => order(first, each) === 0)];
}

/** Adds votes for each mapping from a written name to an image. */
function vote(
  votes: Map<string, { readonly mapping: NameMapping; count: number }>,
  parts: readonly string[],
  image: DatasetPath,
): void {
  const there = image.split('/');
  let shared = 1; // the file name
  for (;;) {
    const mapping = {
      prefix: parts.slice(0, -shared),
      folder: there.slice(0, -shared).join('/'),
    };
    const key = JSON.stringify(mapping);
    const known = votes.get(key);
    if (known === undefined) votes.set(key, { mapping, count: 1 });
    else known.count++;
    const [a, b] = [parts.at(-shared - 1), there.at(-shared - 1)];
    if (a === undefined || a.normalize('NFC') !== b?.normalize('NFC')) return;
    shared++;
  }
}

/** Rank of a folder for a caption file, if several folders have the names. */
function rank({ folder }: NameMapping, captionFile: DatasetPath): number {
  const last = baseName(folder).toLowerCase();
  if (last !== '' && stemOf(baseName(captionFile)).toLowerCase().includes(last)) return 2;
  if (/^ima?ge?s?$/.test(last)) return 1;
  return tellsCompanion(last) ? -1 : 0;
}

/** The mapped path of a name; undefined if the name does not have the prefix. */
export function mapped({ prefix, folder }: NameMapping, name: string): DatasetPath | undefined {
  const parts = partsOf(name);
  if (parts === undefined || parts.length <= prefix.length) return undefined;
  if (!prefix.every((part, i) => part === parts[i])) return undefined;
  return joinPath(folder, parts.slice(prefix.length).join('/'));
}

/** The replaced prefix of a name, as written. */
export function writtenPrefix({ prefix }: NameMapping, name: string): string {
  const slash = name.includes('\\') ? '\\' : '/';
  const start = /^(?:file:)?[\\/]*/i.exec(name)?.[0] ?? '';
  return prefix.length === 0 ? '' : start + prefix.join(slash);
}

/** Parts of a written path, including a drive or server; undefined if it is not a file path. */
function partsOf(written: string): string[] | undefined {
  const name = pathOfAddress(written);
  if (/^(?:[A-Za-z][A-Za-z0-9+.-]+:\/\/|data:)/.test(name) || name.includes('\0')) return undefined;
  const parts = name.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.at(-1) === '..' ? undefined : parts;
}
