import type { Calibration } from './calibration.ts';

/** Why the captions of a dataset cannot be judged against one another. */
export type Incomparable = 'too-alike' | 'too-few';

/** Below this trust captions are not judged against one another. */
const LEAST_TRUST = 0.25;
/**
 * Of fewer pairs it is not known how alike their captions are: a separability of .5, which is chance, is within one standard
 * error of .65, which has that trust.
 */
const LEAST_PAIRS = 12;

/**
 * Why captions cannot be judged against one another; undefined if they can.
 * @param calibration of the captions against exchanged ones
 * @param pairs number of scored pairs
 */
export function incomparable({ trust }: Calibration, pairs: number): Incomparable | undefined {
  if (trust >= LEAST_TRUST) return undefined;
  return pairs < LEAST_PAIRS ? 'too-few' : 'too-alike';
}

/** Probability of being wrong from which a caption is suspicious by itself. */
const SUSPICIOUS = 0.5;

/**
 * Whether the mismatch probability of a caption says something: where captions cannot be compared, only that of one which is
 * suspicious all the same does.
 */
export function saysSomething(mismatch: number, why: Incomparable | undefined): boolean {
  return !Number.isNaN(mismatch) && (why === undefined || mismatch >= SUSPICIOUS);
}
