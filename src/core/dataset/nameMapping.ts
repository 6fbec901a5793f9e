import { tellsCompanion } from './companions.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, joinPath } from './paths.ts';

/**
 * What names written for another place have in common: a beginning that stands for a folder here. Training scripts get
 * the folder as an option, or ran on another machine, where the names were absolute.
 */
export interface NameMapping {
  /** Parts of the beginning; none where names are relative to `folder`. */
  readonly prefix: readonly string[];
  readonly folder: DatasetPath;
}

/** Names that are looked at to find the mapping; it is then tried with all. */
const SAMPLE = 500;
/** Images of one file name that are looked at. */
const NAMESAKES = 50;

/**
 * The one mapping that fits most of the names, or undefined where none does or several do as well.
 * @param names as written, none of them found as they stand
 * @param namesakes images whose file name is that of a written one; with `byStem`, whose stem is
 * @param captionFile of several folders that fit, the one that its name speaks of is meant
 */
export function mappingOf(
  names: readonly string[],
  namesakes: (fileName: string) => readonly DatasetPath[],
  captionFile: DatasetPath,
): NameMapping | undefined {
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  const votes = new Map<string, { readonly mapping: NameMapping; count: number }>();
  for (let i = 0; i < names.length; i += step) {
    const parts = partsOf(names[i] ?? '');
    const fileName = parts?.at(-1);
    if (parts === undefined || fileName === undefined) continue;
    for (const image of namesakes(fileName).slice(0, NAMESAKES)) vote(votes, parts, image);
  }
  const best = [...votes.values()].sort(
    (a, b) =>
      b.count - a.count ||
      a.mapping.prefix.length - b.mapping.prefix.length ||
      rank(b.mapping, captionFile) - rank(a.mapping, captionFile),
  );
  const [first, second] = best;
  if (first === undefined) return undefined;
  const tied =
    second?.count === first.count &&
    second.mapping.prefix.length === first.mapping.prefix.length &&
    rank(second.mapping, captionFile) === rank(first.mapping, captionFile);
  return tied ? undefined : first.mapping;
}

/** Votes for each mapping that leads from a written name to an image. */
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

/** How well a folder goes with a caption file where the names fit several. */
function rank({ folder }: NameMapping, captionFile: DatasetPath): number {
  const last = baseName(folder).toLowerCase();
  if (last !== '' && stemOf(baseName(captionFile)).toLowerCase().includes(last)) return 2;
  if (/^ima?ge?s?$/.test(last)) return 1;
  return tellsCompanion(last) ? -1 : 0;
}

/** Where a mapping puts a name; undefined where the name does not begin so. */
export function mapped({ prefix, folder }: NameMapping, name: string): DatasetPath | undefined {
  const parts = partsOf(name);
  if (parts === undefined || parts.length <= prefix.length) return undefined;
  if (!prefix.every((part, i) => part === parts[i])) return undefined;
  return joinPath(folder, parts.slice(prefix.length).join('/'));
}

/** The beginning of a name that a mapping replaces, as it is written. */
export function writtenPrefix({ prefix }: NameMapping, name: string): string {
  const slash = name.includes('\\') ? '\\' : '/';
  const start = /^[\\/]*/.exec(name)?.[0] ?? '';
  return prefix.length === 0 ? '' : start + prefix.join(slash);
}

/** Parts of a written path, a drive or a server among them; undefined for what is no path of a file. */
function partsOf(name: string): string[] | undefined {
  if (/^(?:[A-Za-z][A-Za-z0-9+.-]+:\/\/|data:)/.test(name) || name.includes('\0')) return undefined;
  const parts = name.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.at(-1) === '..' ? undefined : parts;
}
