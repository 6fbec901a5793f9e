/**
 * Grade of a caption of the dataset as a candidate for an image, or of an image for a caption. `likely` and `possible`:
 * what the candidate has now looks wrong. `example`: it fits its current partner, so it only shows how a caption may
 * read.
 */
export type CandidateGrade = 'likely' | 'possible' | 'example';

/** Least probability for `likely`. */
const LIKELY = 0.5;
/** A candidate without partner that is less likely the right one is not offered. */
export const LEAST_POSSIBLE = 0.1;

/** The part of an entry, or of a fix, that the grade depends on. */
export interface Standing {
  /** Probability that it is the right one, given that at most one candidate is, 0..1. */
  readonly score: number;
  readonly homeless?: boolean | undefined;
}

export function candidateGrade({ score, homeless }: Standing): CandidateGrade {
  if (homeless !== true) return 'example';
  return score >= LIKELY ? 'likely' : 'possible';
}

/** Sort order: `likely` and `possible` before `example`, then by falling score. */
export function byStanding(a: Standing, b: Standing): number {
  return Number(b.homeless === true) - Number(a.homeless === true) || b.score - a.score;
}
