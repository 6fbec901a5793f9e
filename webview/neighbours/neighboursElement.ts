import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Neighbour } from '../../src/protocol/shapes.ts';
import { base64Of, imageIn, MAX_BYTES } from '../shared/droppedImage.ts';
import type { EntryActionEvent } from '../shared/entryGrid.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { matchWords, scoreText } from '../shared/score.ts';
import { waitingText } from '../shared/statusText.ts';
import { focusCard } from './focusCard.ts';
import { busyLine, emptyState, message } from './messages.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import { hardNegatives, type NeighboursState, type Section, SECTIONS } from './neighboursState.ts';
import '../shared/entryGrid.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

interface SectionWords {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
}

function sectionWords(section: Section): SectionWords {
  switch (section) {
    case 'captions':
      return {
        title: t('Matching captions'),
        hint: t('Captions of the dataset that fit this image'),
        empty: t('No other caption of the dataset fits this image.'),
      };
    case 'images':
      return {
        title: t('Matching images'),
        hint: t('Images of the dataset that fit this caption'),
        empty: t('No other image of the dataset fits this caption.'),
      };
    case 'lookAlikes':
      return {
        title: t('Look-alikes'),
        hint: t('Images that look like this one'),
        empty: t('No other image looks like this one.'),
      };
    case 'duplicates':
      return {
        title: t('Near-duplicates'),
        hint: t('The same picture under other names'),
        empty: t('The dataset holds this picture once.'),
      };
  }
}

/** The neighbour browser: search box, the pair in focus, and its neighbours in collapsible sections. */
@customElement('pairlens-neighbours')
export class NeighboursElement extends PageElement {
  #session: NeighboursSession | undefined;
  #restored = false;
  #lastImage: string | undefined;
  #announceTimer: ReturnType<typeof setTimeout> | undefined;

  @query('.scroller') private accessor scroller!: HTMLElement;
  @query('.announcer') private accessor announcer!: HTMLElement;

  /** Set once, before anything is shown. */
  set session(session: NeighboursSession) {
    this.#session = session;
    session.store.subscribe(() => {
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (session === undefined) return nothing;
    const { state } = session.store;
    return html`
      <main
        class="neighbours"
        aria-label=${t('Neighbours')}
        @dragover=${this.#onDragOver}
        @drop=${this.#onDrop}
        @paste=${this.#onPaste}
        @pairlens-entry=${this.#onEntry}
      >
        <h1 class="sr-only">${t('Neighbours')}</h1>
        ${this.#searchBox(session, state)} ${busyLine(state)}
        <div class="scroller" @scroll=${this.#onScroll}>
          ${this.#notice(session, state)}
          ${
            state.search === null && state.searchFailure === null
              ? this.#focusAndSections(session, state)
              : this.#results(session, state)
          }
        </div>
        <div class="announcer sr-only" role="status"></div>
      </main>
    `;
  }

  protected override updated(): void {
    const state = this.#session?.store.state;
    if (state === undefined || state.shown === null || state.focus !== 'ready') return;
    if (!this.#restored) {
      this.#restored = true;
      void this.#scrollTo(this.#session?.remembered.scrollTop ?? 0);
    } else if (this.#lastImage !== state.shown.focus.imageUri) {
      this.scroller.scrollTop = 0;
    }
    this.#lastImage = state.shown.focus.imageUri;
    this.#announce(state);
  }

  /** Once the lists are there: before, there is nothing to scroll. */
  async #scrollTo(top: number): Promise<void> {
    await Promise.all(
      [...this.querySelectorAll('pairlens-entries')].map((grid) => grid.updateComplete),
    );
    this.scroller.scrollTop = top;
  }

  #searchBox(session: NeighboursSession, state: NeighboursState): TemplateResult {
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
        @keydown=${this.#onSearchKey}
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
                @click=${this.#clearSearch}
              >
                ${icon('close')}
              </button>`
        }
      </vscode-textfield>
    </div>`;
  }

  #notice(session: NeighboursSession, state: NeighboursState): TemplateResult | typeof nothing {
    const { notice } = state;
    if (notice === null) return nothing;
    return html`<div
      class="notice ${notice.error ? 'notice-error' : ''}"
      role=${notice.error ? 'alert' : 'status'}
    >
      ${icon(notice.error ? 'error' : 'check')}
      <span class="notice-text">${notice.text}</span>
      ${
        notice.undo
          ? html`<button class="link" type="button" @click=${() => void session.undo()}>
              ${t('Undo')}
            </button>`
          : nothing
      }
      <button
        class="icon-button"
        type="button"
        title=${t('Dismiss')}
        aria-label=${t('Dismiss')}
        @click=${() => {
          session.dismissNotice();
        }}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  #results(session: NeighboursSession, state: NeighboursState): TemplateResult {
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
              html`<vscode-button secondary @click=${this.#clearSearch}
                >${t('Clear the search')}</vscode-button
              >`,
            )
          : hits === null
            ? nothing
            : hits.length === 0
              ? html`<p class="empty">
                  ${waitingText(state.status) ?? t('Nothing found. Try fewer or simpler words.')}
                </p>`
              : this.#grid(
                  session,
                  title,
                  hits,
                  search?.kind === 'image' ? 'caption' : 'image',
                  state.shown?.focus,
                )
      }
    </section>`;
  }

  #focusAndSections(session: NeighboursSession, state: NeighboursState): TemplateResult {
    const { shown } = state;
    if (state.focus === 'failed') {
      return message(
        'error',
        state.failure?.message ?? '',
        state.failure?.remedy,
        html`<vscode-button
          secondary
          @click=${() => {
            session.refresh();
          }}
          >${t('Try again')}</vscode-button
        >`,
      );
    }
    if (shown === null) return emptyState(session, state);
    return html`${focusCard(session, shown)}
    ${SECTIONS.map((section) => this.#section(session, state, section, shown[section]))}`;
  }

  #section(
    session: NeighboursSession,
    state: NeighboursState,
    section: Section,
    entries: readonly Neighbour[],
  ): TemplateResult {
    const { title, hint, empty } = sectionWords(section);
    const open = state.expanded.includes(section);
    const hard = hardNegatives(entries);
    return html`<section class="section" aria-labelledby="title-${section}">
      <div class="section-head">
        <h2>
          <button
            class="section-toggle"
            type="button"
            id="title-${section}"
            aria-expanded=${open}
            aria-controls="body-${section}"
            title=${hint}
            @click=${() => {
              session.store.dispatch({ type: 'toggle', section });
            }}
          >
            ${icon(open ? 'chevron-down' : 'chevron-right')}
            <span class="section-title">${title}</span>
            ${
              hard > 0
                ? html`<span
                    class="hard-count"
                    title=${t('Training may confuse these with the pair in focus')}
                    >${icon('warning')}<span class="hard-words">${t('hard negatives:')}</span>
                    ${hard}</span
                  >`
                : nothing
            }
            <span class="count">${entries.length}</span>
          </button>
        </h2>
      </div>
      <div id="body-${section}" class="section-body" ?hidden=${!open}>
        ${
          !open
            ? nothing
            : entries.length === 0
              ? html`<p class="empty">${empty}</p>`
              : this.#grid(
                  session,
                  title,
                  entries,
                  section === 'captions' ? 'caption' : 'image',
                  state.shown?.focus,
                )
        }
      </div>
    </section>`;
  }

  #grid(
    session: NeighboursSession,
    label: string,
    entries: readonly Neighbour[],
    opens: 'caption' | 'image',
    focusItem: Neighbour['item'] | undefined,
  ): TemplateResult {
    return html`<pairlens-entries
      .label=${label}
      .entries=${entries}
      .thumbnails=${session.thumbnails}
      .focusItem=${focusItem}
      .opens=${opens}
    ></pairlens-entries>`;
  }

  /** Says the match of the newest text, but only to someone who is here, and only once they pause. */
  #announce(state: NeighboursState): void {
    clearTimeout(this.#announceTimer);
    const match = state.shown?.focus.match;
    if (match === undefined || !document.hasFocus()) return;
    const text = t('match {0}, {1}', scoreText(match), matchWords(match));
    this.#announceTimer = setTimeout(() => {
      if (this.announcer.textContent !== text) this.announcer.textContent = text;
    }, 1000);
  }

  readonly #onEntry = (event: EntryActionEvent) => {
    const session = this.#session;
    if (session === undefined) return;
    switch (event.kind) {
      case 'open': {
        const grid = event.target as HTMLElement & { opens: 'caption' | 'image' };
        void session.open(event.entry.item, grid.opens);
        break;
      }
      case 'compare':
        void session.compare(event.entry);
        break;
      case 'use':
        void session.useCaption(event.entry);
        break;
    }
  };

  readonly #clearSearch = () => {
    this.#session?.clearSearch();
    this.querySelector<HTMLElement>('.search-field')?.focus();
  };

  readonly #onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      this.#session?.clearSearch();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown') {
      const first = this.querySelector<HTMLElement>('pairlens-entries button[tabindex="0"]');
      first?.focus();
      event.preventDefault();
    }
  };

  readonly #onScroll = () => {
    this.#session?.scrolled(this.scroller.scrollTop);
  };

  readonly #onDragOver = (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
  };

  readonly #onDrop = (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer !== null) void this.#take(event.dataTransfer, true);
  };

  readonly #onPaste = (event: ClipboardEvent) => {
    const data = event.clipboardData;
    if (data === null || imageIn(data) === undefined) return;
    event.preventDefault();
    void this.#take(data, false);
  };

  async #take(data: DataTransfer, complain: boolean): Promise<void> {
    const session = this.#session;
    const image = imageIn(data);
    if (session === undefined) return;
    if (image === undefined) {
      if (complain) {
        session.searchFailed(
          t('What was dropped is no image.'),
          t('Drop an image file, or hold Shift while dropping one from the Explorer.'),
        );
      }
      return;
    }
    if (image.kind === 'uri') {
      session.searchImage(image.name, { uri: image.uri });
      return;
    }
    if (image.file.size > MAX_BYTES) {
      session.searchFailed(
        t('{0} is larger than 64 MB.', image.name),
        t('Make a smaller copy and drop that.'),
      );
      return;
    }
    try {
      session.searchImage(image.name, { base64: await base64Of(image.file) });
    } catch {
      session.searchFailed(t('{0} could not be read.', image.name), t('Try another file.'));
    }
  }
}
