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
import { wrongCaptionsFirst } from './findingOrder.ts';
import { addStep, type Pace } from './pace.ts';

/** How the user resolved a finding. */
export const OUTCOMES = ['fixed', 'verified', 'ignored', 'excluded'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Resolution {
  readonly id: string;
  readonly outcome: Outcome;
  /** The new caption, for `fixed`. */
  readonly caption?: string | undefined;
  /** The first finding of those that were resolved in one step, if there were several. */
  readonly step?: string | undefined;
}

/** Results for the words of one caption, which may be older than the text in the field. */
export interface CaptionWords<T> {
  readonly caption: string;
  readonly words: readonly T[];
}
const NO_WORDS = { caption: '', words: [] };

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
  /** ID of the finding to show as soon as it is in the list. */
  readonly wanted: string | null;
  /** Resolved findings that the server may still report. */
  readonly resolved: ReadonlyMap<string, Resolution>;
  /** All resolutions, the newest last: for the tally and for undo. */
  readonly history: readonly Resolution[];
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
  | { readonly type: 'show'; readonly id: string }
  | { readonly type: 'resolve'; readonly resolved: Resolution; readonly took: number }
  /** Several in one step of undo. */
  | { readonly type: 'resolveAll'; readonly resolved: readonly Resolution[] }
  | { readonly type: 'unresolve' }
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

const NO_DETAIL: Detail = {
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
    wanted: remembered.current,
    resolved: new Map(),
    history: remembered.history,
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
    history: [...state.history],
    drafts: [...state.drafts],
    pace: [...state.pace],
  };
}

/** The unresolved findings that pass the rule filter. */
export function openFindings(
  state: Pick<TriageState, 'findings' | 'rule' | 'resolved'>,
): readonly FindingItem[] {
  return (state.findings ?? []).filter(
    (finding) =>
      (state.rule === null || finding.code === state.rule) && !state.resolved.has(finding.id),
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

/** What a verdict did: a pair that is excluded in the file of decisions stays where it is, and is called ignored. */
export function outcomeOf(decision: 'verified' | 'excluded'): Outcome {
  return decision === 'verified' ? 'verified' : 'ignored';
}

/** The image that leaves the dataset with a finding; undefined where there is none, in archives, and for groups of duplicates. */
export function imageToExclude(finding: FindingItem): string | undefined {
  const { item, imageUri, ofDuplicates } = finding;
  if (ofDuplicates === true || item?.readOnly === 'archive') return undefined;
  return item?.imageUri ?? imageUri;
}

export function tally(history: readonly Resolution[]): Readonly<Record<Outcome, number>> {
  const counts = { fixed: 0, verified: 0, ignored: 0, excluded: 0 };
  for (const { outcome } of history) counts[outcome]++;
  return counts;
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

export function reduceTriage(state: TriageState, action: TriageAction): TriageState {
  switch (action.type) {
    case 'status':
      return { ...state, status: action.status };
    case 'findings':
      return withFindings(state, action.findings);
    case 'failed':
      return { ...state, failure: action.failure };
    case 'rule': {
      const changed = { ...state, rule: action.rule };
      const open = openFindings(changed);
      const index = open.findIndex((finding) => finding.id === state.current?.id);
      return at(changed, index < 0 ? 0 : index);
    }
    case 'move': {
      const pace = action.took === undefined ? state.pace : addStep(state.pace, action.took);
      // A removed finding's index is now that of the next one.
      const by = state.gone && action.by === 1 ? 0 : action.by;
      // The notice is about the finding before.
      return at({ ...state, pace, notice: null }, Math.max(0, state.index + by));
    }
    case 'restart':
      return at(state, 0);
    case 'show':
      return reveal({ ...state, wanted: action.id });
    case 'resolve': {
      const resolved = new Map(state.resolved).set(action.resolved.id, action.resolved);
      const drafts = new Map(state.drafts);
      drafts.delete(action.resolved.id);
      const next: TriageState = {
        ...state,
        resolved,
        drafts,
        history: [...state.history, action.resolved],
        pace: addStep(state.pace, action.took),
        notice: null,
      };
      return state.current?.id === action.resolved.id ? at(next, state.index) : next;
    }
    case 'resolveAll': {
      const [first] = action.resolved;
      if (first === undefined) return state;
      const resolved = new Map(state.resolved);
      for (const each of action.resolved) resolved.set(each.id, each);
      const history = [...state.history];
      for (const each of action.resolved) history.push({ ...each, step: first.id });
      return at({ ...state, resolved, history, notice: null }, state.index);
    }
    case 'unresolve': {
      const { history } = state;
      const last = history.at(-1);
      if (last === undefined) return state;
      const start =
        last.step === undefined ? -1 : history.findIndex(({ step }) => step === last.step);
      const taken = start < 0 ? [last] : history.slice(start);
      const resolved = new Map(state.resolved);
      for (const { id } of taken) resolved.delete(id);
      return reveal({
        ...state,
        resolved,
        history: history.slice(0, history.length - taken.length),
        wanted: taken[0]?.id ?? last.id,
      });
    }
    case 'draft': {
      const drafts = new Map(state.drafts);
      if (action.text === null) drafts.delete(action.id);
      else drafts.set(action.id, action.text);
      return { ...state, drafts };
    }
    case 'neighbours':
      return detailOf(withRenewed(state, action), action.id, { neighbours: action.neighbours });
    case 'matching':
      return detailOf(state, action.id, { matching: true });
    case 'duplicates':
      return detailOf(state, action.id, { duplicates: action.duplicates });
    case 'match':
      return detailOf(state, action.id, { match: action.match, matching: false });
    case 'unsupportedWords':
      return detailOf(state, action.id, { unsupportedWords: action.result ?? NO_WORDS });
    case 'groundings':
      return detailOf(state, action.id, { groundings: action.result ?? NO_WORDS });
    case 'notice':
      return { ...state, notice: action.notice };
  }
}

/** The finding as it is now: its suggestions follow other captions only when it is looked at. */
function withRenewed(
  state: TriageState,
  { id, neighbours }: { readonly id: string; readonly neighbours: Neighbours | null },
): TriageState {
  const now = neighbours?.findings.find((finding) => finding.id === id);
  return now === undefined || state.current?.id !== id ? state : { ...state, current: now };
}

function detailOf(state: TriageState, id: string, change: Partial<Detail>): TriageState {
  if (state.current?.id !== id) return state;
  return { ...state, detail: { ...state.detail, ...change } };
}

/** Moves to index `index` of the open findings; `current` is null beyond the last one. */
function at(state: TriageState, index: number): TriageState {
  const open = openFindings(state);
  const place = Math.min(index, open.length);
  const current = open[place] ?? null;
  return {
    ...state,
    current,
    index: place,
    gone: false,
    wanted: null,
    detail: current !== null && current.id === state.current?.id ? state.detail : NO_DETAIL,
  };
}

/** Moves to the wanted finding if it is in the list; clears a rule filter that hides it. */
function reveal(state: TriageState): TriageState {
  const { wanted } = state;
  if (wanted === null || !(state.findings ?? []).some(({ id }) => id === wanted)) return state;
  const resolved = new Map(state.resolved);
  resolved.delete(wanted);
  let shown: TriageState = { ...state, resolved };
  let index = openFindings(shown).findIndex(({ id }) => id === wanted);
  if (index < 0) {
    shown = { ...shown, rule: null };
    index = openFindings(shown).findIndex(({ id }) => id === wanted);
  }
  return at(shown, index);
}

function withFindings(before: TriageState, reported: readonly FindingItem[]): TriageState {
  const findings = wrongCaptionsFirst(reported);
  const first = before.findings === null;
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const resolved = new Map(
    [...before.resolved].filter(([id, { outcome, caption }]) => {
      const finding = byId.get(id);
      // No longer reported: nothing to hide. Still reported with the new caption: not fixed, so shown again.
      if (finding === undefined) return false;
      return outcome !== 'fixed' || caption === undefined || finding.item?.caption !== caption;
    }),
  );
  const state: TriageState = { ...before, findings, resolved, failure: null };
  if (state.wanted !== null && byId.has(state.wanted)) return reveal(state);
  if (state.current === null) {
    // At the end of the list, new findings are not shown until the user goes on.
    return first || openFindings(before).length === 0 ? at(state, first ? state.index : 0) : state;
  }
  const index = openFindings(state).findIndex(({ id }) => id === state.current?.id);
  if (index >= 0) return at(state, index);
  if (isDirty(state)) return { ...state, gone: true };
  return at(state, state.index);
}
