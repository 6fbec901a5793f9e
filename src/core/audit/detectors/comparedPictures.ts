import type { DatasetPath } from '../../dataset/dataset.ts';
import { row } from '../../matching/matrix.ts';
import { type ScoredCaption, splitsOf, splitsOfFolder } from '../picturesElsewhere.ts';
import type { AuditContext } from './detector.ts';

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
  readonly visuals: readonly Float32Array[];
  readonly thumbnails: readonly Uint8Array[];
  /** The splits that the captions of each belong to. */
  readonly splits: readonly (readonly string[])[];
  /** The captions of those of other datasets, as they are now. */
  readonly captionsElsewhere: readonly (() => readonly ScoredCaption[])[];

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
    this.visuals = all(({ visual }, i) => row(visual, i));
    this.thumbnails = all(({ thumbnails }, i) =>
      thumbnails.subarray(i * THUMBNAIL, (i + 1) * THUMBNAIL),
    );
    this.splits = all(({ splits }, i) => splits[i] ?? []);
    this.captionsElsewhere = all(
      ({ captionsOf }, i) =>
        () =>
          captionsOf?.(i) ?? [],
    );
  }
}
