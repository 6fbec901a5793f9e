import { partlyText } from './actionQueue.ts';
import { t } from './l10n.ts';

/** What became of findings that were to be fixed. */
export function fixedText(done: {
  readonly fixed: readonly string[];
  readonly left: number;
  readonly later: number;
  readonly archived: number;
  readonly partly?: boolean | undefined;
}): string {
  const { fixed, left, later, archived, partly } = done;
  return [
    partly === true ? partlyText() : fixedCount(fixed.length),
    ...(left > 0 ? [t('Left for a choice: {0}.', left)] : []),
    ...(later > 0 ? [t('In files that another fix changes first: {0}; fix again.', later)] : []),
    ...(archived > 0 ? [t('In archives, which PairLens does not change: {0}.', archived)] : []),
  ].join(' ');
}

function fixedCount(count: number): string {
  if (count === 0) return t('None of these findings has a fix that needs no choice.');
  return count === 1 ? t('1 finding fixed.') : t('{0} findings fixed.', count);
}
