import pMap from 'p-map';
import { throwIfCancelled } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { archiveMember } from '../../core/dataset/archivePaths.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import {
  type CaptionFileText,
  captionedImages,
  type CaptionLayout,
  type ExportedImage,
  exportedNames,
  type ShardLayout,
} from '../../core/export/captionLayouts.ts';
import { assertFile, type PairList } from '../../core/export/pairLists.ts';
import { type TarFile, tarShard } from '../../core/export/tarShard.ts';
import type { LinkKind, OutputFiles } from '../../core/export/outputFiles.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { RunOptions } from './batchPorts.ts';
import type { ListedPair } from './listPairs.ts';

/** What became of each pair, in the folder of the new dataset. */
export const EXPORT_LIST: DatasetPath = '.pairlens/export.jsonl';

export interface ExportPorts {
  readonly files: FileSystem;
  readonly output: OutputFiles;
}

export interface ExportWishes {
  readonly layout: CaptionLayout | PairList;
  /** How the pictures get there, unless they are only listed. Members of archives are always copied. */
  readonly pictures: 'copy' | LinkKind;
}

/** What was written. */
export interface ExportedDataset {
  readonly images: number;
  readonly pairs: number;
  /** Captions that the layout could not hold, beyond the first of their images. */
  readonly leftCaptions: number;
  /** Images that have another name there, because two would have shared a caption file. */
  readonly renamed: number;
}

/** Pictures are small; most of the time is waiting for the disk. */
const AT_ONCE = { concurrency: 8 };

/**
 * Writes pairs as a new dataset: pictures, captions, and a list of what became of every pair. The captions are written
 * last, so that a folder with captions is complete.
 * @param root folder that the pairs' paths are relative to
 * @param kept pairs to write; those without caption are not written
 * @param dropped pairs that are only listed, each with the reason
 * @throws PairLensError `write-failed`, `unreadable-file`, `cancelled`.
 */
export async function exportDataset(
  root: string,
  out: string,
  { kept, dropped }: Selection,
  { layout, pictures }: ExportWishes,
  ports: ExportPorts,
  run: RunOptions,
): Promise<ExportedDataset> {
  const images = layoutImages(root, layout, imagesOf(kept));
  let done = 0;
  const onWritten = (): void => {
    throwIfCancelled(run.signal);
    run.onProgress?.({ phase: 'write', done: ++done, total: images.size });
  };
  const places = { root, out, onWritten };
  if (layout.kind === 'folders') await writePictures(images, pictures, places, ports);
  else if (layout.kind === 'shards') await writeShards(images, layout, places, ports);
  const written = [...images.values()];
  const { output } = ports;
  await output.prepareFolder(toAbsolute(out, folderOf(EXPORT_LIST)));
  await output.write(
    toAbsolute(out, EXPORT_LIST),
    listLines({ kept, dropped }, images, layout.mostCaptions),
  );
  for (const { file, chunks } of captionFiles(
    layout,
    written,
    leftOut(root, images, { kept, dropped }),
  )) {
    throwIfCancelled(run.signal);
    await output.write(toAbsolute(out, file), chunks);
  }
  const held = written.map(({ captions }) => Math.min(captions.length, layout.mostCaptions));
  const pairs = held.reduce((sum, count) => sum + count, 0);
  const all = written.reduce((sum, { captions }) => sum + captions.length, 0);
  return {
    images: images.size,
    pairs,
    leftCaptions: all - pairs,
    renamed:
      layout.kind === 'folders'
        ? [...images].filter(([image, { file }]) => baseName(image) !== baseName(file)).length
        : 0,
  };
}

type Images = ReadonlyMap<DatasetPath, ExportedImage>;

/** The images with their names in a layout. @throws PairLensError `invalid-argument` for a list of images in an archive. */
function layoutImages(root: string, layout: ExportWishes['layout'], images: Images): Images {
  if (layout.kind === 'folders') return images;
  return layout.kind === 'shards' ? withKeys(images) : inPlace(root, images);
}

function captionFiles(
  layout: ExportWishes['layout'],
  written: readonly ExportedImage[],
  left: readonly string[],
): Iterable<CaptionFileText> {
  if (layout.kind === 'list') return layout.files(written, left);
  return layout.kind === 'folders' ? layout.files(written) : [];
}

/** Images where they are: by absolute paths. */
function inPlace(root: string, images: Images): Images {
  return new Map(
    [...images].map(([image, exported]) => {
      const file = toAbsolute(root, image);
      assertFile(file);
      return [image, { ...exported, file }];
    }),
  );
}

/** Absolute paths of the images of which nothing is written. */
function leftOut(root: string, images: Images, { kept, dropped }: Selection): string[] {
  const all = [...kept, ...dropped.map(({ pair }) => pair)].map(({ image }) => image);
  return [...new Set(all)]
    .filter((image) => !images.has(image))
    .sort()
    .map((image) => toAbsolute(root, image));
}

/** Where an export reads and writes. */
interface Places {
  readonly root: string;
  readonly out: string;
  /** Called after each picture. @throws PairLensError `cancelled`. */
  readonly onWritten: () => void;
}

async function writePictures(
  images: Images,
  pictures: ExportWishes['pictures'],
  { root, out, onWritten }: Places,
  { files, output }: ExportPorts,
): Promise<void> {
  for (const folder of new Set([...images.values()].map(({ file }) => folderOf(file)))) {
    await output.prepareFolder(toAbsolute(out, folder));
  }
  const write = async ([image, { file }]: readonly [DatasetPath, ExportedImage]): Promise<void> => {
    const from = toAbsolute(root, image);
    const to = toAbsolute(out, file);
    if (pictures === 'copy' || archiveMember(image)) await output.write(to, files.stream(from));
    else await output.link(from, to, pictures);
    onWritten();
  };
  await pMap(images, write, AT_ONCE);
}

/** Images in a shard. */
const SHARD_IMAGES = 1000;
const SHARD_DIGITS = 5;
const KEY_DIGITS = 9;

/** The images with their names in shards: `00000.tar/000000000.jpg`. */
function withKeys(images: Images): Images {
  return new Map(
    [...images].map(([image, exported], n) => {
      const shard = String(Math.floor(n / SHARD_IMAGES)).padStart(SHARD_DIGITS, '0');
      const key = String(n).padStart(KEY_DIGITS, '0');
      return [image, { ...exported, file: `${shard}.tar/${key}.${extensionOf(image)}` }];
    }),
  );
}

async function writeShards(
  images: Images,
  layout: ShardLayout,
  { root, out, onWritten }: Places,
  { files, output }: ExportPorts,
): Promise<void> {
  async function* packed(
    shard: Iterable<readonly [DatasetPath, ExportedImage]>,
  ): AsyncGenerator<TarFile> {
    for (const [image, exported] of shard) {
      const name = baseName(exported.file);
      const path = toAbsolute(root, image);
      const { bytes } = await files.stat(path);
      yield { name, bytes, chunks: files.stream(path) };
      for (const [extension, text] of Object.entries(layout.members(exported))) {
        const data = new TextEncoder().encode(text);
        yield { name: `${stemOf(name)}.${extension}`, bytes: data.length, chunks: [data] };
      }
      onWritten();
    }
  }
  const shards = groupBy(images, ([, { file }]) => folderOf(file));
  for (const [shard, own] of shards) {
    await output.write(toAbsolute(out, shard), tarShard(packed(own)));
  }
}

/** Which pairs are written. */
export interface Selection {
  readonly kept: readonly ListedPair[];
  readonly dropped: readonly { readonly pair: ListedPair; readonly why: string }[];
}

/** The images of pairs, by their path, in the order of the paths. */
function imagesOf(pairs: readonly ListedPair[]): Images {
  const images = captionedImages(pairs);
  const names = exportedNames([...images.keys()]);
  return new Map(
    [...images].map(([image, held]) => [image, { ...held, file: names.get(image) ?? image }]),
  );
}

function* listLines(
  { kept, dropped }: Selection,
  images: Images,
  mostCaptions: number,
): Generator<string> {
  const seen = new Map<DatasetPath, number>();
  for (const { image, caption, captionIndex } of kept) {
    const held = seen.get(image) ?? 0;
    seen.set(image, held + 1);
    const file = caption === undefined ? undefined : images.get(image)?.file;
    const fate =
      file === undefined
        ? { kept: false, why: 'no caption' }
        : held < mostCaptions
          ? { kept: true, file }
          : { kept: false, why: 'one caption an image' };
    yield line({ image, captionIndex, ...fate });
  }
  for (const { pair, why } of dropped) {
    yield line({ image: pair.image, captionIndex: pair.captionIndex, kept: false, why });
  }
}

function line(data: object): string {
  return `${JSON.stringify(data)}\n`;
}
