import type { ReadOnlyCountsItem } from '../../src/protocol/shapes.ts';
import { t } from './l10n.ts';

/** What stays as it is, and why: a sentence for each reason. */
export function readOnlyText(counts: ReadOnlyCountsItem): string[] {
  const { archive, 'file-name': named } = counts;
  return [
    ...(archive > 0 ? [t('In archives, which PairLens does not change: {0}.', archive)] : []),
    ...(named > 0 ? [t('Names of files, to be changed by renaming the files: {0}.', named)] : []),
  ];
}
