import { LIKELY } from '../candidateLevels.ts';

/** What a suggested caption is called in a report. @param match probability that it is the right one, 0..1; null if it follows from the caption */
export function suggestionLabel(match: number | null | undefined): string {
  if (typeof match !== 'number') return 'Better';
  const percent = Math.round(100 * match);
  return match >= LIKELY ? `Likely meant (${percent} %)` : `Perhaps meant (${percent} %)`;
}
