import { archiveMember } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { folderOf, isWithin, joinPath } from '../../core/dataset/paths.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { Listing } from './listFiles.ts';
import type { UnreadFile } from './unreadFiles.ts';

/**
 * Parquet files that other programs keep beside a dataset: img2dataset's record of the addresses that it downloaded to
 * `00000.tar` or `00000/`, with its captions again; and the metadata of clip-retrieval, beside its embeddings.
 */
export function downloadRecord(
  file: DatasetPath,
  { images, rest }: Pick<Listing, 'images' | 'rest'>,
): UnreadFile | undefined {
  if (extensionOf(file) !== 'parquet') return undefined;
  if (holdsEmbeddings(file, rest)) {
    return leftAlone(file, sentence('what was written beside embeddings, as by pairlens embed'));
  }
  const stem = stemOf(file);
  // img2dataset counts its shards from 00000.
  if (!/(?:^|\/)\d{4,}$/.test(stem)) return undefined;
  const isDownloaded = images.some(
    (image) => isWithin(image, stem) || archiveMember(image)?.archive === `${stem}.tar`,
  );
  return isDownloaded
    ? leftAlone(file, sentence('the record of a download; the captions beside the images are read'))
    : undefined;
}

function leftAlone(file: DatasetPath, what: UnreadFile['what']): UnreadFile {
  return { file, what, remedy: sentence('Nothing to do.'), names: [], isLeftAlone: true };
}

function holdsEmbeddings(file: DatasetPath, rest: readonly DatasetPath[]): boolean {
  const home = folderOf(folderOf(file));
  const matrices = [joinPath(home, 'img_emb'), joinPath(home, 'text_emb')];
  return rest.some((other) => extensionOf(other) === 'npy' && matrices.includes(folderOf(other)));
}
