import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { followFocus } from '../shared/followFocus.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { noticeLine } from '../shared/noticeLine.ts';
import { PageElement } from '../shared/pageElement.ts';
import { waitingText } from '../shared/statusText.ts';
import type { BrowseSession } from './browseSession.ts';
import {
  type BrowseState,
  CELL_SIZES,
  currentItem,
  hasOrder,
  SORT_CHOICES,
  type SortChoice,
} from './browseState.ts';
import { browseKeys } from './browseKeys.ts';
import { pairView } from './pairView.ts';
import { viewTools } from './viewTools.ts';
import './bulkBar.ts';
import './pairGrid.ts';
import './tagsPanel.ts';

const SIZE_STEP = 24;

/** All pairs of the datasets: a filter, a grid with a selection, and the page of a pair. */
@customElement('pairlens-browse')
export class BrowseElement extends PageElement {
  #session: BrowseSession | undefined;
  #opened = false;
  /** Key of the pair on its page. */
  #shown: string | undefined;
  #renders = 0;

  /** Must be set once, before the first render. */
  set session(session: BrowseSession) {
    this.#session = session;
    session.store.subscribe(() => {
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#onKey);
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (session === undefined) return nothing;
    const { state } = session.store;
    const { selected, opened } = state;
    return html`<main class="browse" aria-label=${t('Browse Dataset')}>
        <h1 class="sr-only">${t('Browse Dataset')}</h1>
        ${opened ? nothing : this.#tools(session, state)}
        ${noticeLine(state.notice, 'check', {
          undo: () => void session.undo(),
          dismiss: () => {
            session.store.dispatch({ type: 'notice', notice: null });
          },
        })}
        <div class="browse-body ${state.tagsShown && !opened ? 'with-tags' : ''}">
          ${
            state.tagsShown && !opened
              ? html`<pairlens-tags-panel
                  .session=${session}
                  .generation=${++this.#renders}
                ></pairlens-tags-panel>`
              : nothing
          }
          <pairlens-pair-grid
            .session=${session}
            ?hidden=${opened || (state.total ?? 0) === 0}
          ></pairlens-pair-grid>
          ${opened ? pairView(session, state) : this.#rest(state)}
        </div>
        ${
          selected.size > 0 && !opened
            ? html`<pairlens-bulk-bar
                .session=${session}
                .count=${selected.size}
              ></pairlens-bulk-bar>`
            : nothing
        }
      </main>
      ${browseKeys()}`;
  }

  protected override updated(): void {
    const state = this.#session?.store.state;
    if (state === undefined) return;
    const { opened } = state;
    const item = currentItem(state);
    const shown = item === undefined ? undefined : pairKey(item.item.pair);
    if (opened !== this.#opened) {
      this.#opened = opened;
      followFocus(this.querySelector<HTMLElement>(opened ? '#pair-title' : 'pairlens-pair-grid'));
    } else if (opened && shown !== this.#shown && this.#fieldHasFocus()) {
      // What is typed next must not go into the caption of another pair.
      followFocus(this.querySelector<HTMLElement>('#pair-title'));
    }
    this.#shown = shown;
  }

  #tools(session: BrowseSession, state: BrowseState): TemplateResult {
    const { fault, failure } = state;
    const ordered = hasOrder(state.filter);
    return html`<header class="browse-tools">
      <div class="filter">
        ${icon('search')}
        <input
          class="filter-field"
          type="text"
          spellcheck="false"
          aria-label=${t('Filter')}
          aria-invalid=${fault === null ? 'false' : 'true'}
          aria-describedby="filter-fault"
          placeholder=${t('Filter, e.g. cat match<0.5 -rule:* tag:outdoors')}
          .value=${live(state.filter)}
          @input=${(event: Event) => {
            session.list.setFilter((event.target as HTMLInputElement).value);
          }}
          @keydown=${this.#onFilterKey}
        />
      </div>
      <select
        class="plain-select"
        aria-label=${t('Order')}
        ?disabled=${ordered}
        .value=${ordered ? '' : state.sort}
        @change=${(event: Event) => {
          session.list.setSort((event.target as HTMLSelectElement).value as SortChoice);
        }}
      >
        <option value="" ?hidden=${!ordered} ?selected=${ordered}>
          ${t('In the order of the filter')}
        </option>
        ${SORT_CHOICES.map(
          (sort) =>
            html`<option value=${sort} ?selected=${!ordered && sort === state.sort}>
              ${sortLabel(sort)}
            </option>`,
        )}
      </select>
      ${viewTools(session, state)}
      <input
        class="size-slider"
        type="range"
        aria-label=${t('Size of the pictures')}
        min=${CELL_SIZES.least}
        max=${CELL_SIZES.most}
        step=${SIZE_STEP}
        .value=${live(String(state.size))}
        @input=${(event: Event) => {
          const size = Number((event.target as HTMLInputElement).value);
          session.store.dispatch({ type: 'size', size });
        }}
      />
      <button
        class="plain-button"
        type="button"
        aria-pressed=${state.tagsShown ? 'true' : 'false'}
        aria-keyshortcuts="T"
        @click=${() => {
          session.tags.toggle();
        }}
      >
        ${t('Tags')} <kbd aria-hidden="true">T</kbd>
      </button>
      <button
        class="plain-button"
        type="button"
        @click=${() => void session.showPage('pairlens.statistics')}
      >
        ${t('Statistics')}
      </button>
      <button
        class="plain-button"
        type="button"
        @click=${() => void session.showPage('pairlens.map')}
      >
        ${t('Map')}
      </button>
      <span class="browse-count dim" role="status">${countText(state)}</span>
      <button class="plain-button" type="button" aria-keyshortcuts="?" @click=${this.#help}>
        <kbd aria-hidden="true">?</kbd> ${t('Keys')}
      </button>
      <p
        class="filter-fault"
        id="filter-fault"
        role="alert"
        ?hidden=${fault === null && failure === null}
      >
        ${fault === null && failure === null ? nothing : icon('error')}${faultText(state)}
      </p>
    </header>`;
  }

  #rest({ total, fault, failure, status }: BrowseState): TemplateResult | typeof nothing {
    if (total === 0 && fault === null) {
      const waiting = waitingText(status);
      return html`<p class="browse-rest dim">${waiting ?? t('No pair is like that.')}</p>`;
    }
    if (total === null && failure === null && fault === null) {
      return html`<p class="browse-rest dim">${waitingText(status) ?? t('Loading')}</p>`;
    }
    return nothing;
  }

  readonly #onFilterKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') this.#session?.list.setFilter('');
    else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      this.#session?.list.askNow();
      this.querySelector('pairlens-pair-grid')?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #help = () => {
    this.querySelector('dialog')?.showModal();
  };

  /** Keys that work wherever no text field has the focus. */
  readonly #onKey = (event: KeyboardEvent) => {
    const session = this.#session;
    if (session === undefined || event.defaultPrevented) return;
    if (this.querySelector('dialog')?.open === true) return;
    const { opened, active } = session.store.state;
    const inField = isField(event);
    if (opened && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void session.apply();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (opened && event.key === 'Escape') {
      if (inField) this.querySelector<HTMLElement>('#pair-title')?.focus();
      else session.store.dispatch({ type: 'open', opened: false });
    } else if (inField) return;
    else {
      switch (event.key.toLowerCase()) {
        case 'v':
          void session.decide('verified');
          break;
        case 'i':
          void session.decide('excluded');
          break;
        case 'x':
          void session.exclude();
          break;
        case 'delete':
          void session.remove();
          break;
        case 'b':
          void session.decide('none');
          break;
        case 'z':
          void session.undo();
          break;
        case 'o':
          void session.openFile();
          break;
        case 'j':
        case 'k':
          session.store.dispatch({
            type: 'cursor',
            active: active + (event.key.toLowerCase() === 'j' ? 1 : -1),
          });
          break;
        case 'e':
          if (!opened) return;
          this.querySelector<HTMLElement>('#pair-caption')?.focus();
          break;
        case '/':
          if (opened) return;
          this.querySelector<HTMLElement>('.filter-field')?.focus();
          break;
        case 't':
          if (opened) return;
          session.tags.toggle();
          break;
        case '?':
          this.#help();
          break;
        default:
          return;
      }
    }
    event.preventDefault();
  };

  #fieldHasFocus(): boolean {
    return document.activeElement?.id === 'pair-caption';
  }
}

function isField(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && target.matches('textarea, select, input');
}

function countText({ total, untagged }: BrowseState): string {
  if (total === null) return '';
  const pairs = total - untagged;
  const said = pairs === 1 ? t('1 pair') : t('{0} pairs', pairs.toLocaleString());
  if (untagged === 0) return said;
  return untagged === 1
    ? t('{0}, 1 image without a caption', said)
    : t('{0}, {1} images without a caption', said, untagged.toLocaleString());
}

function faultText({ filter, fault, failure }: BrowseState): string {
  if (failure !== null) return [failure.message, failure.remedy ?? ''].join(' ').trim();
  if (fault === null) return '';
  const wrong = filter.slice(fault.start, fault.end);
  return wrong === '' ? fault.message : `${wrong}: ${fault.message}`;
}

function sortLabel(sort: SortChoice): string {
  switch (sort) {
    case 'dataset':
      return t('In the order of the files');
    case 'match':
      return t('Worst match first');
    case '-match':
      return t('Best match first');
    case 'name':
      return t('By name');
    case 'length':
      return t('Shortest caption first');
    case '-length':
      return t('Longest caption first');
    case 'size':
      return t('Smallest picture first');
    case '-size':
      return t('Largest picture first');
    case 'date':
      return t('Oldest picture first');
    case '-date':
      return t('Newest picture first');
  }
}
