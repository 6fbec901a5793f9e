import { centred, shrunkMean } from '../matching/centring.ts';
import { type Matrix, release } from '../matching/matrix.ts';
import { type MatrixRoom, openRoom } from '../matching/simd/vectorArena.ts';
import type { Steps } from '../steps.ts';
import type { AuditSpaces } from './pairScorer.ts';
import type { ReferenceBank } from './referenceBank.ts';
import { forEachSpace, type Spaces, SPACES } from './spaces.ts';

/** Weight of the shipped mean in rows when a space is centred. */
const MEAN_STRENGTH = 50;
/** Without a shipped mean, one row at the origin: of a single picture something is left. */
const ORIGIN_STRENGTH = 1;

/** Rows behind those of a dataset, for images and captions that are added later. */
export interface SpareRows {
  readonly images: number;
  readonly texts: number;
}

const NO_SPARE: SpareRows = { images: 0, texts: 0 };

export interface CentringOptions {
  /** Given if another dataset decides them. */
  readonly centres?: Spaces<Float32Array>;
  /** Whether the rows are released once they are centred, but for the visual ones, which duplicates are found by. */
  readonly releases?: boolean;
  readonly spare?: SpareRows;
}

/**
 * Every space, and the reference bank, centred on the dataset's own mean or on given ones. The spaces lie where their rows are
 * multiplied, so that they are not held twice; with them the predictions, which are learnt later.
 */
export function* centredSpaces(
  rows: Spaces<Matrix>,
  reference: ReferenceBank,
  { centres: given, releases = false, spare = NO_SPARE }: CentringOptions,
): Steps<{
  readonly centres: Spaces<Float32Array>;
  readonly spaces: AuditSpaces;
  readonly bank: Spaces<Matrix>;
  readonly room: MatrixRoom;
}> {
  const strength = reference.images.rows > 0 ? MEAN_STRENGTH : ORIGIN_STRENGTH;
  const centres =
    given ??
    (yield* forEachSpace((space) => shrunkMean(rows[space], reference.means[space], strength)));
  const spareOf = (space: keyof Spaces<Matrix>): number =>
    space === 'captions' || space === 'sentences' ? spare.texts : spare.images;
  const ofPredictions = [rows.images.rows, rows.sentences.columns] as const;
  const shapes = SPACES.map(
    (space) => [rows[space].rows + spareOf(space), rows[space].columns] as const,
  );
  const room = openRoom([...shapes, [ofPredictions[0] + spare.images, ofPredictions[1]]]);
  const spaces = yield* forEachSpace((space) => {
    const out = room.matrix(rows[space].rows, rows[space].columns, spareOf(space));
    centred(rows[space], centres[space], out);
    if (releases && space !== 'visuals') release(rows[space]);
    return out;
  });
  const bank = yield* forEachSpace((space) => centred(reference[space], centres[space]));
  const predictions = room.matrix(...ofPredictions, spare.images);
  return { centres, spaces: { ...spaces, predictions }, bank, room };
}
