import { partlyText } from './actionQueue.ts';
import { t } from './l10n.ts';
import { readOnlyText } from './readOnlyText.ts';
import type { ReadOnlyCountsItem } from '../../src/protocol/shapes.ts';

/** What became of findings that were to be fixed. */
export function fixedText(done: {
  readonly fixed: readonly string[];
  readonly left: number;
  readonly later: number;
  readonly readOnly: ReadOnlyCountsItem;
  readonly partly?: boolean | undefined;
}): string {
  const { fixed, left, later, readOnly, partly } = done;
  return [
    partly === true ? partlyText() : fixedCount(fixed.length),
    ...(left > 0 ? [t('Left for a choice: {0}.', left)] : []),
    ...(later > 0 ? [t('In files that another fix changes first: {0}; fix again.', later)] : []),
    ...readOnlyText(readOnly),
  ].join(' ');
}

function fixedCount(count: number): string {
  if (count === 0) return t('None of these findings has a fix that needs no choice.');
  return count === 1 ? t('1 finding fixed.') : t('{0} findings fixed.', count);
}
