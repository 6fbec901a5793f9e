/** A match or likeness (0..1) as people see it everywhere: two digits, never certain, so neither 0.00 nor 1.00. */
export function shownScore(score: number): string {
  return Math.min(0.99, Math.max(0.01, score)).toFixed(2);
}
