import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { tagKey } from '../../src/core/text/captionTags.ts';
import { queryOfTags } from '../../src/core/text/tagQuery.ts';
import type { TagItem } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { stepFor } from '../shared/roving.ts';
import type { BrowseSession } from './browseSession.ts';
import { tagsOfField } from './tagField.ts';
import type { TagChange } from './tagsSession.ts';

/** All tags with the number of their captions: a click filters, and marked tags are renamed, merged or removed everywhere. */
@customElement('pairlens-tags-panel')
export class TagsPanel extends PageElement {
  @property({ attribute: false }) accessor session!: BrowseSession;
  /** Counted up by the owner to render the panel again. */
  @property({ type: Number }) accessor generation = 0;
  @state() private accessor active = 0;
  /** Marked tags by key. */
  @state() private accessor marked: ReadonlyMap<string, string> = new Map<string, string>();
  @state() private accessor name = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('generation')) {
      this.active = Math.max(0, Math.min(this.active, this.#tags.length - 1));
    }
  }

  protected override render(): TemplateResult {
    const { tags, tagsFind } = this.session.store.state;
    const list = this.#tags;
    const rest = (tags?.total ?? 0) - list.length;
    return html`<section class="tags-panel" aria-labelledby="tags-title">
      <div class="tags-head">
        <h2 class="tags-title" id="tags-title">${t('Tags')}</h2>
        <span class="dim" role="status">${tags === null ? '' : tags.total.toLocaleString()}</span>
        <span class="grow"></span>
        <button
          class="icon-button"
          type="button"
          title=${t('Hide the tags')}
          aria-label=${t('Hide the tags')}
          @click=${() => {
            this.session.tags.toggle();
          }}
        >
          ${icon('close')}
        </button>
      </div>
      <input
        class="plain-field tags-find"
        type="text"
        spellcheck="false"
        aria-label=${t('Find a tag')}
        placeholder=${t('Find a tag')}
        .value=${live(tagsFind)}
        @input=${(event: Event) => {
          this.session.tags.find((event.target as HTMLInputElement).value);
        }}
        @keydown=${this.#onFindKey}
      />
      ${
        list.length === 0
          ? html`<p class="tags-rest dim">
              ${tags === null ? t('Loading') : tagsFind === '' ? t('These captions are sentences, not tags.') : t('No tag is like that.')}
            </p>`
          : html`<div
              class="tags-list"
              role="listbox"
              tabindex="0"
              aria-label=${t('Tags')}
              aria-multiselectable="true"
              aria-activedescendant=${`tag-${this.active}`}
              @keydown=${this.#onKey}
              @click=${this.#onClick}
            >
              ${list.map((tag, index) => this.#row(tag, index))}
            </div>`
      }
      ${rest > 0 ? html`<p class="tags-rest dim">${t('{0} more; type to find them.', rest.toLocaleString())}</p>` : nothing}
      ${this.marked.size === 0 ? nothing : this.#actions()}
    </section>`;
  }

  #row({ tag, captions }: TagItem, index: number): TemplateResult {
    const isMarked = this.marked.has(tagKey(tag));
    const isFilter = this.session.store.state.filter === queryOfTags([tag]);
    const classes = [
      'tag-row',
      ...(index === this.active ? ['tag-active'] : []),
      ...(isFilter ? ['tag-filter'] : []),
      ...(isMarked ? ['tag-marked'] : []),
    ];
    return html`<div
      class=${classes.join(' ')}
      id=${`tag-${index}`}
      role="option"
      aria-selected=${isMarked ? 'true' : 'false'}
      data-index=${index}
    >
      <span class="tag-mark" aria-hidden="true" title=${t('Mark')}
        >${isMarked ? icon('check') : nothing}</span
      >
      <span class="tag-name" dir="auto" title=${tag}>${tag}</span>
      <span class="tag-count">${captions.toLocaleString()}</span>
    </div>`;
  }

  #actions(): TemplateResult {
    const { size } = this.marked;
    const rename = size === 1 ? t('Rename') : t('Merge');
    return html`<form class="tags-actions" @submit=${this.#rename}>
      <strong>${size === 1 ? [...this.marked.values()][0] : t('{0} tags marked', size)}</strong>
      <pairlens-tag-field
        .tags=${this.session.tags}
        .label=${size === 1 ? t('New name') : t('One name for all')}
        .value=${this.name}
        @tag-input=${(event: CustomEvent<string>) => {
          this.name = event.detail;
        }}
      ></pairlens-tag-field>
      <div class="tags-buttons">
        <button class="plain-button" type="submit" ?disabled=${tagsOfField(this.name).length !== 1}>
          ${rename}
        </button>
        <button
          class="plain-button"
          type="button"
          @click=${() => void this.#change({ kind: 'remove-tags', tags: this.#markedTags })}
        >
          ${t('Remove')}
        </button>
        <button
          class="plain-button"
          type="button"
          @click=${() => void this.#change({ kind: 'first-tags', tags: this.#markedTags })}
        >
          ${t('Put first')}
        </button>
        <button class="plain-button" type="button" @click=${this.#unmark}>${t('Unmark')}</button>
      </div>
      <p class="dim">${t('In all captions, after a preview.')}</p>
    </form>`;
  }

  get #tags(): readonly TagItem[] {
    return this.session.store.state.tags?.tags ?? [];
  }

  get #markedTags(): string[] {
    return [...this.marked.values()];
  }

  readonly #rename = (event: Event) => {
    event.preventDefault();
    const [to] = tagsOfField(this.name);
    if (to !== undefined) {
      void this.#change({ kind: 'rename-tags', tags: this.#markedTags, to });
    }
  };

  async #change(change: TagChange): Promise<void> {
    const done = await this.session.change(change, { query: queryOfTags(change.tags) });
    if (done) this.#unmark();
  }

  readonly #unmark = () => {
    this.marked = new Map();
    this.name = '';
    this.querySelector<HTMLElement>('.tags-list')?.focus();
  };

  readonly #onFindKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') this.session.tags.find('');
    else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      this.querySelector<HTMLElement>('.tags-list')?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = stepFor(event.key, this.active, this.#tags.length, 'vertical');
    if (step !== undefined) {
      this.active = step;
      void this.updateComplete.then(() => {
        this.querySelector('.tag-active')?.scrollIntoView({ block: 'nearest' });
      });
    } else if (event.key === 'Enter') this.#filter(this.active);
    else if (event.key === ' ') this.#mark(this.active);
    else if (event.key === 'Escape' && this.marked.size > 0) this.#unmark();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const index = Number(event.target.closest<HTMLElement>('.tag-row')?.dataset['index'] ?? NaN);
    if (Number.isNaN(index)) return;
    this.active = index;
    const marks = event.ctrlKey || event.metaKey || event.target.closest('.tag-mark') !== null;
    if (marks) this.#mark(index);
    else this.#filter(index);
  };

  #mark(index: number): void {
    const tag = this.#tags[index]?.tag;
    if (tag === undefined) return;
    const marked = new Map(this.marked);
    if (!marked.delete(tagKey(tag))) marked.set(tagKey(tag), tag);
    this.marked = marked;
  }

  /** Shows the pairs with the tag; those of all tags if they are shown already. */
  #filter(index: number): void {
    const tag = this.#tags[index]?.tag;
    if (tag === undefined) return;
    const query = queryOfTags([tag]);
    this.session.list.setFilter(this.session.store.state.filter === query ? '' : query);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-tags-panel': TagsPanel;
  }
}
