import type { DatasetPath } from '../../dataset/dataset.ts';
import { row } from '../../matching/matrix.ts';
import {
  type PicturesElsewhere,
  type ScoredCaption,
  splitsOf,
  splitsOfFolder,
} from '../picturesElsewhere.ts';
import type { AuditContext } from './detector.ts';

/** Pictures of a dataset. */
type Pictures = Pick<PicturesElsewhere, 'visual' | 'thumbnails' | 'captionsOf'>;

/** Bytes of a thumbnail. */
const THUMBNAIL = 256;

/** Images of the audited dataset, followed by those of datasets of the same folder that were audited before. */
export class ComparedPictures {
  /** Number of images of the audited dataset. */
  readonly own: number;
  /** Relative to the root of the audited dataset. */
  readonly paths: readonly DatasetPath[];
  /** Names for messages. */
  readonly names: readonly DatasetPath[];
  readonly hashes: readonly string[];
  /** The splits that the captions of each belong to. */
  readonly splits: readonly (readonly string[])[];
  readonly #images: Pictures;
  /** Dataset of each picture that is not of the audited one, and its number there. */
  readonly #elsewhere: readonly (readonly [Pictures, number])[];

  constructor(context: Pick<AuditContext, 'embedded' | 'elsewhere' | 'pairs' | 'pair'>) {
    const { images } = context.embedded;
    const own = new Set(images.paths);
    const known = splitsOf({ pairs: [...context.pairs()].map((p) => context.pair(p)) });
    const parts = [
      {
        ...images,
        names: images.paths,
        splits: images.paths.map((path) => known.get(path) ?? splitsOfFolder(path)),
        captionsOf: undefined,
        // An image in two datasets is one file and not a duplicate.
        kept: [...images.paths.keys()],
      },
      ...context.elsewhere.map((other) => ({
        ...other,
        kept: [...other.paths.keys()].filter((i) => !own.has(other.paths[i] ?? '')),
      })),
    ];
    this.own = images.paths.length;
    const all = <T>(of: (part: (typeof parts)[number], i: number) => T): T[] =>
      parts.flatMap((part) => part.kept.map((i) => of(part, i)));
    this.paths = all(({ paths }, i) => paths[i] ?? '');
    this.names = all(({ names }, i) => names[i] ?? '');
    this.hashes = all(({ hashes }, i) => hashes[i] ?? '');
    this.splits = all(({ splits }, i) => splits[i] ?? []);
    this.#images = images;
    this.#elsewhere = parts.slice(1).flatMap((part) => part.kept.map((i) => [part, i] as const));
  }

  get size(): number {
    return this.own + this.#elsewhere.length;
  }

  /** A view of the visual embedding of picture `i`: made when it is asked for, as there may be 100,000. */
  visual(i: number): Float32Array {
    const [{ visual }, at] = this.#placeOf(i);
    return row(visual, at);
  }

  /** A view of its thumbnail. */
  thumbnail(i: number): Uint8Array {
    const [{ thumbnails }, at] = this.#placeOf(i);
    return thumbnails.subarray(at * THUMBNAIL, (at + 1) * THUMBNAIL);
  }

  /** The captions of a picture of another dataset, as they are now; undefined for one of the audited dataset. */
  captionsElsewhere(i: number): (() => readonly ScoredCaption[]) | undefined {
    if (i < this.own) return undefined;
    const [{ captionsOf }, at] = this.#placeOf(i);
    return () => captionsOf?.(at) ?? [];
  }

  #placeOf(i: number): readonly [Pictures, number] {
    return this.#elsewhere[i - this.own] ?? [this.#images, i];
  }
}
