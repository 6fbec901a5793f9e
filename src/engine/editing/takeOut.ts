import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { isArchived } from '../../core/dataset/archivePaths.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { joinPath, toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { isTableFormat } from '../../core/formats/captionFiles.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { FileEdit } from './editor.ts';
import {
  type FileMove,
  type FolderOfPairs,
  followDeletions,
  type MovePorts,
} from './moveImages.ts';

/** Where images go that a person removed, where there is no wastebasket: PairLens does not read it. */
export const REMOVED: DatasetPath = '.pairlens/removed';

/** How images leave their dataset with all that belongs to them. Absolute paths. */
export interface TakenOut {
  /** Images, caption files, companions and caches; `to` below the target folder, as they lie in the dataset. */
  readonly moves: readonly FileMove[];
  /** Tables without the rows of the images. */
  readonly edits: readonly FileEdit[];
  /** Captions of these rows, as text files beside the images in the target folder. */
  readonly creations: readonly { readonly path: string; readonly text: string }[];
  /** What stays as it is, and why. */
  readonly left: readonly Sentence[];
}

/**
 * What must be done to take images out of their dataset.
 * @param images absolute paths
 * @param target absolute path of the folder that they go to; `REMOVED` in their own folder without it
 * @throws PairLensError `invalid-argument` for images in archives or outside; `write-failed` if a place is taken.
 */
export async function takeOut(
  folders: readonly FolderOfPairs[],
  images: readonly string[],
  target: string | undefined,
  ports: MovePorts,
): Promise<TakenOut> {
  const moves: FileMove[] = [];
  const creations: { path: string; text: string }[] = [];
  const { deletions, edits, left } = await followDeletions(folders, images, ports);
  const edited = new Set(edits.map(({ path }) => path));
  for (const path of [...images, ...deletions]) {
    if (isArchived(path)) throw inArchive(path);
    const { folder, file } = folderOf(folders, path);
    const base = target ?? toAbsolute(folder.opened.dir, REMOVED);
    moves.push({ from: path, to: toAbsolute(base, file) });
    const captions = rowCaptions(folder, file, edited);
    if (captions.length === 0) continue;
    const place = toAbsolute(base, `${stemOf(file)}.txt`);
    creations.push({ path: place, text: captions.map((caption) => `${caption}\n`).join('') });
  }
  const places = new Set<string>();
  for (const { path } of [...moves.map(({ to }) => ({ path: to })), ...creations]) {
    if (places.has(path) || (await ports.files.exists(path))) throw taken(path);
    places.add(path);
  }
  return { moves, edits, creations, left };
}

function folderOf(
  folders: readonly FolderOfPairs[],
  path: string,
): { readonly folder: FolderOfPairs; readonly file: DatasetPath } {
  for (const folder of folders) {
    const file = toDatasetPath(folder.opened.dir, path);
    if (file !== undefined) return { folder, file };
  }
  throw new PairLensError(
    'invalid-argument',
    sentence('{0} is in none of the open datasets.', path),
    { path, remedy: sentence('Audit the folder that holds it first.') },
  );
}

/** The captions that an image has in tables which lose its rows; line breaks become spaces. */
function rowCaptions(
  { opened, datasets }: FolderOfPairs,
  image: DatasetPath,
  edited: ReadonlySet<string>,
): string[] {
  return datasets.flatMap(({ root, pairs }) => {
    const folder = toDatasetPath(opened.dir, root) ?? '';
    return pairs()
      .filter(
        (pair) =>
          joinPath(folder, pair.image) === image &&
          isTableFormat(pair.source.format) &&
          edited.has(toAbsolute(root, pair.source.file)),
      )
      .map(({ caption }) => caption.trim().replaceAll(/\s*[\r\n]+\s*/g, ' '));
  });
}

function inArchive(path: string): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence('{0} is inside an archive, which PairLens does not change.', path),
    { path, remedy: sentence('Write a new dataset without it: pairlens export.') },
  );
}

function taken(path: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('There is a file {0} already, so nothing was moved.', path),
    { path, remedy: sentence('Choose another folder, or move that file away.') },
  );
}
