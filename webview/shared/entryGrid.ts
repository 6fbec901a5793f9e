import '@lit-labs/virtualizer';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { candidateGrade, type CandidateGrade } from '../../src/protocol/candidate.ts';
import type { Neighbour, PairItem } from '../../src/protocol/shapes.ts';
import { icon, type IconName } from './icon.ts';
import { t } from './l10n.ts';
import { PageElement } from './pageElement.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { imageName } from './pairs.ts';
import { keepOneTabStop, moveTabStop, stepFor } from './roving.ts';
import { candidateMeter, candidateWords, meter, scoreText } from './score.ts';
import type { Thumbnails } from './thumbnails.ts';
import './thumbnailElement.ts';

export type EntryActionKind = 'open' | 'compare' | 'use';

/** Bubbling event of the grid for a user action on an entry. */
export class EntryActionEvent extends Event {
  static readonly type = 'pairlens-entry';
  readonly kind: EntryActionKind;
  readonly entry: Neighbour;
  constructor(kind: EntryActionKind, entry: Neighbour) {
    super(EntryActionEvent.type, { bubbles: true });
    this.kind = kind;
    this.entry = entry;
  }
}

/** Longest caption in a row, in characters; CSS shows two lines. */
const MAX_SHOWN = 400;
/** Longer lists are virtualized. */
const VIRTUAL_ABOVE = 60;
const FRAMES_TO_WAIT = 30;

function scoreLabel(entry: Neighbour, grade: string | undefined): string {
  if (entry.kind === 'likeness') return t('likeness {0}', scoreText(entry.score));
  return grade ?? t('match {0}', scoreText(entry.score));
}

/**
 * Entries with thumbnail, caption, score and actions, as an ARIA grid: one tab stop; up and down move between entries,
 * left and right between an entry and its actions; Enter opens, C compares, U uses the caption.
 */
@customElement('pairlens-entries')
export class EntryGrid extends PageElement {
  @property() accessor label = '';
  @property({ attribute: false }) accessor entries: readonly Neighbour[] = [];
  @property({ attribute: false }) accessor thumbnails: Thumbnails | undefined;
  /** The pair for the actions "compare" and "use caption". */
  @property({ attribute: false }) accessor focusItem: PairItem | undefined;
  @property() accessor opens: 'caption' | 'image' = 'caption';
  /** Whether the entries are search results, not neighbours of the focus. */
  @property({ type: Boolean }) accessor searched = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#onKey);
    this.addEventListener('focusin', this.#onFocus);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#onKey);
    this.removeEventListener('focusin', this.#onFocus);
  }

  protected override updated(): void {
    this.#updateTabStop();
  }

  protected override render(): TemplateResult {
    const row = (entry: Neighbour, index: number) => this.#row(entry, index);
    const key = (entry: Neighbour) => pairKey(entry.item.pair);
    const many = this.entries.length > VIRTUAL_ABOVE;
    return html`<div
      class="entries"
      role="grid"
      aria-label=${this.label}
      aria-rowcount=${this.entries.length}
      @rangeChanged=${this.#onRange}
    >
      ${
        many
          ? html`<lit-virtualizer
              class="entries-virtual"
              role="rowgroup"
              .items=${this.entries}
              .renderItem=${row}
              .keyFunction=${key}
            ></lit-virtualizer>`
          : repeat(this.entries, key, row)
      }
    </div>`;
  }

  #row(entry: Neighbour, index: number): TemplateResult {
    const { item } = entry;
    const caption = item.caption === '' ? t('(no caption)') : item.caption;
    const name = imageName(item);
    const own = this.#isFocus(entry);
    const grade = this.#grade(entry);
    const words = grade && candidateWords(grade, this.opens, item.match !== undefined);
    const spoken = [
      scoreLabel(entry, words),
      entry.hardNegative === true ? t('hard negative') : '',
      own ? t('this pair') : name,
    ];
    return html`<div
      class="entry ${own ? 'entry-own' : ''}"
      role="row"
      aria-rowindex=${index + 1}
      data-index=${index}
    >
      <div class="entry-cell" role="gridcell">
        <button
          class="entry-main"
          type="button"
          tabindex="-1"
          title=${[caption.slice(0, MAX_SHOWN), name, ...(words === undefined ? [] : [words])].join(
            '\n',
          )}
          @click=${() => this.#act('open', entry)}
        >
          <pairlens-thumbnail
            .source=${this.thumbnails}
            .uri=${item.imageUri}
            .generation=${this.thumbnails?.generation ?? 0}
            size="128"
          ></pairlens-thumbnail>
          <span class="entry-caption ${item.caption === '' ? 'dim' : ''}" dir="auto"
            >${caption.slice(0, MAX_SHOWN)}</span
          >
          <span class="sr-only">, ${spoken.filter((part) => part !== '').join(', ')}</span>
          <span class="entry-score" aria-hidden="true"
            >${
              grade === 'example'
                ? nothing
                : html`${scoreText(entry.score)}${meter(
                    entry.score,
                    grade === undefined ? 'neutral' : candidateMeter(grade),
                  )}`
            }${
              entry.hardNegative === true
                ? html`<span class="hard-mark">${icon('warning')}</span>`
                : nothing
            }</span
          >
        </button>
      </div>
      <div class="entry-actions">
        ${this.#action(
          'open',
          entry,
          'go-to-file',
          this.opens === 'image' ? t('Open image') : t('Open caption'),
        )}
        ${
          this.#canCompare(entry)
            ? this.#action('compare', entry, 'split-horizontal', t('Compare side by side (C)'))
            : nothing
        }
        ${
          this.#canUse(entry)
            ? this.#action('use', entry, 'replace', t('Use this caption (U)'))
            : nothing
        }
      </div>
    </div>`;
  }

  #action(kind: EntryActionKind, entry: Neighbour, name: IconName, label: string): TemplateResult {
    return html`<div role="gridcell">
      <button
        class="icon-button"
        type="button"
        tabindex="-1"
        title=${label}
        aria-label=${label}
        @click=${() => this.#act(kind, entry)}
      >
        ${icon(name)}
      </button>
    </div>`;
  }

  #isFocus(entry: Neighbour): boolean {
    return (
      this.focusItem !== undefined && pairKey(entry.item.pair) === pairKey(this.focusItem.pair)
    );
  }

  /** A text search names no image, so its entries are no candidates for one. */
  #grade(entry: Neighbour): CandidateGrade | undefined {
    if (entry.kind === 'likeness' || (this.searched && this.opens === 'image')) return undefined;
    return candidateGrade(entry);
  }

  #canCompare(entry: Neighbour): boolean {
    return this.focusItem !== undefined && !this.#isFocus(entry);
  }

  #canUse(entry: Neighbour): boolean {
    return (
      this.focusItem !== undefined &&
      entry.item.caption !== '' &&
      entry.item.caption !== this.focusItem.caption
    );
  }

  #act(kind: EntryActionKind, entry: Neighbour): void {
    this.dispatchEvent(new EntryActionEvent(kind, entry));
  }

  readonly #onRange = () => {
    requestAnimationFrame(() => {
      this.#updateTabStop();
    });
  };

  #buttons(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role="row"] button')];
  }

  #updateTabStop(): void {
    keepOneTabStop(this.#buttons());
  }

  readonly #onFocus = (event: FocusEvent) => {
    if (event.target instanceof HTMLButtonElement) {
      for (const button of this.#buttons()) button.tabIndex = button === event.target ? 0 : -1;
    }
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = event.target;
    if (!(focused instanceof HTMLElement)) return;
    const row = focused.closest<HTMLElement>('[role="row"]');
    if (row === null) return;
    const index = Number(row.dataset['index']);
    const entry = this.entries[index];
    if (entry === undefined) return;
    const key = event.key.toLowerCase();
    if (key === 'c' && this.#canCompare(entry)) this.#act('compare', entry);
    else if (key === 'u' && this.#canUse(entry)) this.#act('use', entry);
    else if (!this.#move(event.key, row, focused, index)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #move(key: string, row: HTMLElement, focused: HTMLElement, index: number): boolean {
    const inRow = [...row.querySelectorAll<HTMLElement>('button')];
    const place = inRow.indexOf(focused);
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const next = stepFor(key, place, inRow.length, 'horizontal');
      const target = next === undefined ? undefined : inRow[next];
      if (target !== undefined) moveTabStop(this.#buttons(), target);
      return true;
    }
    const next = stepFor(key, index, this.entries.length, 'vertical');
    if (next === undefined) return false;
    void this.#focusRow(next, place);
    return true;
  }

  async #focusRow(index: number, place: number): Promise<void> {
    let row = this.#rowAt(index);
    if (row === null) {
      const list = this.querySelector<HTMLElement>('.entries-virtual');
      if (list === null) return;
      await scrollToRow(list, index, this.entries.length);
      row = this.#rowAt(index);
    }
    const buttons = row?.querySelectorAll<HTMLElement>('button');
    const target = buttons?.[Math.min(Math.max(0, place), buttons.length - 1)];
    if (target !== undefined) moveTabStop(this.#buttons(), target);
  }

  #rowAt(index: number): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[role="row"][data-index="${index}"]`);
  }
}

/**
 * Scrolls to row `index` of a virtual list. The list's own `scrollIntoView` fails for the last rows
 * (@lit-labs/virtualizer 2.1.1), so the position is computed, which works because all rows have the same height.
 */
async function scrollToRow(list: HTMLElement, index: number, count: number): Promise<void> {
  const scroller = scrollerOf(list);
  const view = scroller.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  const row = box.top - view.top + (box.height * (index + 0.5)) / count;
  scroller.scrollTop += row - view.height / 2;
  for (let frame = 0; frame < FRAMES_TO_WAIT; frame++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (list.querySelector(`[data-index="${index}"]`) !== null) return;
  }
}

function scrollerOf(element: HTMLElement): HTMLElement {
  let ancestor = element.parentElement;
  while (ancestor !== null && !/auto|scroll/u.test(getComputedStyle(ancestor).overflowY)) {
    ancestor = ancestor.parentElement;
  }
  return ancestor ?? document.documentElement;
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-entries': EntryGrid;
  }
}
