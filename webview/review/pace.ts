/** Milliseconds spent on the last findings, the newest last. */
export type Pace = readonly number[];

const KEPT = 20;
const LEAST = 3;
/** Longer times are counted as a break. */
const LONGEST_MS = 120_000;

export function addStep(pace: Pace, milliseconds: number): Pace {
  const step = Math.min(LONGEST_MS, Math.max(0, milliseconds));
  return [...pace.slice(-(KEPT - 1)), step];
}

/** Estimated minutes for `left` findings at the median pace, at least 1; undefined before the third finding. */
export function minutesLeft(pace: Pace, left: number): number | undefined {
  if (pace.length < LEAST || left <= 0) return undefined;
  const sorted = [...pace].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.max(1, Math.round((middle * left) / 60_000));
}
