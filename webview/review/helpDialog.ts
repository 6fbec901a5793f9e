import type { TemplateResult } from 'lit';
import { keysDialog } from '../shared/keysDialog.ts';
import { t } from '../shared/l10n.ts';
import type { TriageCommand } from './keys.ts';

/** The list of keys that have an effect now, opened with `?`. */
export function helpDialog(possible: ReadonlySet<TriageCommand['kind']>): TemplateResult {
  const all: readonly (readonly [TriageCommand['kind'], readonly string[], string])[] = [
    ['suggestion', ['1', '–', '9'], t('Use suggestion 1 to 9; an example goes into the field')],
    ['keep', ['1', '–', '9'], t('Keep that image and remove its duplicates')],
    ['merge', ['M'], t('Give all of them the tags of all')],
    ['different', ['D'], t('Different pictures: report them no longer')],
    ['edit', ['E', 'Enter'], t('Edit the caption')],
    ['apply', ['Ctrl+Enter'], t('Apply the edited caption and go on')],
    ['leave', ['Esc'], t('Leave the caption; what was typed stays')],
    ['fix', ['F'], t('Mend the file, or move the captions back')],
    ['verified', ['V'], t('Verified: the caption is right')],
    ['swap', ['S'], t('Swap the captions of the two pairs')],
    ['ignore', ['I'], t('Ignore the pair: audits and exports leave it out')],
    ['exclude', ['X'], t('Exclude: move image and caption out of the dataset')],
    ['delete', ['Delete'], t('Delete the caption file, after a question')],
    ['verify-all', ['Shift+V'], t('Verified: all findings of the chosen rule')],
    ['ignore-all', ['Shift+I'], t('Ignore: all findings of the chosen rule')],
    ['exclude-all', ['Shift+X'], t('Exclude: all findings of the chosen rule')],
    ['likely-all', ['Shift+L'], t('Take the likely captions of all, after a preview')],
    ['fix-all', ['Shift+F'], t('Fix all findings of the chosen rule, after a preview')],
    ['next', ['J'], t('Next')],
    ['back', ['K'], t('Back')],
    ['undo', ['Z'], t('Undo the last change made here')],
    ['words', ['W'], t('Where the picture shows each word')],
    ['open', ['O'], t('Open the caption in its file')],
    ['help', ['?'], t('This list')],
  ];
  return keysDialog(
    all.filter(([kind]) => possible.has(kind)).map(([, keys, meaning]) => [keys, meaning]),
    t('Letters and digits work while no text field has the focus.'),
  );
}
