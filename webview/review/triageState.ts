import type { Notice } from '../shared/noticeLine.ts';
import { z } from 'zod';
import type {
  Duplicates,
  FindingItem,
  Match,
  Neighbours,
  GroundedWordItem,
  Status,
  WeighedWordItem,
} from '../../src/protocol/shapes.ts';
import { matchGrade } from '../shared/score.ts';
import type { WireError } from '../shared/rpcClient.ts';
import type { Pace } from './pace.ts';
import { type Held, isHeld, OUTCOMES, type Resolution, type Touched } from './resolutions.ts';

/** Results for the words of one caption, which may be older than the text in the field. */
export interface CaptionWords<T> {
  readonly caption: string;
  readonly words: readonly T[];
}
export const NO_WORDS = { caption: '', words: [] };

/** Requested details of the current finding; `match` is that of the caption being typed. */
export interface Detail {
  readonly neighbours: Neighbours | null;
  readonly match: Match | null;
  readonly matching: boolean;
  /** The images of a finding of duplicates. */
  readonly duplicates: Duplicates | null;
  /** Words that the image does not support, the worst first. */
  readonly unsupportedWords: CaptionWords<WeighedWordItem>;
  /** Content words with their locations in the image. */
  readonly groundings: CaptionWords<GroundedWordItem>;
}

export interface TriageState {
  readonly status: Status | undefined;
  /** All findings, those of wrong captions first, then the worst; null until they are loaded. */
  readonly findings: readonly FindingItem[] | null;
  readonly failure: WireError | null;
  /** Filter: show only findings of this rule. */
  readonly rule: string | null;
  /** The finding displayed; null at the end of the list. */
  readonly current: FindingItem | null;
  /** Its index among the open findings, kept when the list changes. */
  readonly index: number;
  /** Whether `current` is no longer in the list and is kept only while its caption is being edited. */
  readonly gone: boolean;
  /** Whether the caption field has the focus: what is shown stays, because keys would be meant for the field. */
  readonly editing: boolean;
  /** Whether `current` was reached without a key of the user: because the list changed, or an action failed. */
  readonly byItself: boolean;
  /** ID of the finding to show as soon as it is in the list. */
  readonly wanted: string | null;
  /** Resolved findings that the server may still report. */
  readonly resolved: ReadonlyMap<string, Resolution>;
  /** Resolved findings whose action has not ended: their drafts are kept until it has. */
  readonly pending: ReadonlySet<string>;
  readonly held: Held;
  /** All resolutions, the newest last: for the tally. */
  readonly history: readonly Resolution[];
  /** What undo takes back, the newest last: the (first) finding of a step; null for a change that resolved none. */
  readonly steps: readonly (string | null)[];
  /** Edited captions that were not applied, by finding ID. */
  readonly drafts: ReadonlyMap<string, string>;
  readonly detail: Detail;
  readonly notice: Notice | null;
  readonly pace: Pace;
}

export type TriageAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'findings'; readonly findings: readonly FindingItem[] }
  | { readonly type: 'failed'; readonly failure: WireError }
  | { readonly type: 'rule'; readonly rule: string | null }
  | { readonly type: 'move'; readonly by: 1 | -1; readonly took?: number }
  | { readonly type: 'restart' }
  | { readonly type: 'editing'; readonly editing: boolean }
  /** Shows those that were fixed and are reported all the same. */
  | { readonly type: 'reopen' }
  | { readonly type: 'show'; readonly id: string }
  | { readonly type: 'resolve'; readonly resolved: Resolution; readonly took: number }
  /** Before the action that resolves it has ended. */
  | {
      readonly type: 'presume';
      readonly resolved: Resolution;
      readonly touched: readonly Touched[];
      readonly took: number;
    }
  /** That action has ended well. */
  | { readonly type: 'confirm'; readonly id: string }
  /** It was not done. `shown`: the user is brought back to the finding. */
  | { readonly type: 'giveBack'; readonly finding: FindingItem; readonly shown: boolean }
  /** What is known about the pairs that an action touched is up to date. */
  | { readonly type: 'release'; readonly id: string }
  /** Several in one step of undo. */
  | { readonly type: 'resolveAll'; readonly resolved: readonly Resolution[] }
  /** A change that undo takes back and that resolved no finding. */
  | { readonly type: 'changed' }
  /** The newest step is being taken back. */
  | { readonly type: 'undoing' }
  | { readonly type: 'unresolve'; readonly step: string }
  | { readonly type: 'draft'; readonly id: string; readonly text: string | null }
  | { readonly type: 'neighbours'; readonly id: string; readonly neighbours: Neighbours | null }
  | { readonly type: 'matching'; readonly id: string }
  | { readonly type: 'duplicates'; readonly id: string; readonly duplicates: Duplicates | null }
  | { readonly type: 'match'; readonly id: string; readonly match: Match | null }
  | {
      readonly type: 'unsupportedWords';
      readonly id: string;
      readonly result: CaptionWords<WeighedWordItem> | null;
    }
  | {
      readonly type: 'groundings';
      readonly id: string;
      readonly result: CaptionWords<GroundedWordItem> | null;
    }
  | { readonly type: 'notice'; readonly notice: Notice | null };

export const NO_DETAIL: Detail = {
  neighbours: null,
  match: null,
  matching: false,
  duplicates: null,
  unsupportedWords: NO_WORDS,
  groundings: NO_WORDS,
};

const rememberedSchema = z.object({
  rule: z.string().nullable().catch(null),
  current: z.string().nullable().catch(null),
  index: z.int().min(0).catch(0),
  history: z
    .array(
      z.object({
        id: z.string(),
        outcome: z.enum(OUTCOMES),
        caption: z.string().optional(),
        step: z.string().optional(),
      }),
    )
    .catch([]),
  drafts: z.array(z.tuple([z.string(), z.string()])).catch([]),
  pace: z.array(z.number()).catch([]),
});
export type RememberedTriage = z.output<typeof rememberedSchema>;

/** Never throws: invalid parts have their default. */
export function parseRemembered(value: unknown): RememberedTriage {
  const parsed = rememberedSchema.safeParse(value ?? {});
  return parsed.success ? parsed.data : rememberedSchema.parse({});
}

export function initialState(remembered: RememberedTriage): TriageState {
  return {
    status: undefined,
    findings: null,
    failure: null,
    rule: remembered.rule,
    current: null,
    index: remembered.index,
    gone: false,
    editing: false,
    byItself: false,
    wanted: remembered.current,
    resolved: new Map(),
    pending: new Set(),
    held: new Map(),
    history: remembered.history,
    steps: [...new Set(remembered.history.map(({ id, step }) => step ?? id))],
    drafts: new Map(remembered.drafts),
    detail: NO_DETAIL,
    notice: null,
    pace: remembered.pace,
  };
}

export function toRemembered(state: TriageState): RememberedTriage {
  return {
    rule: state.rule,
    current: state.current?.id ?? state.wanted,
    index: state.index,
    // Whether it is done is not known, and nobody can say so to a page that is gone.
    history: state.history.filter(({ id }) => !state.pending.has(id)),
    drafts: [...state.drafts],
    pace: [...state.pace],
  };
}

/** The unresolved findings that pass the rule filter. */
export function openFindings(
  state: Pick<TriageState, 'findings' | 'rule' | 'resolved' | 'held'>,
): readonly FindingItem[] {
  return (state.findings ?? []).filter(
    (finding) =>
      (state.rule === null || finding.code === state.rule) &&
      !state.resolved.has(finding.id) &&
      !isHeld(state.held, finding),
  );
}

/** Findings that were fixed and are reported all the same, such as those of a file that has a second fault. */
export function stillReported(state: TriageState): readonly FindingItem[] {
  return (state.findings ?? []).filter(
    ({ id }) => state.resolved.get(id)?.outcome === 'fixed' && !state.pending.has(id),
  );
}

/** The edited caption, or the pair's caption. */
export function draftOf(state: TriageState): string {
  const { current } = state;
  if (current === null) return '';
  return state.drafts.get(current.id) ?? current.item?.caption ?? '';
}

export function isDirty(state: TriageState): boolean {
  return state.current !== null && draftOf(state) !== (state.current.item?.caption ?? '');
}

/** Whether the finding is about captions that can be read once a question is answered, such as which column holds them. */
export function isUnsettled({ current, status }: TriageState): boolean {
  return current?.code === 'unread-captions' && (status?.questions ?? 0) > 0;
}

/** Whether the finding has a caption that can be edited here. */
export function canEdit(state: TriageState): boolean {
  const { current } = state;
  if (current === null) return false;
  if (current.item !== undefined) return current.item.readOnly === undefined;
  return (
    current.imageUri !== undefined && current.fixes.some(({ kind }) => kind === 'create-caption')
  );
}

/** Whether a new caption is the likely fix; of two near-duplicates neither needs to be wrong. */
export function captionAtFault({ code, item, fixes }: FindingItem): boolean {
  if (item === undefined) return fixes.some(({ kind }) => kind === 'create-caption');
  return (
    item.caption === '' ||
    code === 'caption-mismatch' ||
    fixes.some(({ kind }) => kind === 'replace-caption') ||
    (item.match !== undefined && matchGrade(item.match) === 'poor')
  );
}

/** Words of the caption in the field that the image does not support; empty while they are unknown. */
export function unsupportedWords(state: TriageState): readonly WeighedWordItem[] {
  const { caption, words } = state.detail.unsupportedWords;
  return caption === draftOf(state) ? words : [];
}

/** The grounded words, and whether they belong to the caption in the field. */
export function groundedWords(state: TriageState): {
  readonly words: readonly GroundedWordItem[];
  readonly isCurrent: boolean;
} {
  const { caption, words } = state.detail.groundings;
  return { words, isCurrent: caption === draftOf(state) };
}

/**
 * What leaves the dataset with a finding: its image, or a caption file that belongs to none; undefined where there is neither, in
 * archives, and for groups of duplicates.
 */
export function fileToExclude(finding: FindingItem): string | undefined {
  const { item, imageUri, ofDuplicates, loneCaption, uri } = finding;
  if (loneCaption === true) return uri;
  if (ofDuplicates === true || item?.readOnly === 'archive') return undefined;
  return item?.imageUri ?? imageUri;
}

/** Rules of the unresolved findings with their counts, in list order. */
export function ruleCounts(state: TriageState): ReadonlyMap<string, RuleCount> {
  const counts = new Map<string, RuleCount>();
  for (const { code, title } of openFindings({ ...state, rule: null })) {
    counts.set(code, { title, count: (counts.get(code)?.count ?? 0) + 1 });
  }
  return counts;
}

/** A rule's title and its number of open findings. */
export interface RuleCount {
  readonly title: string;
  readonly count: number;
}
