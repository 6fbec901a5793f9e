import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { Debouncer } from '../../src/protocol/debouncer.ts';
import { isOffered } from '../../src/protocol/candidate.ts';
import type { Neighbour } from '../../src/protocol/shapes.ts';
import { imageIn } from '../shared/droppedImage.ts';
import type { EntryActionEvent } from '../shared/entryGrid.ts';
import { t } from '../shared/l10n.ts';
import { noticeLine } from '../shared/noticeLine.ts';
import { PageElement } from '../shared/pageElement.ts';
import { judgedText } from '../shared/score.ts';
import { focusCard } from './focusCard.ts';
import { busyLine, emptyState, message } from './messages.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import { neighbourSection } from './neighbourSection.ts';
import { type NeighboursState, SECTIONS } from './neighboursState.ts';
import { searchBox, searchResults } from './search.ts';
import { takeImage } from './takeImage.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

const ANNOUNCE_DELAY_MS = 1000;

/** Whether an entry tells something: it looks alike, may be meant, or is an example. */
function isShown(entry: Neighbour): boolean {
  return entry.kind === 'likeness' || isOffered(entry);
}

/** The neighbour browser: search box, the pair in focus, and its neighbours in collapsible sections. */
@customElement('pairlens-neighbours')
export class NeighboursElement extends PageElement {
  #session: NeighboursSession | undefined;
  #restored = false;
  #lastImage: string | undefined;
  readonly #announceDebouncer = new Debouncer(ANNOUNCE_DELAY_MS);

  @query('.scroller') private accessor scroller!: HTMLElement;
  @query('.announcer') private accessor announcer!: HTMLElement;

  /** Must be set once, before the first render. */
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
        ${searchBox(session, state, this.#searchKeys)} ${busyLine(state)}
        <div class="scroller" @scroll=${this.#onScroll}>
          ${noticeLine(state.notice, 'check', {
            undo: () => void session.undo(),
            show: (pair) => void session.open(pair, 'caption'),
            dismiss: () => {
              session.dismissNotice();
            },
          })}
          ${
            state.search === null && state.searchFailure === null
              ? this.#focusAndSections(session, state)
              : searchResults(session, state, this.#clearSearch)
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

  /** Restores the scroll position after the lists are rendered. */
  async #scrollTo(top: number): Promise<void> {
    await Promise.all(
      [...this.querySelectorAll('pairlens-entries')].map((grid) => grid.updateComplete),
    );
    this.scroller.scrollTop = top;
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
    ${SECTIONS.map((section) => neighbourSection(session, state, section, shown[section].filter(isShown)))}`;
  }

  /** Announces the match of the newest text to screen readers, debounced, only while the page has the focus. */
  #announce(state: NeighboursState): void {
    this.#announceDebouncer.cancel();
    const focus = state.shown?.focus;
    if (focus?.match === undefined || !document.hasFocus()) return;
    const text = judgedText(focus);
    this.#announceDebouncer.schedule(() => {
      if (this.announcer.textContent !== text) this.announcer.textContent = text;
    });
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

  readonly #searchKeys = { clear: this.#clearSearch, key: this.#onSearchKey };

  readonly #onScroll = () => {
    this.#session?.scrolled(this.scroller.scrollTop);
  };

  readonly #onDragOver = (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
  };

  readonly #onDrop = (event: DragEvent) => {
    event.preventDefault();
    const session = this.#session;
    if (session === undefined) return;
    if (event.dataTransfer !== null) void takeImage(session, event.dataTransfer, true);
  };

  readonly #onPaste = (event: ClipboardEvent) => {
    const session = this.#session;
    const data = event.clipboardData;
    if (session === undefined || data === null || imageIn(data) === undefined) return;
    event.preventDefault();
    void takeImage(session, data, false);
  };
}
