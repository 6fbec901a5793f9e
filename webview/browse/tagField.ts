import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { TagItem } from '../../src/protocol/shapes.ts';
import { Latest } from '../shared/latest.ts';
import { PageElement } from '../shared/pageElement.ts';
import type { TagsSession } from './tagsSession.ts';

const SUGGEST_DELAY_MS = 100;
let fields = 0;

/** A text field for tags with commas between them, with the tags of the dataset to choose from. Sends `tag-input`. */
@customElement('pairlens-tag-field')
export class TagField extends PageElement {
  @property({ attribute: false }) accessor tags!: TagsSession;
  @property() accessor label = '';
  @property() accessor value = '';
  @state() private accessor offered: readonly TagItem[] = [];
  readonly #latest = new Latest();
  readonly #list = `tag-options-${fields++}`;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.cancel();
  }

  protected override render(): TemplateResult {
    // The browser compares an option with the whole field, so it has the tags before the last one, too.
    const before = this.value.slice(0, this.value.lastIndexOf(',') + 1);
    const head = before === '' ? '' : `${before} `;
    return html`<input
        class="plain-field"
        type="text"
        spellcheck="false"
        autocomplete="off"
        list=${this.#list}
        aria-label=${this.label}
        placeholder=${this.label}
        .value=${live(this.value)}
        @focus=${this.#suggest}
        @input=${this.#onInput}
      />
      <datalist id=${this.#list}>
        ${this.offered.map(({ tag, captions }) => html`<option value=${head + tag} label=${captions.toLocaleString()}></option>`)}
      </datalist>`;
  }

  readonly #onInput = (event: Event) => {
    this.value = (event.target as HTMLInputElement).value;
    this.dispatchEvent(new CustomEvent<string>('tag-input', { detail: this.value }));
    this.#suggest();
  };

  readonly #suggest = () => {
    const text = this.value.slice(this.value.lastIndexOf(',') + 1).trim();
    this.#latest.run(SUGGEST_DELAY_MS, (signal) => this.tags.suggest(text, signal), {
      done: (offered) => {
        this.offered = offered;
      },
      // The field works without suggestions; an error of the server is shown where it matters.
      failed: () => {
        this.offered = [];
      },
    });
  };
}

/** The tags of a field. */
export function tagsOfField(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-tag-field': TagField;
  }
}
