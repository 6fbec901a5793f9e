import pMap from 'p-map';
import { throwIfCancelled } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { archiveMember } from '../../core/dataset/archivePaths.ts';
import { baseName, folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import {
  type CaptionLayout,
  type ExportedImage,
  exportedNames,
} from '../../core/export/captionLayouts.ts';
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
  readonly layout: CaptionLayout;
  /** How the pictures get there. Members of archives are always copied. */
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
  { files, output }: ExportPorts,
  run: RunOptions,
): Promise<ExportedDataset> {
  const images = imagesOf(kept);
  for (const folder of new Set([...images.values()].map(({ file }) => folderOf(file)))) {
    await output.prepareFolder(toAbsolute(out, folder));
  }
  let done = 0;
  const write = async ([image, { file }]: readonly [DatasetPath, ExportedImage]): Promise<void> => {
    throwIfCancelled(run.signal);
    const from = toAbsolute(root, image);
    const to = toAbsolute(out, file);
    if (pictures === 'copy' || archiveMember(image)) await output.write(to, files.stream(from));
    else await output.link(from, to, pictures);
    run.onProgress?.({ phase: 'write', done: ++done, total: images.size });
  };
  await pMap(images, write, AT_ONCE);
  const written = [...images.values()];
  await output.prepareFolder(toAbsolute(out, folderOf(EXPORT_LIST)));
  await output.write(
    toAbsolute(out, EXPORT_LIST),
    listLines({ kept, dropped }, images, layout.mostCaptions),
  );
  for (const { file, chunks } of layout.files(written)) {
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
    renamed: [...images].filter(([image, { file }]) => baseName(image) !== baseName(file)).length,
  };
}

/** Which pairs are written. */
export interface Selection {
  readonly kept: readonly ListedPair[];
  readonly dropped: readonly { readonly pair: ListedPair; readonly why: string }[];
}

/** The images of pairs, by their path, in the order of the paths. */
function imagesOf(pairs: readonly ListedPair[]): Map<DatasetPath, ExportedImage> {
  const captioned = pairs.filter(({ caption }) => caption !== undefined);
  const ofImage = [...groupBy(captioned, ({ image }) => image)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const names = exportedNames(ofImage.map(([image]) => image));
  return new Map(
    ofImage.map(([image, own]) => {
      const sorted = [...own].sort((a, b) => a.captionIndex - b.captionIndex);
      const split = sorted[0]?.split;
      return [
        image,
        {
          file: names.get(image) ?? image,
          captions: sorted.flatMap(({ caption }) => caption ?? []),
          ...(split !== undefined && { split }),
        },
      ];
    }),
  );
}

function* listLines(
  { kept, dropped }: Selection,
  images: ReadonlyMap<DatasetPath, ExportedImage>,
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
