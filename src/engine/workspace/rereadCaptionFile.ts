import { splitsOf } from '../../core/audit/picturesElsewhere.ts';
import type { CancelSignal } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { Dataset, DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { SIDECAR_BYTES } from '../../core/dataset/fileLimits.ts';
import {
  commonFolder,
  folderOf,
  isWithin,
  joinPath,
  toAbsolute,
  toDatasetPath,
  within,
} from '../../core/dataset/paths.ts';
import { isOfPlace, type Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import { captionFormat, formatWith } from '../../core/formats/formatTable.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import type { CaptionFileKind, CaptionFiles } from '../discovery/captionFileKind.ts';
import { readTable } from '../discovery/captionTables.ts';
import { accountedFor, isUnreadable } from '../discovery/tableRows.ts';
import { unreadableFile } from '../discovery/errorWords.ts';
import { isMissingRow, missingRow } from '../discovery/missingRow.ts';
import type { OpenedFolder } from '../discovery/openDatasets.ts';
import { encodingProblem } from '../discovery/trainerFiles.ts';
import { sidecarPairs } from '../discovery/sidecarPairs.ts';
import { placeLike } from '../discovery/sidecarPlaces.ts';
import { missingSidecar, sharedSidecar, wrongEncoding } from '../discovery/sidecarProblems.ts';

/** Content of a single caption file. Paths relative to the dataset. */
export interface ReadFile {
  /** `captionIndex` starts at 0 for each image, regardless of other files. */
  readonly pairs: readonly Pair[];
  readonly problems: readonly Problem[];
  readonly kind: CaptionFileKind;
  /** Whether it captions images outside of its dataset; their pairs are omitted. */
  readonly reachesOut: boolean;
}

/**
 * Reads one caption file again, with the same result as opening the whole folder.
 * @param files the disk, with the texts of open documents in place of their files.
 * @param at root of its dataset; the disk knows how a document's file is encoded.
 * @throws PairLensError `cancelled`.
 */
export async function readCaptionFile(
  files: FileSystem,
  opened: OpenedFolder,
  { root, disk }: { readonly root: string; readonly disk: FileSystem },
  file: DatasetPath,
  kind: CaptionFileKind,
  signal: CancelSignal | undefined,
): Promise<ReadFile> {
  const folder = toDatasetPath(opened.dir, root) ?? '';
  const inFolder = (path: DatasetPath): DatasetPath => joinPath(folder, path);
  const inside = (path: DatasetPath): DatasetPath => within(folder, path);
  const read =
    kind.kind === 'sidecar'
      ? await readSidecar(files, opened, inFolder(file), kind.images.map(inFolder))
      : await readTable(
          files,
          opened.dir,
          toAbsolute(root, file),
          inFolder(file),
          formatWith(kind.format, kind.columns),
          opened.index,
          { signal, roots: opened.roots, ...(kind.columns && { columns: kind.columns }) },
        );
  const trainer = opened.datasets.find((dataset) => dataset.root === root)?.trainer;
  const encoding =
    kind.kind === 'sidecar' ? await encodingOnDisk(disk, opened.dir, inFolder(file), trainer) : [];
  const here = read.pairs.filter(({ image }) => isWithin(image, folder));
  return {
    pairs: here.map((pair) => ({
      ...pair,
      image: inside(pair.image),
      source: { ...pair.source, file },
    })),
    problems: [...read.problems, ...encoding].map((problem) => problemInside(problem, inside)),
    kind:
      kind.kind === 'table' && 'mentioned' in read
        ? {
            ...kind,
            mentioned: new Set([...read.mentioned].map(inside)),
            accounted: new Set([...accountedFor(read)].map(inside)),
          }
        : kind,
    reachesOut: here.length < read.pairs.length,
  };
}

/** That trainers read the file otherwise because of its encoding, which an open document does not tell. */
async function encodingOnDisk(
  disk: FileSystem,
  dir: string,
  file: DatasetPath,
  trainer: Dataset['trainer'],
): Promise<Problem[]> {
  const absolute = toAbsolute(dir, file);
  if (!(await disk.exists(absolute))) return [];
  const bytes = await disk.read(absolute, { maxBytes: SIDECAR_BYTES }).catch((error: unknown) => {
    if (PairLensError.is(error, 'unreadable-file')) return new Uint8Array();
    throw error;
  });
  const decoded = decodeText(bytes);
  const problem = 'text' in decoded ? encodingProblem(file, decoded, trainer) : undefined;
  return problem === undefined ? [] : [problem];
}

/** A problem with its paths relative to a subfolder. */
export function problemInside(
  problem: Problem,
  inside: (path: DatasetPath) => DatasetPath,
): Problem {
  return {
    ...problem,
    file: inside(problem.file),
    ...(problem.image !== undefined && { image: inside(problem.image) }),
    ...(problem.related && { related: problem.related.map(inside) }),
    ...(problem.separations && {
      separations: problem.separations.map(({ image, to, caption }) => ({
        image: inside(image),
        to: inside(to),
        caption: inside(caption),
      })),
    }),
  };
}

/** Paths are relative to the opened folder, as in messages. A problem of the file is reported once, for its first image. */
async function readSidecar(
  files: FileSystem,
  { dir, captionsPerFile }: OpenedFolder,
  file: DatasetPath,
  images: readonly DatasetPath[],
): Promise<{ pairs: Pair[]; problems: Problem[] }> {
  const absolute = toAbsolute(dir, file);
  if (!(await files.exists(absolute))) {
    const problems = images.map((image) => missingSidecar(image, placeLike(file, image)));
    return { pairs: [], problems };
  }
  const problems: Problem[] = images.length > 1 ? [sharedSidecar(file, images)] : [];
  const [first] = images;
  const bytes = await files.read(absolute, { maxBytes: SIDECAR_BYTES }).catch((error: unknown) => {
    if (PairLensError.is(error, 'unreadable-file')) return error;
    throw error;
  });
  if (!(bytes instanceof Uint8Array)) {
    const problem = unreadableFile(file, bytes);
    problems.push({ ...problem, ...(first !== undefined && { image: first }) });
    return { pairs: [], problems };
  }
  const decoded = decodeText(bytes);
  if (!('text' in decoded)) {
    const problem = wrongEncoding(file, decoded);
    problems.push({ ...problem, ...(first !== undefined && { image: first }) });
    return { pairs: [], problems };
  }
  const pairs: Pair[] = [];
  for (const image of images) {
    const found = sidecarPairs(file, image, decoded.text, captionsPerFile);
    if (found.problem !== undefined) problems.push(found.problem);
    for (const pair of found.pairs) pairs.push(pair);
  }
  return { pairs, problems };
}

/** New content of a caption file. */
export interface FileContent {
  readonly file: DatasetPath;
  /** Its pairs, and those of other files whose caption indices follow them. */
  readonly pairs: ReadonlyMap<DatasetPath, readonly Pair[]>;
  /** Problems of the file, and of images that gained or lost captions. */
  readonly problems: readonly Problem[];
  /** Images whose `missing-caption` problem no longer holds or is among `problems`. */
  readonly images: ReadonlySet<DatasetPath>;
  /**
   * Whether opening the folder with this content would result in other datasets or other images; then the folder must
   * be opened again.
   */
  readonly restructures: boolean;
}

/** A dataset and the state needed to apply a change of one of its files. */
export interface FileContext {
  readonly dataset: Dataset;
  readonly opened: OpenedFolder;
  /** Its caption files when it was opened, without open documents. */
  readonly found: CaptionFiles;
  /** Its current caption files. */
  readonly files: CaptionFiles;
}

/** The changes of a dataset caused by the new content of a file. */
export function fileContent(context: FileContext, file: DatasetPath, read: ReadFile): FileContent {
  const pairs = numbered(context.dataset.pairs, file, read.pairs);
  const { kind, problems } = read;
  if (kind.kind === 'sidecar') {
    return { file, pairs, problems, images: new Set(kind.images), restructures: false };
  }
  const { missing, images, strays } = uncaptioned(context, file, kind);
  // Whether images without a caption are a problem depends on whether every caption file is readable.
  const unreadable = isUnreadable({ mentioned: kind.mentioned, problems });
  return {
    file,
    pairs,
    problems: unreadable ? problems : [...problems, ...missing],
    images,
    restructures:
      strays ||
      read.reachesOut ||
      read.pairs.length + problems.length === 0 ||
      unreadable ||
      known(context.found, file, 'mentioned').size === 0 ||
      outgrows(context, file, kind) ||
      movesBetweenSplits(context.dataset.pairs, file, read.pairs),
  };
}

/** Whether an image is now of another split: which copies are leaks is found when the folder is opened. */
function movesBetweenSplits(
  all: readonly Pair[],
  file: DatasetPath,
  now: readonly Pair[],
): boolean {
  const before = splitsOf({ pairs: all.filter(({ source }) => source.file === file) });
  return [...splitsOf({ pairs: now })].some(([image, splits]) => {
    const known = before.get(image);
    return known !== undefined && known.join() !== splits.join();
  });
}

/** The dataset with the new content of a file. */
export function withContent(dataset: Dataset, content: FileContent): Dataset {
  const byFile: Map<DatasetPath, readonly Pair[]> = groupBy(
    dataset.pairs,
    ({ source }) => source.file,
  );
  for (const [file, pairs] of content.pairs) byFile.set(file, pairs);
  return {
    ...dataset,
    pairs: [...byFile.values()].flat(),
    problems: problemsWith(dataset.problems, content),
  };
}

/** The problems of a dataset with the new content of a file. */
export function problemsWith(problems: readonly Problem[], content: FileContent): Problem[] {
  const kept = problems.filter(
    (problem) =>
      isOfPlace(problem) ||
      (problem.file !== content.file &&
        !(problem.code === 'missing-caption' && content.images.has(problem.file))),
  );
  return [...kept, ...content.problems];
}

/** The images that only this table captions, and those that have no caption. */
function uncaptioned(
  { dataset, opened, files }: FileContext,
  file: DatasetPath,
  kind: CaptionFileKind & { readonly kind: 'table' },
): { missing: Problem[]; images: Set<DatasetPath>; strays: boolean } {
  const elsewhere = captionedElsewhere(dataset, files, file);
  const claimed = claimedBy(files, file, kind);
  const base = toDatasetPath(opened.dir, dataset.root) ?? '';
  const images = new Set([...kind.mentioned].filter((image) => !elsewhere.has(image)));
  const missing: Problem[] = [];
  let strays = false;
  for (const image of dataset.images) {
    if (kind.mentioned.has(image) || elsewhere.has(image)) continue;
    images.add(image);
    if (!claimed(folderOf(image))) strays = true;
    else {
      const problem = missingRow(joinPath(base, image));
      missing.push(problemInside(problem, (path) => within(base, path)));
    }
  }
  return { missing, images, strays };
}

/** Images captioned by other files, or whose missing caption is reported by another problem. */
function captionedElsewhere(
  { problems }: Dataset,
  files: CaptionFiles,
  file: DatasetPath,
): Set<DatasetPath> {
  const elsewhere = new Set<DatasetPath>();
  for (const [other, kind] of files) {
    if (other === file) continue;
    for (const image of kind.kind === 'table' ? kind.mentioned : kind.images) elsewhere.add(image);
  }
  for (const problem of problems) {
    if (problem.code !== 'missing-caption' || isMissingRow(problem)) continue;
    for (const image of [problem.image, ...(problem.related ?? [])]) {
      if (image !== undefined) elsewhere.add(image);
    }
  }
  return elsewhere;
}

/**
 * Whether every image of a folder should have a caption, as decided when the dataset is opened: a table that captions
 * images of its own folder claims everything below it; other tables claim the folders of their images.
 */
function claimedBy(
  files: CaptionFiles,
  file: DatasetPath,
  now: CaptionFileKind,
): (folder: DatasetPath) => boolean {
  const folders = new Set<DatasetPath>();
  const trees: DatasetPath[] = [];
  for (const [path, kind] of new Map([...files, [file, now]])) {
    if (kind.kind === 'sidecar') continue;
    if (captionFormat(kind.format).images === 'own-folder') trees.push(folderOf(path));
    else for (const image of kind.mentioned) folders.add(folderOf(image));
  }
  return (folder) => folders.has(folder) || trees.some((tree) => isWithin(folder, tree));
}

/** Whether a table now captions images that extend its dataset. */
function outgrows(
  { dataset, opened, found }: FileContext,
  file: DatasetPath,
  { mentioned, accounted }: CaptionFileKind & { readonly kind: 'table' },
): boolean {
  const images = new Set(dataset.images);
  let root = folderOf(file);
  if (!isSame(accounted, known(found, file, 'accounted'))) return true;
  for (const image of mentioned) {
    if (!images.has(image)) return true;
    root = commonFolder(root, folderOf(image));
  }
  if (root !== '') return true;
  // An image removed from a table may have a sidecar, or belong to a dataset in a subfolder.
  if (!opened.hasTexts && opened.datasets.length === 1) return false;
  return !isSame(mentioned, known(found, file, 'mentioned'));
}

/** Content of a table when the folder was opened. */
function known(
  found: CaptionFiles,
  file: DatasetPath,
  what: 'mentioned' | 'accounted',
): ReadonlySet<DatasetPath> {
  const before = found.get(file);
  return before?.kind === 'table' ? before[what] : new Set();
}

function isSame(a: ReadonlySet<DatasetPath>, b: ReadonlySet<DatasetPath>): boolean {
  return a.size === b.size && [...a].every((path) => b.has(path));
}

/**
 * The pairs of a file with caption indices that continue those of earlier files, and the pairs of other files whose
 * indices change.
 */
function numbered(
  all: readonly Pair[],
  file: DatasetPath,
  pairs: readonly Pair[],
): Map<DatasetPath, readonly Pair[]> {
  const images = new Set(pairs.map(({ image }) => image));
  for (const { image, source } of all) if (source.file === file) images.add(image);
  const others = all.filter(({ image, source }) => source.file !== file && images.has(image));
  const result = new Map<DatasetPath, readonly Pair[]>([[file, pairs]]);
  if (others.length === 0) return result;
  const old = numbersFrom(all.filter(({ image }) => images.has(image)));
  const own = others.map((pair) => ({ ...pair, captionIndex: pair.captionIndex - old(pair) }));
  const now = numbersFrom([...own, ...pairs], true);
  const changed = new Map<DatasetPath, Map<string, Pair>>();
  const placed = (pair: Pair): Pair => ({ ...pair, captionIndex: pair.captionIndex + now(pair) });
  result.set(file, pairs.map(placed));
  own.forEach((pair, i) => {
    const before = others[i]!;
    const after = placed(pair);
    if (after.captionIndex === before.captionIndex) return;
    const key = before.source.file;
    changed.set(key, (changed.get(key) ?? new Map<string, Pair>()).set(keyOf(before), after));
  });
  for (const [other, moved] of changed) {
    const whole = all.filter(({ source }) => source.file === other);
    result.set(
      other,
      whole.map((pair) => moved.get(keyOf(pair)) ?? pair),
    );
  }
  return result;
}

function keyOf({ image, captionIndex }: Pair): string {
  return `${captionIndex}\0${image}`;
}

/**
 * Maps a pair to the first caption index that its file has for its image.
 * @param own whether the pairs' indices start at 0 regardless of other files.
 */
function numbersFrom(pairs: readonly Pair[], own = false): (pair: Pair) => number {
  const counts = new Map<DatasetPath, Map<DatasetPath, number>>();
  for (const { image, captionIndex, source } of pairs) {
    const files = counts.get(image) ?? new Map<DatasetPath, number>();
    files.set(source.file, Math.max(files.get(source.file) ?? 0, captionIndex + 1));
    counts.set(image, files);
  }
  const starts = new Map<DatasetPath, Map<DatasetPath, number>>();
  for (const [image, files] of counts) {
    let next = 0;
    const start = new Map<DatasetPath, number>();
    for (const [file, count] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      start.set(file, next);
      next = own ? next + count : Math.max(next, count);
    }
    starts.set(image, start);
  }
  return ({ image, source }) => starts.get(image)?.get(source.file) ?? 0;
}
