import type { TriageCommand } from './keys.ts';
import type { TriageSession } from './triageSession.ts';
import { captionMoves } from './captionMoves.ts';
import { fileFix } from './fileFix.ts';
import { canEdit, groundedWords, fileToExclude, isUnsettled } from './triageState.ts';

/** The commands that are enabled now; only their keys are shown. */
export function possibleCommands(session: TriageSession): ReadonlySet<TriageCommand['kind']> {
  const { state } = session.store;
  const { current, index, steps } = state;
  const possible = new Set<TriageCommand['kind']>(['help']);
  if (steps.length > 0) possible.add('undo');
  if (index > 0) possible.add('back');
  if (session.group.decidable.length > 1) possible.add('verify-all').add('ignore-all');
  if (session.group.excludable.length > 1) possible.add('exclude-all');
  if (session.group.likely.length > 0) possible.add('likely-all');
  if (session.group.fixable.length > 0) possible.add('fix-all');
  if (current === null) return possible;
  possible.add('next').add('open');
  if (current.item !== undefined) possible.add('verified').add('ignore');
  if (fileToExclude(current) !== undefined) possible.add('exclude');
  if (current.loneCaption === true) possible.add('delete');
  if (session.canSwap) possible.add('swap');
  if (fileFix(current) !== undefined || captionMoves(current).length > 0 || isUnsettled(state)) {
    possible.add('fix');
  }
  const { duplicates } = state.detail;
  if (duplicates !== null) possible.add('keep').add('different');
  if (duplicates?.merged !== undefined) possible.add('merge');
  if (!canEdit(state)) return possible;
  possible.add('edit').add('apply').add('leave');
  if (session.suggestions.length > 0) possible.add('suggestion');
  if (groundedWords(state).words.length > 0) possible.add('words');
  return possible;
}
