import type { Finding } from '../../src/core/audit/finding.ts';
import { DEFAULT_LEVELS, type Levels } from '../../src/core/audit/rules.ts';

/** Rules that call a caption wrong. */
const DOUBTS: readonly string[] = ['caption-mismatch', 'captions-swapped', 'captions-shifted'];

/** Only those rules: the others say nothing about which captions are wrong, and cost more than judging a small dataset. */
export const DOUBT_LEVELS: Levels = {
  ...Object.fromEntries(Object.keys(DEFAULT_LEVELS).map((code) => [code, 'off'])),
  ...Object.fromEntries(DOUBTS.map((code) => [code, 'warning'])),
};

/** The pairs whose captions the findings call wrong, the worst first, each with the probability that is shown. */
export function doubtedPairs(findings: readonly Finding[]): ReadonlyMap<number, number> {
  const claimed = new Map<number, number>();
  for (const { code, pair, relatedPairs, confidence } of findings) {
    if (pair === undefined || !DOUBTS.includes(code)) continue;
    for (const p of [pair, ...relatedPairs]) {
      claimed.set(p, Math.max(claimed.get(p) ?? 0, confidence));
    }
  }
  return claimed;
}
