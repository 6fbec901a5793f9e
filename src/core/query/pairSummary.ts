import type { RuleCode } from '../audit/rule.ts';
import type { QueriedPair } from './pairTest.ts';

/** Numbers of pairs and of images without a caption. */
export interface PairSummary {
  /** Captions that are not empty. */
  readonly captions: number;
  /** Images without a caption, or with an empty one. */
  readonly untagged: number;
  /** With a finding. */
  readonly found: number;
  readonly verified: number;
  readonly excluded: number;
  /** With a match. */
  readonly judged: number;
  /** Median of the matches; undefined without any. */
  readonly medianMatch: number | undefined;
  /** With a finding of each rule, the most frequent first. */
  readonly rules: readonly { readonly code: RuleCode; readonly pairs: number }[];
}

/** What a summary looks at. */
export type SummarizedPair = Pick<QueriedPair, 'caption' | 'match' | 'rules' | 'decision'>;

export function pairSummary(pairs: Iterable<SummarizedPair>): PairSummary {
  const matches: number[] = [];
  const rules = new Map<RuleCode, number>();
  let [captions, untagged, found, verified, excluded] = [0, 0, 0, 0, 0];
  for (const { caption = '', match, rules: own, decision } of pairs) {
    if (caption.trim() === '') untagged++;
    else captions++;
    if (own.length > 0) found++;
    if (decision === 'verified') verified++;
    if (decision === 'excluded') excluded++;
    if (match !== undefined) matches.push(match);
    for (const code of own) rules.set(code, (rules.get(code) ?? 0) + 1);
  }
  return {
    captions,
    untagged,
    found,
    verified,
    excluded,
    judged: matches.length,
    medianMatch: medianOf(matches),
    rules: [...rules]
      .map(([code, count]) => ({ code, pairs: count }))
      .sort((a, b) => b.pairs - a.pairs || (a.code < b.code ? -1 : 1)),
  };
}

/** The median; undefined of no values. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
