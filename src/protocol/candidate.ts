import { LEAST_POSSIBLE, LIKELY } from '../core/candidateLevels.ts';
import type { FixItem } from './shapes.ts';

/**
 * Grade of a candidate caption for an image, or of a candidate image for a caption. `likely` and `possible`: the candidate
 * does not fit its present partner. `example`: it fits its present partner, so it is only an example.
 */
export type CandidateGrade = 'likely' | 'possible' | 'example';

/** The properties of an entry or fix that determine the grade. */
export interface Standing {
  /** Probability that it is the correct one, given that at most one candidate is, 0..1. */
  readonly score: number;
  readonly homeless?: boolean | undefined;
}

export function candidateGrade({ score, homeless }: Standing): CandidateGrade {
  if (homeless !== true) return 'example';
  return score >= LIKELY ? 'likely' : 'possible';
}

/** Whether a fix gives a pair the caption that is likely meant. */
export function isLikelyFix({ kind, match: score, homeless }: FixItem): boolean {
  if (kind !== 'replace-caption' || score === undefined) return false;
  return candidateGrade({ score, homeless }) === 'likely';
}

/** Whether a candidate is worth being offered: what is hardly the right one, and no example either, is not. */
export function isOffered({ score, homeless }: Standing): boolean {
  return homeless !== true || score >= LEAST_POSSIBLE;
}

/** Sort order: `likely` and `possible` before `example`, then by descending score. */
export function byStanding(a: Standing, b: Standing): number {
  return Number(b.homeless === true) - Number(a.homeless === true) || b.score - a.score;
}
