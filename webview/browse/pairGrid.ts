import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { BrowsedItem } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { imageName } from '../shared/pairs.ts';
import { matchGrade, matchWords, meter, scoreText } from '../shared/score.ts';
import type { BrowseSession } from './browseSession.ts';
import { type BrowseState, itemAt } from './browseState.ts';
import '../shared/thumbnailElement.ts';

/** Height of a cell's texts below its image, in pixels; as in browse.css. */
const TEXT_HEIGHT = 76;
const GAP = 8;
/** Rows rendered above and below the visible ones. */
const ROWS_BEYOND = 2;
/** Longest caption in a cell, in characters; CSS shows two lines. */
const MAX_SHOWN = 240;
const BADGES_SHOWN = 3;

interface Layout {
  readonly columns: number;
  readonly rowHeight: number;
  readonly viewHeight: number;
}

/**
 * All pairs of the list as a grid of cells, of which only the visible ones are in the page: an ARIA listbox with several
 * selectable options, one tab stop, whose active option is the cursor.
 */
@customElement('pairlens-pair-grid')
export class PairGrid extends PageElement {
  @property({ attribute: false }) accessor session!: BrowseSession;
  @state() private accessor top = 0;
  @state() private accessor layout: Layout = { columns: 1, rowHeight: 1, viewHeight: 0 };
  readonly #resize = new ResizeObserver(() => {
    this.#measure();
  });
  #unsubscribe: (() => void) | undefined;
  #size = 0;
  #active = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    this.#unsubscribe = this.session.store.subscribe(() => {
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#unsubscribe?.();
  }

  /** Moves the focus to the list. */
  override focus(): void {
    this.#list?.focus();
  }

  protected override render(): TemplateResult {
    const { state: browse } = this.session.store;
    const total = browse.total ?? 0;
    const { first, last } = this.#visible(total);
    const indices = Array.from({ length: last - first }, (_, n) => first + n);
    return html`<div
      class="pair-list"
      role="listbox"
      tabindex="0"
      aria-label=${t('Pairs')}
      aria-multiselectable="true"
      aria-activedescendant=${
        browse.active >= first && browse.active < last ? cellId(browse.active) : nothing
      }
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
      @click=${this.#onClick}
      @dblclick=${this.#onDoubleClick}
    >
      <div class="pair-space" role="presentation">
        <div class="pair-window" role="presentation">
          ${repeat(
            indices,
            (index) => index,
            (index) => this.#cell(browse, index, total),
          )}
        </div>
      </div>
    </div>`;
  }

  protected override updated(): void {
    const { state: browse } = this.session.store;
    const { columns, rowHeight } = this.layout;
    const total = browse.total ?? 0;
    const { first, last } = this.#visible(total);
    if (browse.size !== this.#size) {
      this.#size = browse.size;
      this.#measure();
    }
    const space = this.querySelector<HTMLElement>('.pair-space');
    const shown = this.querySelector<HTMLElement>('.pair-window');
    if (space === null || shown === null) return;
    // Through the CSSOM: the page's policy allows no style attributes.
    space.style.height = `${Math.ceil(total / columns) * rowHeight + GAP}px`;
    shown.style.transform = `translateY(${Math.floor(first / columns) * rowHeight}px)`;
    shown.style.setProperty('--columns', String(columns));
    shown.style.setProperty('--cell', `${browse.size}px`);
    if (browse.active !== this.#active) {
      const moved = this.#active >= 0;
      this.#active = browse.active;
      if (moved || browse.active > 0) this.#reveal(browse.active);
    }
    this.session.list.show(first, last);
  }

  #visible(total: number): { readonly first: number; readonly last: number } {
    const { columns, rowHeight, viewHeight } = this.layout;
    const firstRow = Math.max(0, Math.floor(this.top / rowHeight) - ROWS_BEYOND);
    const lastRow = Math.ceil((this.top + viewHeight) / rowHeight) + ROWS_BEYOND;
    return { first: Math.min(firstRow * columns, total), last: Math.min(lastRow * columns, total) };
  }

  #cell(browse: BrowseState, index: number, total: number): TemplateResult {
    const item = itemAt(browse, index);
    const selected = item !== undefined && browse.selected.has(pairKey(item.item.pair));
    const classes = [
      'cell',
      ...(index === browse.active ? ['cell-active'] : []),
      ...(selected ? ['cell-selected'] : []),
    ];
    return html`<div
      class=${classes.join(' ')}
      id=${cellId(index)}
      role="option"
      aria-selected=${selected ? 'true' : 'false'}
      aria-posinset=${index + 1}
      aria-setsize=${total}
      data-index=${index}
    >
      ${item === undefined ? html`<span class="sr-only">${t('Loading')}</span>` : this.#pair(browse, item)}
    </div>`;
  }

  #pair(browse: BrowseState, { item, rules, decision, untagged }: BrowsedItem): TemplateResult {
    const { match } = item;
    const grade = match === undefined ? undefined : matchGrade(match);
    const caption = untagged === true ? t('(no caption)') : item.caption;
    return html`<pairlens-thumbnail
        .source=${this.session.thumbnails}
        .uri=${item.imageUri}
        .size=${pictureSize(browse.size)}
        .generation=${this.session.thumbnails.generation}
      ></pairlens-thumbnail>
      <span class="cell-mark" aria-hidden="true">${icon('check')}</span>
      <span class="cell-text">
        <span class="cell-caption ${untagged === true ? 'dim' : ''}" dir="auto"
          >${caption.slice(0, MAX_SHOWN)}</span
        >
        <span class="sr-only">, ${imageName(item)}</span>
        <span class="cell-line">
          ${
            match === undefined || grade === undefined
              ? nothing
              : html`<span class="cell-match match-${grade}"
                  >${scoreText(match)}${meter(match, grade)}<span class="sr-only"
                    >${matchWords(match)}</span
                  ></span
                >`
          }
          ${decision === undefined ? nothing : decisionBadge(decision)}
          ${rules
            .slice(0, BADGES_SHOWN)
            .map(
              (code) =>
                html`<span class="badge" title=${browse.titles.get(code) ?? code}
                  >${browse.titles.get(code) ?? code}</span
                >`,
            )}
          ${
            rules.length > BADGES_SHOWN
              ? html`<span class="badge">+${rules.length - BADGES_SHOWN}</span>`
              : nothing
          }
        </span>
      </span>`;
  }

  get #list(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.pair-list');
  }

  #measure(): void {
    const list = this.#list;
    if (list === null) return;
    const { size } = this.session.store.state;
    const columns = Math.max(1, Math.floor((list.clientWidth - GAP) / (size + GAP)));
    const rowHeight = size + TEXT_HEIGHT + GAP;
    const viewHeight = list.clientHeight;
    const before = this.layout;
    if (
      columns === before.columns &&
      rowHeight === before.rowHeight &&
      viewHeight === before.viewHeight
    ) {
      return;
    }
    this.layout = { columns, rowHeight, viewHeight };
    // The cursor stays in view while cells change their size.
    if (this.#active > 0) void this.updateComplete.then(() => this.#reveal(this.#active));
  }

  #reveal(index: number): void {
    const list = this.#list;
    if (list === null) return;
    const { columns, rowHeight } = this.layout;
    const start = Math.floor(index / columns) * rowHeight;
    const end = start + rowHeight + GAP;
    if (start < list.scrollTop) list.scrollTop = start;
    else if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
  }

  readonly #onScroll = () => {
    this.top = this.#list?.scrollTop ?? 0;
  };

  readonly #onClick = (event: MouseEvent) => {
    const index = indexOf(event);
    if (index === undefined) return;
    const { store } = this.session;
    if (event.shiftKey) {
      store.dispatch({ type: 'cursor', active: index, keepAnchor: true });
      void this.session.selectRange();
      return;
    }
    store.dispatch({ type: 'cursor', active: index });
    const pair = itemAt(store.state, index)?.item.pair;
    if (pair === undefined) return;
    if (event.ctrlKey || event.metaKey || onMark(event)) store.dispatch({ type: 'toggle', pair });
    else this.session.clearSelection();
  };

  readonly #onDoubleClick = (event: MouseEvent) => {
    if (indexOf(event) !== undefined) this.session.list.openClicked();
  };

  readonly #onKey = (event: KeyboardEvent) => {
    const { store } = this.session;
    const { active } = store.state;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'a') void this.session.selectAll();
    else if (command || event.altKey) return;
    else if (event.key === ' ') {
      const pair = itemAt(store.state, active)?.item.pair;
      if (pair !== undefined) store.dispatch({ type: 'toggle', pair });
    } else if (event.key === 'Enter') this.session.list.open();
    else if (event.key === 'Escape') this.session.clearSelection();
    else {
      const step = this.#step(event.key);
      if (step === undefined) return;
      store.dispatch({ type: 'cursor', active: active + step, keepAnchor: event.shiftKey });
      if (event.shiftKey) void this.session.selectRange();
    }
    event.preventDefault();
    event.stopPropagation();
  };

  #step(key: string): number | undefined {
    const { columns, rowHeight, viewHeight } = this.layout;
    const { active, total } = this.session.store.state;
    const view = Math.max(1, Math.floor(viewHeight / rowHeight)) * columns;
    switch (key) {
      case 'ArrowLeft':
        return -1;
      case 'ArrowRight':
        return 1;
      case 'ArrowUp':
        return active < columns ? 0 : -columns;
      case 'ArrowDown':
        return active + columns >= (total ?? 0) ? 0 : columns;
      case 'PageUp':
        return -Math.min(view, active);
      case 'PageDown':
        return view;
      case 'Home':
        return -active;
      case 'End':
        return (total ?? 0) - 1 - active;
      default:
        return undefined;
    }
  }
}

function decisionBadge(decision: 'verified' | 'excluded'): TemplateResult {
  return decision === 'verified'
    ? html`<span class="badge badge-verified">${icon('pass-filled')}${t('verified')}</span>`
    : html`<span class="badge badge-excluded">${icon('circle-slash')}${t('ignored')}</span>`;
}

function cellId(index: number): string {
  return `pair-${index}`;
}

/** Few sizes, so that a step of the slider does not load all images again. */
function pictureSize(cell: number): number {
  return cell <= 128 ? 128 : cell <= 256 ? 256 : 384;
}

function cellOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>('.cell') : null;
}

function indexOf(event: Event): number | undefined {
  const index = Number(cellOf(event)?.dataset['index'] ?? NaN);
  return Number.isNaN(index) ? undefined : index;
}

/** Whether the mark in the corner of a cell was clicked, which selects without a key. */
function onMark(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('.cell-mark') !== null;
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-pair-grid': PairGrid;
  }
}
