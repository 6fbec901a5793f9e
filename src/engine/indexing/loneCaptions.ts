import type { ImageTable } from '../../core/audit/embeddedDataset.ts';
import { areAlikeNames } from '../../core/dataset/alikeNames.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import { IMAGE_EXTENSIONS, extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { SIDECAR_BYTES } from '../../core/dataset/fileLimits.ts';
import { baseName, folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import type { CaptionMove, Problem } from '../../core/dataset/problem.ts';
import { isLoneCaption } from '../../core/formats/captionFiles.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { shorten } from '../../core/text/visibleText.ts';
import { PairLensError } from '../../core/errors.ts';
import { sentence } from '../../core/text/sentence.ts';
import { FileHashes } from './fileHashes.ts';
import type { IndexPorts } from './indexPorts.ts';

/** Most captions without an image that are checked; more are another layout and not renamed files. */
const MOST_ORPHANS = 200;
const CAPTION_CHARACTERS = 1000;

/**
 * The problems of a dataset; those of captions without an image with their text, and with a fix where the image was renamed:
 * the uncaptioned image that the store has under the caption's name, or else the only one of the folder with a similar name.
 * @throws PairLensError `cancelled`.
 */
export async function withLoneCaptions(
  dataset: Dataset,
  images: ImageTable,
  ports: Pick<IndexPorts, 'files' | 'store' | 'hasher'>,
): Promise<readonly Problem[]> {
  const { problems } = dataset;
  const orphans = problems.filter(isLoneCaption);
  if (orphans.length === 0 || orphans.length > MOST_ORPHANS) return problems;
  const captions = new Map<Problem, string>();
  for (const orphan of orphans) {
    const caption = await captionIn(dataset, orphan.file, ports);
    if (caption !== undefined) captions.set(orphan, caption);
  }
  const moves = movesOf(
    dataset,
    orphans.filter((orphan) => captions.has(orphan)),
    images,
    ports,
  );
  return problems.map((problem) => {
    const caption = captions.get(problem);
    if (caption === undefined) return problem;
    const move = moves.get(problem);
    return move === undefined
      ? { ...problem, caption }
      : { ...problem, caption, move, remedy: remedyOf(problem, move) };
  });
}

/** For captions without an image: the uncaptioned image that seems to be their own. */
function movesOf(
  dataset: Dataset,
  orphans: readonly Problem[],
  images: ImageTable,
  ports: Pick<IndexPorts, 'store' | 'hasher'>,
): ReadonlyMap<Problem, CaptionMove> {
  const bare = dataset.problems.flatMap(({ code, image, related }) =>
    code === 'missing-caption' && image !== undefined && related === undefined ? [image] : [],
  );
  const seen = new FileHashes(ports.store, ports.hasher);
  const hashOf = new Map(images.paths.map((path, row) => [path, images.hashes[row] ?? '']));
  const left = new Set(bare);
  const moves = new Map<Problem, CaptionMove>();
  const move = (orphan: Problem, image: DatasetPath, known: boolean): void => {
    left.delete(image);
    const to = `${stemOf(image)}.${extensionOf(orphan.file)}`;
    moves.set(orphan, { image, to, known });
  };
  for (const orphan of orphans) {
    const before = hashesSeen(dataset, stemOf(orphan.file), seen);
    const image = [...left].find((path) => before.has(hashOf.get(path) ?? ''));
    if (image !== undefined) move(orphan, image, true);
  }
  for (const orphan of orphans) {
    if (moves.has(orphan)) continue;
    const alike = [...left].filter((image) => isBeside(orphan.file, image));
    const [image] = alike;
    const rivals = orphans.filter(({ file }) => image !== undefined && isBeside(file, image));
    if (image !== undefined && alike.length === 1 && rivals.length === 1) {
      move(orphan, image, false);
    }
  }
  return moves;
}

function isBeside(file: DatasetPath, image: DatasetPath): boolean {
  const [name, other] = [stemOf(baseName(file)), stemOf(baseName(image))];
  return folderOf(file) === folderOf(image) && areAlikeNames(name, other);
}

/** Stored hashes of images with a name and any extension. */
function hashesSeen({ root }: Dataset, stem: DatasetPath, seen: FileHashes): ReadonlySet<string> {
  const hashes = [...IMAGE_EXTENSIONS].flatMap(
    (extension) => seen.last(toAbsolute(root, `${stem}.${extension}`)) ?? [],
  );
  return new Set(hashes);
}

/** The caption of a file; undefined if it is unreadable or blank. */
async function captionIn(
  { root }: Dataset,
  file: DatasetPath,
  { files }: Pick<IndexPorts, 'files'>,
): Promise<string | undefined> {
  try {
    const decoded = decodeText(
      await files.read(toAbsolute(root, file), { maxBytes: SIDECAR_BYTES }),
    );
    const text = 'text' in decoded ? decoded.text.trim() : '';
    return text === '' ? undefined : shorten(text, CAPTION_CHARACTERS);
  } catch (error) {
    if (PairLensError.is(error, 'unreadable-file')) return undefined;
    throw error;
  }
}

function remedyOf({ file }: Problem, { image, to, known }: CaptionMove): Problem['remedy'] {
  return known
    ? sentence('Rename {0} to {1}: {2} is its image under another name.', file, to, image)
    : sentence('Rename {0} to {1} if it describes {2}, whose name is alike.', file, to, image);
}
