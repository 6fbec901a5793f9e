import type { CancelSignal } from '../../core/cancellation.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { SIDECAR_BYTES } from '../../core/dataset/fileLimits.ts';
import { isWithin, joinPath, toAbsolute, toDatasetPath, within } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import type { CaptionFileKind } from '../captionFileKind.ts';
import { missingSidecar, sharedSidecar, sidecarPairs, wrongEncoding } from '../discoverSidecars.ts';
import { readTable } from '../discoverTables.ts';
import { unreadableFile } from '../errorWords.ts';
import type { OpenedFolder } from '../openDatasets.ts';

/** A caption file of a dataset, read on its own. Paths within the dataset. */
export interface ReadFile {
  /** Numbered as if no other file captioned their images. */
  readonly pairs: readonly Pair[];
  readonly problems: readonly Problem[];
  readonly kind: CaptionFileKind;
  /** Whether it captions images that lie outside of its dataset; their pairs are left out. */
  readonly reachesOut: boolean;
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
          captionFormat(kind.format),
          opened.index,
          signal,
        );
  const here = read.pairs.filter(({ image }) => isWithin(image, folder));
  return {
    pairs: here.map((pair) => ({
      ...pair,
      image: inside(pair.image),
      source: { ...pair.source, file },
    })),
    problems: read.problems.map((problem) => problemInside(problem, inside)),
    kind:
      kind.kind === 'table' && 'mentioned' in read
        ? { ...kind, mentioned: new Set([...read.mentioned].map(inside)) }
        : kind,
    reachesOut: here.length < read.pairs.length,
  };
}

/** A problem as seen from a folder inside the one it was found in. */
export function problemInside(
  problem: Problem,
  inside: (path: DatasetPath) => DatasetPath,
): Problem {
  return {
    ...problem,
    file: inside(problem.file),
    ...(problem.image !== undefined && { image: inside(problem.image) }),
    ...(problem.related && { related: problem.related.map(inside) }),
  };
}

/** Paths relative to the opened folder, as messages name them. What is wrong with the file is told once, of its first image. */
async function readSidecar(
  files: FileSystem,
  { dir, captionsPerFile }: OpenedFolder,
  file: DatasetPath,
  images: readonly DatasetPath[],
): Promise<{ pairs: Pair[]; problems: Problem[] }> {
  const absolute = toAbsolute(dir, file);
  if (!(await files.exists(absolute))) return { pairs: [], problems: images.map(missingSidecar) };
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
    const problem = wrongEncoding(file, decoded.guess);
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
