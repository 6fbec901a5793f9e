import { html, nothing, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';
import type { BrowseSession } from './browseSession.ts';
import { type BrowseState, queryText } from './browseState.ts';
import { canBeSaved, shownView } from './viewsSession.ts';

/** Chooses among the saved views, saves what is shown, or removes the view that is shown. */
export function viewTools(session: BrowseSession, state: BrowseState): TemplateResult {
  const shown = shownView(state);
  return html`${
    state.views.length === 0
      ? nothing
      : html`<select
          class="plain-select"
          aria-label=${t('Saved views')}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            const view = state.views.find(({ name }) => name === value);
            if (view !== undefined) session.list.showView(view);
          }}
        >
          <option value="" ?selected=${shown === undefined} ?hidden=${shown !== undefined}>
            ${t('Views')}
          </option>
          ${state.views.map(
            (view) =>
              html`<option value=${view.name} ?selected=${view === shown} title=${view.query}>
                ${view.name}
              </option>`,
          )}
        </select>`
  }
  ${
    shown === undefined
      ? html`<button
          class="plain-button"
          type="button"
          ?disabled=${!canBeSaved(queryText(state))}
          @click=${() => void session.views.save()}
        >
          ${t('Save View')}
        </button>`
      : html`<button
          class="plain-button"
          type="button"
          @click=${() => void session.views.remove(shown)}
        >
          ${t('Remove View')}
        </button>`
  }`;
}
