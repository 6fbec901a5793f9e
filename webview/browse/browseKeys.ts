import type { TemplateResult } from 'lit';
import { type KeyMeaning, keysDialog } from '../shared/keysDialog.ts';
import { t } from '../shared/l10n.ts';

/** The list of keys, opened with `?`. */
export function browseKeys(): TemplateResult {
  const rows: readonly KeyMeaning[] = [
    [['/'], t('Go to the filter')],
    [['←', '↑', '→', '↓'], t('Go to another pair; with Shift, select up to it')],
    [['Space'], t('Select the pair, or not')],
    [['Ctrl+A'], t('Select all pairs of the list')],
    [['Esc'], t('Clear the selection; on the page of a pair, go back to the grid')],
    [['Enter'], t('Open the page of the pair')],
    [['J', 'K'], t('Next pair, pair before')],
    [['E'], t('Edit the caption')],
    [['Ctrl+Enter'], t('Apply the edited caption')],
    [['V'], t('Verified: the caption is right')],
    [['I'], t('Ignore the pair: audits and exports leave it out')],
    [['X'], t('Exclude: move image and caption out of the dataset')],
    [['Delete'], t('Delete image and caption, after a question')],
    [['B'], t('Take the verdict back')],
    [['O'], t('Open the caption in its file')],
    [['Z'], t('Undo the last change made here')],
    [['T'], t('Show or hide the tags; there, Enter filters and Space marks')],
    [['?'], t('This list')],
  ];
  return keysDialog(
    rows,
    t('V, I, X, Delete and B work on the selection, or else on the pair at the cursor.'),
  );
}
