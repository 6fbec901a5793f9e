import type { FindingItem, Neighbours } from '../../src/protocol/shapes.ts';
import { wrongCaptionsFirst } from './findingOrder.ts';
import { addStep } from './pace.ts';
import { type Resolution, staysResolved } from './resolutions.ts';
import {
  type Detail,
  isDirty,
  NO_DETAIL,
  NO_WORDS,
  openFindings,
  stillReported,
  type TriageAction,
  type TriageState,
} from './triageState.ts';

/** Actions that are no answer to a key of the user. */
const BY_ITSELF: readonly TriageAction['type'][] = ['findings', 'confirm', 'giveBack', 'release'];

export function reduceTriage(state: TriageState, action: TriageAction): TriageState {
  const next = reduced(state, action);
  if (next.current?.id === state.current?.id) return next;
  const isAsked = state.current === null || next.current?.id === state.wanted;
  return { ...next, byItself: !isAsked && BY_ITSELF.includes(action.type), editing: false };
}

function reduced(state: TriageState, action: TriageAction): TriageState {
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
    case 'editing':
      return { ...state, editing: action.editing };
    case 'restart':
      return at(state, 0);
    case 'reopen': {
      const resolved = new Map(state.resolved);
      for (const { id } of stillReported(state)) resolved.delete(id);
      return at({ ...state, resolved }, 0);
    }
    case 'show':
      return reveal({ ...state, wanted: action.id });
    case 'resolve':
      return resolve(withoutDraft(state, action.resolved.id), action.resolved, action.took);
    case 'presume': {
      const { resolved, touched, took } = action;
      const held = new Map(state.held);
      for (const each of touched) held.set(each.key, { ...each, by: resolved.id });
      const pending = new Set(state.pending).add(resolved.id);
      return resolve({ ...state, held, pending }, resolved, took);
    }
    case 'confirm': {
      const done = withoutDraft(
        { ...state, pending: without(state.pending, action.id) },
        action.id,
      );
      // The answer may come after the list that was made with what the action wrote.
      return done.findings === null ? done : withFindings(done, done.findings);
    }
    case 'giveBack': {
      const { finding, shown } = action;
      const { id } = finding;
      const resolved = new Map(state.resolved);
      resolved.delete(id);
      const here = relisted(
        {
          ...released(state, id),
          resolved,
          pending: without(state.pending, id),
          history: withoutLast(state.history, (each) => each.id === id),
          steps: withoutLast(state.steps, (step) => step === id),
        },
        state,
      );
      if (!shown) return here;
      if ((state.findings ?? []).some((each) => each.id === id)) {
        return reveal({ ...here, wanted: id });
      }
      return state.drafts.has(id)
        ? { ...here, current: finding, gone: true, detail: NO_DETAIL }
        : here;
    }
    case 'release':
      return relisted(released(state, action.id), state);
    case 'resolveAll': {
      const [first] = action.resolved;
      if (first === undefined) return state;
      const resolved = new Map(state.resolved);
      for (const each of action.resolved) resolved.set(each.id, each);
      const history = [...state.history];
      for (const each of action.resolved) history.push({ ...each, step: first.id });
      const steps = [...state.steps, first.id];
      return at({ ...state, resolved, history, steps, notice: null }, state.index);
    }
    case 'changed':
      return { ...state, steps: [...state.steps, null] };
    case 'undoing':
      return { ...state, steps: state.steps.slice(0, -1) };
    case 'unresolve': {
      const { history } = state;
      const ofStep = (each: Resolution): boolean => (each.step ?? each.id) === action.step;
      const last = history.findLastIndex(ofStep);
      if (last < 0) return state;
      const isOne = history[last]?.step === undefined;
      const first = isOne
        ? last
        : history.findLastIndex((each, place) => place < last && !ofStep(each)) + 1;
      const taken = history.slice(first, last + 1);
      const resolved = new Map(state.resolved);
      for (const { id } of taken) resolved.delete(id);
      return reveal({
        ...taken.reduce((now, { id }) => released(now, id), state),
        resolved,
        history: [...history.slice(0, first), ...history.slice(last + 1)],
        wanted: action.step,
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

/** Goes on from a finding that is resolved. */
function resolve(state: TriageState, resolution: Resolution, took: number): TriageState {
  const next: TriageState = {
    ...state,
    resolved: new Map(state.resolved).set(resolution.id, resolution),
    history: [...state.history, resolution],
    steps: [...state.steps, resolution.id],
    pace: addStep(state.pace, took),
    notice: null,
  };
  return state.current?.id === resolution.id ? at(next, state.index) : relisted(next, state);
}

function withoutDraft(state: TriageState, id: string): TriageState {
  const drafts = new Map(state.drafts);
  drafts.delete(id);
  return { ...state, drafts };
}

/** Without the last that passes. */
function withoutLast<T>(all: readonly T[], passes: (each: T) => boolean): readonly T[] {
  const last = all.findLastIndex(passes);
  return last < 0 ? all : [...all.slice(0, last), ...all.slice(last + 1)];
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const others = new Set(ids);
  others.delete(id);
  return others;
}

/** Without what the action on a finding touched. */
function released(state: TriageState, id: string): TriageState {
  return { ...state, held: new Map([...state.held].filter(([, { by }]) => by !== id)) };
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
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const resolved = new Map(
    [...before.resolved].filter(([id, resolution]) => {
      if (before.pending.has(id)) return true;
      const finding = byId.get(id);
      // No longer reported: nothing to hide.
      return finding !== undefined && staysResolved(resolution, finding);
    }),
  );
  const state: TriageState = { ...before, findings, resolved, failure: null };
  if (state.wanted !== null && byId.has(state.wanted)) return reveal(state);
  if (state.current === null && before.findings === null) return at(state, state.index);
  if (state.current === null) {
    // At the end of the list, new findings are not shown until the user goes on.
    return openFindings(before).length === 0 ? at(state, 0) : state;
  }
  return relisted(state, before);
}

/** The finding on show at its place in a list that has changed; if it is gone, the first of those behind it that are not. */
function relisted(state: TriageState, before: TriageState): TriageState {
  if (state.current === null) return state;
  const open = openFindings(state);
  const index = open.findIndex(({ id }) => id === state.current?.id);
  if (index >= 0) return at(state, index);
  if (isDirty(state) || state.editing) return { ...state, gone: true };
  const places = new Map(open.map(({ id }, place) => [id, place]));
  const behind = openFindings(before).slice(before.index);
  const next = behind.find(({ id }) => places.has(id));
  return at(state, next === undefined ? state.index : (places.get(next.id) ?? state.index));
}
