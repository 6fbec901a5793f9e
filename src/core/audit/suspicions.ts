import type { Calibration } from './calibration.ts';
import type { Combination } from './combination.ts';
import type { Rivals } from './rivals.ts';

/** One kind of error: its combined score and calibration. */
export interface Suspicion {
  readonly score: Combination;
  readonly calibration: Calibration;
  /** The calibration without the answers of a person. */
  readonly untaught: Calibration;
  /** What the calibration was fitted to, kept so that labels can refit it without scoring again. */
  readonly known: KnownScores;
}

/** Scores that a calibration is fitted to, besides those of the dataset's captions. */
export interface KnownScores {
  /** Scores of wrong captions: of any, and of near misses. */
  readonly random: Float64Array;
  readonly near: Float64Array;
  readonly rivals: Rivals;
}

/** The two kinds of wrong captions, scored separately. */
export interface Suspicions {
  /** It belongs to another image of the dataset; calibrated with captions exchanged within the dataset. */
  readonly exchanged: Suspicion;
  /** It belongs to no image of the dataset; calibrated with shipped captions of other images. */
  readonly foreign: Suspicion;
}
