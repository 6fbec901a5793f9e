import type { Dataset, DatasetPath } from '../dataset/dataset.ts';
import { splitFromFolders } from '../dataset/split.ts';
import { folderOf, isWithin, joinPath, seenFrom, toDatasetPath, within } from '../dataset/paths.ts';
import type { Matrix } from '../matching/matrix.ts';
import type { EmbeddedDataset, ImageTable } from './embeddedDataset.ts';

/** Images of another dataset of the opened folder, for comparison. */
export interface PicturesElsewhere {
  /** Relative to the root of the audited dataset, with `..`. */
  readonly paths: readonly DatasetPath[];
  /** Relative to the opened folder, for messages. */
  readonly names: readonly DatasetPath[];
  readonly hashes: readonly string[];
  readonly visual: Matrix;
  readonly thumbnails: Uint8Array;
  /** For each image the splits of its captions. */
  readonly splits: readonly (readonly string[])[];
  /** The scored captions of an image as they are now; undefined if they are not known. */
  readonly captionsOf?: CaptionsOf | undefined;
}

/** A caption that was scored, with its probability to be wrong. */
export interface ScoredCaption {
  readonly caption: string;
  readonly mismatch: number;
}

/** @param i index of an image in its dataset */
type CaptionsOf = (i: number) => readonly ScoredCaption[];

/** Images of the datasets of a folder that were audited so far. */
export class AuditedPictures {
  readonly #folder: string;
  readonly #datasets: {
    readonly names: readonly DatasetPath[];
    readonly images: Pick<ImageTable, 'hashes' | 'visual' | 'thumbnails'>;
    readonly splits: readonly (readonly string[])[];
    readonly captionsOf: CaptionsOf | undefined;
  }[] = [];

  /** @param folder that was opened (absolute path). */
  constructor(folder: string) {
    this.#folder = folder;
  }

  add(
    { dataset, images }: Pick<EmbeddedDataset, 'dataset' | 'images'>,
    captionsOf?: (image: DatasetPath) => readonly ScoredCaption[],
  ): void {
    const { paths, hashes, visual, thumbnails } = images;
    const root = this.#pathOf(dataset.root);
    const splits = splitsOf(dataset);
    this.#datasets.push({
      names: paths.map((path) => joinPath(root, path)),
      images: { hashes, visual, thumbnails },
      splits: paths.map((path) => splits.get(path) ?? splitsOfFolder(joinPath(root, path))),
      captionsOf: captionsOf && ((i) => captionsOf(paths[i] ?? '')),
    });
  }

  /** @param root of a dataset of the folder (absolute path). */
  seenFrom(root: string): PicturesElsewhere[] {
    const from = this.#pathOf(root);
    return this.#datasets.map(({ names, images, splits, captionsOf }) => ({
      ...images,
      names,
      paths: names.map((name) =>
        isWithin(name, from) ? within(from, name) : seenFrom(from, name),
      ),
      splits,
      captionsOf,
    }));
  }

  #pathOf(root: string): DatasetPath {
    return toDatasetPath(this.#folder, root) ?? '';
  }
}

/** For each captioned image the splits of its captions. */
export function splitsOf({ pairs }: Pick<Dataset, 'pairs'>): Map<DatasetPath, string[]> {
  const splits = new Map<DatasetPath, string[]>();
  for (const { image, split } of pairs) {
    const known = splits.get(image) ?? [];
    if (split === undefined || known.includes(split)) splits.set(image, known);
    else splits.set(image, [...known, split]);
  }
  return splits;
}

/** The split of an image without captions. */
export function splitsOfFolder(image: DatasetPath): string[] {
  const split = splitFromFolders(folderOf(image));
  return split === undefined ? [] : [split];
}
