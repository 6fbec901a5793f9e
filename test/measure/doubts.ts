import { DEFAULT_LEVELS, type Levels } from '../../src/core/audit/rules.ts';

/** Rules that call a caption wrong. */
export const DOUBTS: readonly string[] = [
  'caption-mismatch',
  'captions-swapped',
  'captions-shifted',
];

/** Only those rules: the others say nothing about which captions are wrong, and cost more than judging a small dataset. */
export const DOUBT_LEVELS: Levels = {
  ...Object.fromEntries(Object.keys(DEFAULT_LEVELS).map((code) => [code, 'off'])),
  ...Object.fromEntries(DOUBTS.map((code) => [code, 'warning'])),
};

/** Whether a finding calls the caption of this pair wrong. */
export function isDoubted(pair: { readonly findings: readonly string[] } | undefined): boolean {
  return pair?.findings.some((code) => DOUBTS.includes(code)) ?? false;
}
