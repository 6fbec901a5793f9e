import { groupBy, pushTo } from '../../core/collections.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { extensionOf, isImageName, stemOf } from '../../core/dataset/fileKinds.ts';
import {
  baseName,
  commonFolder,
  folderOf,
  isWithin,
  joinPath,
  toAbsolute,
  toDatasetPath,
  within,
} from '../../core/dataset/paths.ts';
import { ALL_TRAINERS } from '../../core/dataset/trainers/trainerTable.ts';
import { CAPTION_EXTENSIONS } from '../../core/formats/captionFiles.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { CaptionFiles } from '../discovery/captionFileKind.ts';
import type { OpenedFolder } from '../discovery/openDatasets.ts';

/** The caption files of a dataset, by paths relative to `root`. */
export interface DatasetFiles {
  readonly root: string;
  readonly files: CaptionFiles;
  /** Its pairs as they are now. */
  readonly pairs: () => readonly Pair[];
}

/** A file that belongs to an image and nothing else. */
export interface Follower {
  readonly file: DatasetPath;
  readonly kind: 'caption' | 'companion' | 'cache';
}

/**
 * The files of a folder that belong to images: caption files, companions (masks, control images), caches of latents.
 * All paths are relative to the opened folder.
 */
export class ImageFollowers {
  readonly #files: Pick<FileSystem, 'walk'>;
  readonly #opened: OpenedFolder;
  /** Images by caption file. */
  readonly #imagesOf = new Map<DatasetPath, readonly DatasetPath[]>();
  readonly #captionsOf = new Map<DatasetPath, DatasetPath[]>();
  readonly #companionsOf: ReadonlyMap<DatasetPath, readonly DatasetPath[]>;
  readonly #tables = new Set<DatasetPath>();
  readonly #listed = new Map<DatasetPath, Promise<readonly DatasetPath[]>>();

  constructor(
    files: Pick<FileSystem, 'walk'>,
    opened: OpenedFolder,
    datasets: readonly DatasetFiles[],
  ) {
    this.#files = files;
    this.#opened = opened;
    for (const { root, files: captionFiles } of datasets) {
      const folder = toDatasetPath(opened.dir, root) ?? '';
      for (const [file, kind] of captionFiles) {
        const path = joinPath(folder, file);
        if (kind.kind === 'table') this.#tables.add(path);
        else {
          const images = kind.images.map((image) => joinPath(folder, image));
          this.#imagesOf.set(path, images);
          for (const image of images) pushTo(this.#captionsOf, image, path);
        }
      }
    }
    const pairs = [...opened.partnerOf];
    this.#companionsOf = new Map(
      [...groupBy(pairs, ([, partner]) => partner)].map(([partner, all]) => [
        partner,
        all.map(([companion]) => companion),
      ]),
    );
  }

  /** @param image relative to the opened folder */
  async of(image: DatasetPath): Promise<Follower[]> {
    const found = new Map<DatasetPath, Follower>();
    const add = (file: DatasetPath, kind: Follower['kind']): void => {
      if (file !== image && !found.has(file)) found.set(file, { file, kind });
    };
    for (const file of this.#captionsOf.get(image) ?? []) add(file, 'caption');
    for (const file of this.#companionsOf.get(image) ?? []) add(file, 'companion');
    const stem = stemOf(image);
    for (const file of await this.#beside(image)) {
      const sameName = stemOf(file) === stem || stemOf(file) === image;
      if (sameName && this.#mayCaption(file)) add(file, 'caption');
      else if (isCacheOf(stem, file)) add(file, 'cache');
    }
    return [...found.values()];
  }

  /** Other images that a caption file or cache belongs to as well, because it has their name, too. */
  alsoOf(file: DatasetPath, image: DatasetPath): readonly DatasetPath[] {
    const named = this.#imagesOf.get(file) ?? this.#opened.index.withStem(stemOf(image));
    return named.filter((other) => other !== image);
  }

  #mayCaption(file: DatasetPath): boolean {
    return CAPTION_EXTENSIONS.includes(extensionOf(file)) && !this.#tables.has(file);
  }

  /** The files in the folder of an image. */
  #beside(image: DatasetPath): Promise<readonly DatasetPath[]> {
    const folder = folderOf(image);
    const known = this.#listed.get(folder) ?? this.#list(folder);
    this.#listed.set(folder, known);
    return known;
  }

  async #list(folder: DatasetPath): Promise<readonly DatasetPath[]> {
    const { dir } = this.#opened;
    const found: DatasetPath[] = [];
    const only = { skipFolder: () => true, onProblem: () => undefined };
    for await (const { path } of this.#files.walk(toAbsolute(dir, folder), only)) {
      const file = toDatasetPath(dir, path);
      if (file !== undefined && !isImageName(file)) found.push(file);
    }
    return found;
  }
}

function isCacheOf(stem: DatasetPath, file: DatasetPath): boolean {
  return ALL_TRAINERS.some(({ caches }) => caches?.madeOf(file)?.stem === stem);
}

/**
 * Where a file goes that follows an image: to the same place beside it. Undefined if its name or folder does not tell.
 */
export function placeAfter(
  file: DatasetPath,
  from: DatasetPath,
  to: DatasetPath,
): DatasetPath | undefined {
  const folder = folderAfter(folderOf(file), folderOf(from), folderOf(to));
  const name = nameAfter(baseName(file), baseName(from), baseName(to));
  return folder === undefined || name === undefined ? undefined : joinPath(folder, name);
}

/** `masks` for `img` becomes `val/masks` for `val/img`, and `masks/x` for `img/x`. */
function folderAfter(
  folder: DatasetPath,
  from: DatasetPath,
  to: DatasetPath,
): DatasetPath | undefined {
  if (from === to) return folder;
  if (folder === from) return to;
  if (isWithin(folder, from)) return joinPath(to, within(from, folder));
  if (isWithin(to, from)) return joinPath(folder, within(from, to));
  const shared = commonFolder(folder, from);
  const own = within(shared, from);
  if (own === '' || (to !== own && !to.endsWith(`/${own}`))) return undefined;
  return joinPath(to.slice(0, Math.max(0, to.length - own.length - 1)), within(shared, folder));
}

/** `x_mask.png` for `x.jpg` becomes `y_mask.png` for `y.jpg`; `x_control.png` for `x_set.jpg` becomes `y_control.png` for `y_set.jpg`. */
function nameAfter(name: string, from: string, to: string): string | undefined {
  // hydrus: `photo.jpg.txt`.
  if (name.startsWith(`${from}.`)) return to + name.slice(from.length);
  const [old, now] = [stemOf(from), stemOf(to)];
  if (old === now) return name;
  const at = name.startsWith(old)
    ? 0
    : stemOf(name).endsWith(old)
      ? stemOf(name).length - old.length
      : -1;
  if (at >= 0) return name.slice(0, at) + now + name.slice(at + old.length);
  let same = 0;
  while (same < Math.min(old.length, now.length) && old.at(-1 - same) === now.at(-1 - same)) same++;
  const core = old.slice(0, old.length - same);
  if (core === '' || !name.startsWith(core)) return undefined;
  return now.slice(0, now.length - same) + name.slice(core.length);
}
