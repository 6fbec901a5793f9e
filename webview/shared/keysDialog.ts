import { html, type TemplateResult } from 'lit';
import { t } from './l10n.ts';

/** Keys, of which '–' stands for those between, and what they do. */
export type KeyMeaning = readonly [keys: readonly string[], meaning: string];

/** A list of keys in a dialog. @param note what is said below the list */
export function keysDialog(rows: readonly KeyMeaning[], note: string): TemplateResult {
  return html`<dialog class="help" aria-labelledby="keys-title">
    <h2 id="keys-title">${t('Keys')}</h2>
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
    <p class="dim">${note}</p>
    <form method="dialog">
      <button class="plain-button" autofocus>${t('Close')}</button>
    </form>
  </dialog>`;
}
