import type { FindingItem, Neighbours, PairItem } from '../../src/protocol/shapes.ts';

export const MAX_SUGGESTIONS = 9;
/** Captions of the dataset with a lower match are not suggested. */
const LEAST_MATCH = 0.35;

const DUPLICATES: ReadonlySet<string> = new Set(['near-duplicate', 'exact-duplicate']);

/** A suggested caption. */
export interface Suggestion {
  readonly caption: string;
  /** Expected match with this image, if known. */
  readonly match: number | undefined;
  /** The pair that the caption comes from. */
  readonly from: PairItem | undefined;
}

/** Captions of the finding's fixes, then of duplicates, then of the nearest captions; distinct, without the current one. */
export function suggestionsFor(
  finding: FindingItem,
  neighbours: Neighbours | null,
): readonly Suggestion[] {
  const entries = neighbours?.captions ?? [];
  const found = new Map<string, Suggestion>();
  for (const fix of finding.fixes) {
    if (fix.kind !== 'replace-caption' || fix.caption === undefined) continue;
    const entry = entries.find(({ item }) => item.caption === fix.caption);
    found.set(fix.caption, {
      caption: fix.caption,
      match: fix.match ?? entry?.score,
      from: entry?.item,
    });
  }
  // A duplicate shows the same image, so its caption may fit.
  for (const item of DUPLICATES.has(finding.code) ? finding.related : []) {
    if (item.caption === '' || found.has(item.caption)) continue;
    found.set(item.caption, { caption: item.caption, match: item.match, from: item });
  }
  for (const { item, kind, score } of entries) {
    if (item.caption === '' || found.has(item.caption)) continue;
    if (kind === 'match' && score < LEAST_MATCH) continue;
    found.set(item.caption, {
      caption: item.caption,
      match: kind === 'match' ? score : undefined,
      from: item,
    });
  }
  found.delete(finding.item?.caption ?? '');
  return [...found.values()].slice(0, MAX_SUGGESTIONS);
}
