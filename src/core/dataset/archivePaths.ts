import { groupBy } from '../collections.ts';
import type { DatasetPath } from './dataset.ts';
import { extensionOf, stemOf } from './fileKinds.ts';
import { baseName, folderOf, joinPath } from './paths.ts';

/** An absolute path, or one relative to a dataset, divided at the archive. */
export interface ArchiveMember {
  readonly archive: string;
  /** Name inside it, with `/`. */
  readonly member: string;
}

/** Extensions of archives that are read as folders. */
export const ARCHIVE_EXTENSIONS: readonly string[] = ['tar', 'parquet'];

export function isArchiveName(name: string): boolean {
  return ARCHIVE_EXTENSIONS.includes(extensionOf(name));
}

const INSIDE = /^(.*?[^\\/]\.(?:tar|parquet))[\\/](.+)$/i;

/**
 * Divides the path of an archive's member, `shards/00000.tar/000123.jpg`; undefined for other files. By its name only: a
 * folder may have such a name, too.
 */
export function archiveMember(path: string): ArchiveMember | undefined {
  const [, archive, inner] = INSIDE.exec(path) ?? [];
  if (archive === undefined || inner === undefined) return undefined;
  return { archive, member: inner.replaceAll('\\', '/') };
}

/** Whether a path is that of a file inside an archive, or of an archive that is read as a table: never written, moved or opened as text. */
export function isArchived(path: string): boolean {
  return /\.parquet$/i.test(path) || archiveMember(path) !== undefined;
}

/** The file to open for a path: the archive of a member, else the file itself. */
export function fileToOpen(path: string): string {
  return archiveMember(path)?.archive ?? path;
}

/**
 * What the image and caption of one sample have in common: the path without its extension. In a tar the extension begins
 * at the first dot of the file name (`base_plus_ext` of webdataset/tariterators.py).
 */
export function sampleKey(path: DatasetPath): string {
  if (!isInTar(path)) return stemOf(path);
  const name = baseName(path);
  const dot = name.indexOf('.');
  return joinPath(folderOf(path), dot < 0 ? name : name.slice(0, dot));
}

function isInTar(path: DatasetPath): boolean {
  const inside = archiveMember(path);
  return inside !== undefined && extensionOf(inside.archive) === 'tar';
}

/**
 * Second images of samples in tars, such as `000123.mask.png` beside `000123.jpg`: of each sample those whose extension
 * has more parts than that of its image.
 */
export function secondPictures(images: readonly DatasetPath[]): DatasetPath[] {
  const samples = groupBy(images.filter(isInTar), sampleKey);
  return [...samples.values()].flatMap((all) => {
    const least = Math.min(...all.map(dots));
    return all.filter((image) => dots(image) > least);
  });
}

function dots(path: DatasetPath): number {
  return baseName(path).split('.').length;
}
