import { html, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';

/** The list of keys, opened with `?`. */
export function helpDialog(): TemplateResult {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['1', '–', '9'], t('Use suggestion 1 to 9 and go on')],
    [['E', 'Enter'], t('Edit the caption')],
    [['Ctrl+Enter'], t('Apply the edited caption and go on')],
    [['Esc'], t('Leave the caption; what was typed stays')],
    [['V'], t('Verified: the caption is right')],
    [['S'], t('Swap the captions of the two pairs')],
    [['X'], t('Exclude the pair')],
    [['J'], t('Next')],
    [['K'], t('Back')],
    [['Z'], t('Undo the last change made here')],
    [['W'], t('Where the picture shows each word')],
    [['O'], t('Open the caption in its file')],
    [['?'], t('This list')],
  ];
  return html`<dialog class="help" aria-labelledby="help-title">
    <h2 id="help-title">${t('Keys')}</h2>
    <dl>
      ${rows.map(
        ([keys, meaning]) =>
          html`<div>
            <dt>
              ${keys.map((key) => (key === '–' ? html`<span>–</span>` : html`<kbd>${key}</kbd>`))}
            </dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
    <p class="dim">${t('Letters and digits work while no text field has the focus.')}</p>
    <form method="dialog">
      <button class="plain-button" autofocus>${t('Close')}</button>
    </form>
  </dialog>`;
}
