import {
  byStanding,
  candidateGrade,
  type CandidateGrade,
  isOffered,
} from '../../src/protocol/candidate.ts';
import { captionAtFault } from './triageState.ts';
import type { FindingItem, Neighbours, PairItem } from '../../src/protocol/shapes.ts';

export const MAX_SUGGESTIONS = 9;
/** Number of examples that are shown. */
const MAX_EXAMPLES = 3;

/** Whether a new caption may be the fix of a finding. */
export function takesSuggestions(finding: FindingItem): boolean {
  return captionAtFault(finding) || finding.ofDuplicates === true;
}

/** A suggested caption. */
export interface Suggestion {
  readonly caption: string;
  readonly grade: CandidateGrade;
  /** Expected match with this image, if known. */
  readonly match: number | undefined;
  /** The pair that the caption comes from. */
  readonly from: PairItem | undefined;
}

/**
 * Captions of the finding's fixes, of duplicates, and the nearest captions; distinct, without the current one, examples
 * last.
 */
export function suggestionsFor(
  finding: FindingItem,
  neighbours: Neighbours | null,
): readonly Suggestion[] {
  const entries = neighbours?.captions ?? [];
  const found = new Map<string, Suggestion>();
  const add = (suggestion: Suggestion): void => {
    const { caption } = suggestion;
    if (caption !== '' && !found.has(caption)) found.set(caption, suggestion);
  };
  for (const { kind, caption = '', match: score, homeless } of finding.fixes) {
    if (kind !== 'replace-caption' || !isOffered({ score: score ?? 1, homeless })) continue;
    const from = entries.find(({ item }) => item.caption === caption)?.item;
    add({ caption, match: score, from, grade: candidateGrade({ score: score ?? 0, homeless }) });
  }
  // Of the same picture, the other one's caption.
  for (const item of finding.ofDuplicates === true ? finding.related : []) {
    add({ caption: item.caption, match: undefined, from: item, grade: 'possible' });
  }
  const offered = entries.filter((entry) => entry.kind === 'likeness' || isOffered(entry));
  for (const entry of offered.sort(byStanding)) {
    const { item, score } = entry;
    add({ caption: item.caption, match: score, from: item, grade: candidateGrade(entry) });
  }
  found.delete(finding.item?.caption ?? '');
  const all = [...found.values()];
  const fixes = all.filter(({ grade }) => grade !== 'example');
  const examples = all.filter(({ grade }) => grade === 'example').slice(0, MAX_EXAMPLES);
  return [...fixes, ...examples].slice(0, MAX_SUGGESTIONS);
}
