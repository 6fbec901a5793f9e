import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { SIDECAR_BYTES } from '../../core/dataset/fileLimits.ts';
import {
  folderOf,
  isWithin,
  joinPath,
  toAbsolute,
  toDatasetPath,
  within,
} from '../../core/dataset/paths.ts';
import { isOfPlace, type Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import { isSidecarFormat } from '../../core/formats/captionFiles.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { missingSidecar, sidecarPairs, wrongEncoding } from '../discoverSidecars.ts';
import { readTable } from '../discoverTables.ts';
import { unreadableFile } from '../errorWords.ts';
import { isMissingRow, missingRow, type OpenedFolder } from '../openDatasets.ts';
import type { FileContent } from './liveDataset.ts';

/** How a caption file of a dataset is read again on its own. */
export type CaptionFileKind =
  | { readonly kind: 'table'; readonly format: string }
  | { readonly kind: 'sidecar'; readonly images: readonly DatasetPath[] };

/** The caption files of a dataset by their path within it; those that can only be read with all others are left out. */
export function captionFiles({ pairs, problems }: Dataset): Map<DatasetPath, CaptionFileKind> {
  const files = new Map<DatasetPath, CaptionFileKind>();
  const sidecars = new Map<DatasetPath, Set<DatasetPath>>();
  const addSidecar = (file: DatasetPath, image: DatasetPath): void => {
    const known = sidecars.get(file);
    if (known === undefined) sidecars.set(file, new Set([image]));
    else known.add(image);
  };
  for (const { source, image } of pairs) {
    if (isSidecarFormat(source.format)) addSidecar(source.file, image);
    else if (!files.has(source.file)) {
      files.set(source.file, { kind: 'table', format: source.format });
    }
  }
  for (const { file, image } of problems) {
    if (image !== undefined && file !== image && !files.has(file)) addSidecar(file, image);
  }
  for (const [file, images] of sidecars) files.set(file, { kind: 'sidecar', images: [...images] });
  return files;
}

/**
 * Reads one caption file again, as opening the whole folder would.
 * @param root of its dataset
 * @throws PairLensError `cancelled`.
 */
export async function readCaptionFile(
  files: FileSystem,
  opened: OpenedFolder,
  root: string,
  file: DatasetPath,
  kind: CaptionFileKind,
  signal: CancelSignal | undefined,
): Promise<{ readonly pairs: Pair[]; readonly problems: Problem[] }> {
  const folder = toDatasetPath(opened.dir, root) ?? '';
  const inFolder = (path: DatasetPath): DatasetPath => joinPath(folder, path);
  const inside = (path: DatasetPath): DatasetPath => within(folder, path);
  const { pairs, problems } =
    kind.kind === 'sidecar'
      ? await readSidecar(files, opened, inFolder(file), kind.images.map(inFolder))
      : await readTable(
          files,
          opened.dir,
          toAbsolute(root, file),
          inFolder(file),
          captionFormat(kind.format),
          opened.index,
          signal,
        );
  return {
    pairs: pairs.map((pair) => ({
      ...pair,
      image: inside(pair.image),
      source: { ...pair.source, file },
    })),
    problems: problems.map((problem) => problemInside(problem, inside)),
  };
}

function problemInside(problem: Problem, inside: (path: DatasetPath) => DatasetPath): Problem {
  return {
    ...problem,
    file: inside(problem.file),
    ...(problem.image !== undefined && { image: inside(problem.image) }),
    ...(problem.related && { related: problem.related.map(inside) }),
  };
}

/** Paths relative to the opened folder, as messages name them. */
async function readSidecar(
  files: FileSystem,
  { dir, captionsPerFile }: OpenedFolder,
  file: DatasetPath,
  images: readonly DatasetPath[],
): Promise<{ pairs: Pair[]; problems: Problem[] }> {
  const absolute = toAbsolute(dir, file);
  if (!(await files.exists(absolute))) return { pairs: [], problems: images.map(missingSidecar) };
  const bytes = await files.read(absolute, { maxBytes: SIDECAR_BYTES }).catch((error: unknown) => {
    if (PairLensError.is(error, 'unreadable-file')) return error;
    throw error;
  });
  if (!(bytes instanceof Uint8Array)) {
    return {
      pairs: [],
      problems: images.map((image) => ({ ...unreadableFile(file, bytes), image })),
    };
  }
  const decoded = decodeText(bytes);
  const pairs: Pair[] = [];
  const problems: Problem[] = [];
  for (const image of images) {
    if (!('text' in decoded)) {
      problems.push({ ...wrongEncoding(file, decoded.guess), image });
      continue;
    }
    const found = sidecarPairs(file, image, decoded.text, captionsPerFile);
    if (found.problem !== undefined) problems.push(found.problem);
    for (const pair of found.pairs) pairs.push(pair);
  }
  return { pairs, problems };
}

/** What a file holds, with the images that lost or got their captions by it. */
export function fileContent(
  dataset: Dataset,
  opened: OpenedFolder,
  file: DatasetPath,
  kind: CaptionFileKind,
  read: { readonly pairs: readonly Pair[]; readonly problems: readonly Problem[] },
): FileContent {
  if (kind.kind === 'sidecar') return { file, ...read, images: new Set(kind.images) };
  const captioned = new Set<DatasetPath>();
  for (const { image } of [...read.pairs, ...read.problems]) {
    if (image !== undefined) captioned.add(image);
  }
  const before = new Set<DatasetPath>();
  const elsewhere = new Set<DatasetPath>();
  for (const { image, source } of dataset.pairs) {
    (source.file === file ? before : elsewhere).add(image);
  }
  // A caption that was empty or unreadable is no pair, but its image is of its file as well, and reported once.
  for (const problem of dataset.problems) {
    const { image, related = [] } = problem;
    if (problem.file === file && image !== undefined) before.add(image);
    if (problem.file === file || isMissingRow(problem) || isOfPlace(problem)) continue;
    for (const other of [image, ...related]) if (other !== undefined) elsewhere.add(other);
  }
  const claimed = claimedBy(dataset, file, kind.format, captioned);
  const folders = new Set([...before, ...captioned].map(folderOf));
  const images = new Set([...captioned].filter((image) => !elsewhere.has(image)));
  const missing: Problem[] = [];
  const base = toDatasetPath(opened.dir, dataset.root) ?? '';
  for (const image of dataset.images) {
    const folder = folderOf(image);
    if (!folders.has(folder) || captioned.has(image) || elsewhere.has(image)) continue;
    images.add(image);
    if (!claimed(folder)) continue;
    missing.push(problemInside(missingRow(joinPath(base, image)), (path) => within(base, path)));
  }
  return { file, pairs: read.pairs, problems: [...read.problems, ...missing], images };
}

/**
 * Whether every image of a folder should have a caption: a table that captions the folder it lies in claims all below it,
 * another one the folders of the images it names, as when the dataset is opened.
 */
function claimedBy(
  { pairs }: Dataset,
  file: DatasetPath,
  format: string,
  captioned: ReadonlySet<DatasetPath>,
): (folder: DatasetPath) => boolean {
  const folders = new Set<DatasetPath>();
  const trees = new Set<DatasetPath>();
  const ownFolder = (id: string): boolean => captionFormat(id).images === 'own-folder';
  if (ownFolder(format)) trees.add(folderOf(file));
  else for (const image of captioned) folders.add(folderOf(image));
  for (const { image, source } of pairs) {
    if (source.file === file || isSidecarFormat(source.format)) continue;
    if (ownFolder(source.format)) trees.add(folderOf(source.file));
    else folders.add(folderOf(image));
  }
  return (folder) => folders.has(folder) || [...trees].some((tree) => isWithin(folder, tree));
}
