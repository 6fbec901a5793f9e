import { groupBy } from '../collections.ts';
import type { DatasetPath } from '../dataset/dataset.ts';
import { stemOf } from '../dataset/fileKinds.ts';
import { baseName, folderOf, joinPath } from '../dataset/paths.ts';

/** An image of a new dataset with its captions, at least one. */
export interface ExportedImage {
  /** Relative to the folder of the new dataset. */
  readonly file: DatasetPath;
  readonly captions: readonly string[];
  readonly split?: string;
}

interface LayoutFacts {
  /** For the command line. */
  readonly id: string;
  /** Most captions of one image that it can hold. */
  readonly mostCaptions: number;
}

/** Pictures in folders, with caption files. */
export interface FolderLayout extends LayoutFacts {
  readonly kind: 'folders';
  /** The caption files, relative to the folder of the new dataset. */
  files(images: readonly ExportedImage[]): Iterable<CaptionFileText>;
}

/** Pictures and captions packed in shards. */
export interface ShardLayout extends LayoutFacts {
  readonly kind: 'shards';
  /** The texts beside an image, by the extension that its key gets. */
  members(image: ExportedImage): Readonly<Record<string, string>>;
}

/** How a new dataset is written. To add a layout, add it to `CAPTION_LAYOUTS`. */
export type CaptionLayout = FolderLayout | ShardLayout;

export interface CaptionFileText {
  readonly file: DatasetPath;
  readonly chunks: Iterable<string>;
}

/** A `.txt` beside each image: what LoRA trainers read. */
const sidecars: CaptionLayout = {
  kind: 'folders',
  id: 'sidecar',
  mostCaptions: 1,
  *files(images) {
    for (const { file, captions } of images) {
      const name = joinPath(folderOf(file), `${stemOf(baseName(file))}.txt`);
      yield { file: name, chunks: [captions[0] ?? ''] };
    }
  },
};

/** Hugging Face ImageFolder: https://huggingface.co/docs/datasets/image_dataset#imagefolder */
const metadataJsonl: CaptionLayout = {
  kind: 'folders',
  id: 'metadata.jsonl',
  mostCaptions: 1,
  files: (images) => [
    {
      file: 'metadata.jsonl',
      chunks: lines(images, ({ file, captions }) => ({ file_name: file, text: captions[0] ?? '' })),
    },
  ],
};

/** One object for each image with all its captions and its split. */
const captionsJsonl: CaptionLayout = {
  kind: 'folders',
  id: 'captions.jsonl',
  mostCaptions: Infinity,
  files: (images) => [
    {
      file: 'captions.jsonl',
      chunks: lines(images, ({ file, captions, split }) => ({
        image: file,
        captions,
        ...(split !== undefined && { split }),
      })),
    },
  ],
};

/** Shards of tar members, a key for each image: https://github.com/webdataset/webdataset, as open_clip reads them. */
const webdataset: CaptionLayout = {
  kind: 'shards',
  id: 'webdataset',
  mostCaptions: 1,
  members: ({ captions }) => ({ txt: captions[0] ?? '' }),
};

export const CAPTION_LAYOUTS: readonly CaptionLayout[] = [
  sidecars,
  metadataJsonl,
  captionsJsonl,
  webdataset,
];

function* lines(
  images: readonly ExportedImage[],
  row: (image: ExportedImage) => object,
): Generator<string> {
  for (const image of images) yield `${JSON.stringify(row(image))}\n`;
}

/** A caption of an image; `caption` is undefined for an image without one. */
interface CaptionOfImage {
  readonly image: string;
  readonly caption: string | undefined;
  readonly captionIndex: number;
  readonly split?: string | undefined;
}

/** The captioned images of pairs by their path, in the order of the paths, with their captions in order. */
export function captionedImages(
  pairs: readonly CaptionOfImage[],
): Map<string, Omit<ExportedImage, 'file'>> {
  const captioned = pairs.filter(({ caption }) => caption !== undefined);
  const ofImage = [...groupBy(captioned, ({ image }) => image)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return new Map(
    ofImage.map(([image, own]) => {
      const sorted = [...own].sort((a, b) => a.captionIndex - b.captionIndex);
      const split = sorted[0]?.split;
      const captions = sorted.flatMap(({ caption }) => caption ?? []);
      return [image, { captions, ...(split !== undefined && { split }) }];
    }),
  );
}

/**
 * Names of images in a new dataset: as they are, but that a member of an archive is in a folder without the archive's
 * extension, and that no two images differ by extension or case alone, because they would share a caption file.
 */
export function exportedNames(images: readonly DatasetPath[]): Map<DatasetPath, DatasetPath> {
  const names = new Map<DatasetPath, DatasetPath>();
  const taken = new Set<string>();
  const isFree = (name: DatasetPath): boolean => !taken.has(keyOf(name));
  for (const image of images) {
    const wanted = image.replaceAll(/\.(?:tar|parquet)\//gi, '/');
    let name = wanted;
    for (let n = 2; !isFree(name); n++) {
      const base = baseName(wanted);
      const stem = stemOf(base);
      name = joinPath(folderOf(wanted), `${stem}-${n}${base.slice(stem.length)}`);
    }
    taken.add(keyOf(name));
    names.set(image, name);
  }
  return names;
}

function keyOf(name: DatasetPath): string {
  return joinPath(folderOf(name), stemOf(baseName(name))).toLowerCase();
}
