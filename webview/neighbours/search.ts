import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { waitingText } from '../shared/statusText.ts';
import { message } from './messages.ts';
import { neighbourGrid } from './neighbourSection.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import type { NeighboursState } from './neighboursState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

export interface SearchActions {
  readonly clear: () => void;
  readonly key: (event: KeyboardEvent) => void;
}

export function searchBox(
  session: NeighboursSession,
  state: NeighboursState,
  { clear, key }: SearchActions,
): TemplateResult {
  const text = state.search?.kind === 'text' ? state.search.text : '';
  return html`<div class="search" role="search">
    <vscode-textfield
      class="search-field"
      .label=${t('Find images by words')}
      placeholder=${t('Words, or drop an image')}
      .value=${text}
      @input=${(event: Event) => {
        session.searchText((event.target as HTMLInputElement).value);
      }}
      @keydown=${key}
    >
      <span slot="content-before" class="search-icon">${icon('search')}</span>
      ${
        state.search === null
          ? nothing
          : html`<button
              slot="content-after"
              class="icon-button"
              type="button"
              title=${t('Clear the search (Escape)')}
              aria-label=${t('Clear the search')}
              @click=${clear}
            >
              ${icon('close')}
            </button>`
      }
    </vscode-textfield>
  </div>`;
}

/** The hits of a search, or a message. */
export function searchResults(
  session: NeighboursSession,
  state: NeighboursState,
  clear: () => void,
): TemplateResult {
  const { search, hits, searchFailure } = state;
  const title =
    search?.kind === 'image'
      ? t('Captions that match {0}', search.name)
      : t('Images that match these words');
  return html`<section class="section" aria-labelledby="results-title">
    <div class="section-head plain-head">
      <h2 id="results-title">${title}</h2>
      ${hits === null ? nothing : html`<span class="count">${hits.length}</span>`}
    </div>
    ${
      searchFailure !== null
        ? message(
            'error',
            searchFailure.message,
            searchFailure.remedy,
            html`<vscode-button secondary @click=${clear}>${t('Clear the search')}</vscode-button>`,
          )
        : hits === null
          ? nothing
          : hits.length === 0
            ? html`<p class="empty">
                ${waitingText(state.status) ?? t('Nothing found. Try fewer or simpler words.')}
              </p>`
            : neighbourGrid(
                session,
                title,
                hits,
                search?.kind === 'image' ? 'caption' : 'image',
                state.shown?.focus,
                true,
              )
    }
  </section>`;
}
