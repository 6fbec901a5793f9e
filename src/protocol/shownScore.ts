/** Formats a match or likeness (0..1) with two digits, limited to 0.01..0.99: no score is certain. */
export function shownScore(score: number): string {
  return Math.min(0.99, Math.max(0.01, score)).toFixed(2);
}
