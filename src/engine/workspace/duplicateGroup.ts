import { DUPLICATE_RULES } from '../../core/audit/detectors/duplicatePictures.ts';
import { subjectOf } from '../../core/audit/finding.ts';
import { type DifferentPictures, pictureKey } from '../../core/dataset/differentPictures.ts';
import { toAbsolute, toAbsoluteFrom, toDatasetPath } from '../../core/dataset/paths.ts';
import type { PictureFacts } from '../../core/pictureFacts.ts';
import { mergedTags } from '../../core/text/mergedTags.ts';
import type { FileSystem } from '../../core/ports.ts';
import { pairsOfImage } from './pairLookup.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import type { LiveFinding, LivePair } from './workspace.ts';

/** An image of a group of duplicates. */
export interface DuplicateImage {
  /** Absolute path. */
  readonly path: string;
  /** Undefined if the file is gone. */
  readonly bytes: number | undefined;
  /** In pixels; undefined if the image cannot be read. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly pairs: readonly LivePair[];
}

/** Images that show the same picture. */
export interface DuplicateGroup {
  readonly images: readonly DuplicateImage[];
  /** The tags of all captions together; undefined if the captions are no lists of tags, or all equal. */
  readonly merged: string | undefined;
}

/** The images of a finding of duplicates, side by side; undefined for other findings. */
export async function duplicateGroup(
  datasets: readonly OpenedDataset[],
  { root, finding }: LiveFinding,
  files: Pick<FileSystem, 'stat'>,
): Promise<DuplicateGroup | undefined> {
  if (!DUPLICATE_RULES.includes(finding.code)) return undefined;
  const paths = [
    toAbsolute(root, finding.image ?? finding.file),
    ...finding.relatedFiles.map((file) => toAbsoluteFrom(root, file)),
  ];
  const images = await Promise.all(
    [...new Set(paths)].map(async (path): Promise<DuplicateImage> => {
      const stat = await files.stat(path).catch(() => undefined);
      const size = knownImage(datasets, path)?.facts;
      return {
        path,
        bytes: stat?.bytes,
        width: size?.width,
        height: size?.height,
        pairs: pairsOfImage(datasets, path),
      };
    }),
  );
  const captions = images.flatMap(({ pairs }) => pairs.map(({ caption }) => caption));
  const merged = mergedTags(captions);
  return { images, merged: captions.every((caption) => caption === merged) ? undefined : merged };
}

/** What an audit knows of an image; undefined if no dataset has it. */
function knownImage(
  datasets: readonly OpenedDataset[],
  path: string,
): { readonly facts: PictureFacts | undefined; readonly hash: string | undefined } | undefined {
  for (const { dataset } of datasets) {
    const image = toDatasetPath(dataset.root, path);
    const row = image === undefined ? undefined : dataset.imageRowOf.get(image);
    if (row === undefined) continue;
    const { facts, hashes } = dataset.context.embedded.images;
    return { facts: facts[row], hash: hashes[row] };
  }
  return undefined;
}

/** Pictures that were called different, and the dataset whose file of decisions says so. */
export interface DifferentMark {
  readonly root: string;
  readonly pairs: readonly DifferentPictures[];
}

/** The pairs of pictures of a finding of duplicates, to call them different. */
export function picturesOf(
  datasets: readonly OpenedDataset[],
  { root, finding }: LiveFinding,
): DifferentPictures[] {
  const files = [subjectOf(finding), ...finding.relatedFiles];
  const known = files.flatMap((image) => {
    const hash = knownImage(datasets, toAbsoluteFrom(root, image))?.hash;
    return hash === undefined ? [] : [{ image, hash }];
  });
  const pairs = new Map<string, DifferentPictures>();
  for (const [i, a] of known.entries()) {
    for (const b of known.slice(i + 1)) {
      const key = pictureKey(a.hash, b.hash);
      if (!pairs.has(key)) pairs.set(key, { hashes: [a.hash, b.hash], images: [a.image, b.image] });
    }
  }
  return [...pairs.values()];
}
