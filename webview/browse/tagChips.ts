import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { tagsIn } from '../../src/core/text/captionTags.ts';
import { withoutTagAt, withTagMoved, withTags } from '../../src/core/text/tagEdits.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { stepFor } from '../shared/roving.ts';
import { tagsOfField } from './tagField.ts';
import type { TagsSession } from './tagsSession.ts';
import './tagField.ts';

/** The tags of a caption, to be removed, moved and added to. Sends `caption-input` with the new caption. */
@customElement('pairlens-tag-chips')
export class TagChips extends PageElement {
  @property({ attribute: false }) accessor tags!: TagsSession;
  @property() accessor caption = '';
  @state() private accessor active = 0;
  @state() private accessor added = '';
  #dragged: number | undefined;

  protected override render(): TemplateResult {
    const tags = tagsIn(this.caption);
    const active = Math.min(this.active, tags.length - 1);
    return html`<div class="chips-editor">
      <ul class="chips" aria-label=${t('Tags')} @keydown=${this.#onKey}>
        ${tags.map(
          ({ text }, index) =>
            html`<li class="chip" data-index=${index}>
              <button
                class="chip-name"
                type="button"
                draggable="true"
                tabindex=${index === active ? 0 : -1}
                title=${t('Delete removes it; Alt with an arrow key moves it')}
                @focus=${() => {
                  this.active = index;
                }}
                @dragstart=${(event: DragEvent) => {
                  this.#dragged = index;
                  event.dataTransfer?.setData('text/plain', text);
                }}
                @dragover=${(event: DragEvent) => {
                  if (this.#dragged !== undefined) event.preventDefault();
                }}
                @drop=${(event: DragEvent) => {
                  event.preventDefault();
                  if (this.#dragged !== undefined) this.#move(this.#dragged, index);
                  this.#dragged = undefined;
                }}
                @dragend=${() => {
                  this.#dragged = undefined;
                }}
              >
                <span dir="auto">${text}</span>
              </button>
              <button
                class="chip-remove"
                type="button"
                tabindex="-1"
                aria-label=${t('Remove {0}', text)}
                @click=${() => {
                  this.#remove(index);
                }}
              >
                ${icon('close')}
              </button>
            </li>`,
        )}
      </ul>
      <form class="chips-add" @submit=${this.#add}>
        <pairlens-tag-field
          .tags=${this.tags}
          .label=${t('Add tags')}
          .value=${this.added}
          @tag-input=${(event: CustomEvent<string>) => {
            this.added = event.detail;
          }}
        ></pairlens-tag-field>
        <button
          class="plain-button"
          type="submit"
          ?disabled=${tagsOfField(this.added).length === 0}
        >
          ${t('Add')}
        </button>
      </form>
    </div>`;
  }

  readonly #add = (event: Event) => {
    event.preventDefault();
    this.#send(withTags(this.caption, tagsOfField(this.added)));
    this.added = '';
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const count = tagsIn(this.caption).length;
    const step = stepFor(event.key, this.active, count, 'horizontal');
    if (event.key === 'Delete' || event.key === 'Backspace') this.#remove(this.active);
    else if (step === undefined) return;
    else if (event.altKey) this.#move(this.active, step);
    else this.#focus(step);
    event.preventDefault();
    event.stopPropagation();
  };

  #remove(index: number): void {
    this.#send(withoutTagAt(this.caption, index));
    this.#focus(Math.min(index, tagsIn(this.caption).length - 1));
  }

  #move(from: number, to: number): void {
    const moved = withTagMoved(this.caption, from, to);
    if (moved === this.caption) return;
    this.#send(moved);
    this.#focus(to);
  }

  #focus(index: number): void {
    this.active = Math.max(0, index);
    void this.updateComplete.then(() => {
      this.querySelectorAll<HTMLElement>('.chip-name')[this.active]?.focus();
    });
  }

  #send(caption: string): void {
    this.caption = caption;
    this.dispatchEvent(new CustomEvent<string>('caption-input', { detail: caption }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-tag-chips': TagChips;
  }
}
