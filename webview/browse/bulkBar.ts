import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CaptionChangeItem } from '../../src/protocol/shapes.ts';
import { keyButton } from '../shared/keyButton.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import type { BrowseSession } from './browseSession.ts';
import { tagsOfField } from './tagField.ts';

const KINDS = [
  'add-tags',
  'remove-tags',
  'rename-tags',
  'first-tags',
  'sort-by-name',
  'sort-by-count',
  'replace',
  'prepend',
  'append',
] as const;
type Kind = (typeof KINDS)[number];

/** Kinds whose first field holds tags, and those without a field. */
const OF_TAGS: readonly Kind[] = ['add-tags', 'remove-tags', 'rename-tags', 'first-tags'];
const WITHOUT_TEXT: readonly Kind[] = ['sort-by-name', 'sort-by-count'];

/** Actions on the selected pairs: decisions, and changes of their captions. */
@customElement('pairlens-bulk-bar')
export class BulkBar extends PageElement {
  @property({ attribute: false }) accessor session!: BrowseSession;
  @property({ type: Number }) accessor count = 0;
  @state() private accessor kind: Kind = 'add-tags';
  @state() private accessor first = '';
  @state() private accessor second = '';
  @state() private accessor regex = false;
  @state() private accessor matchCase = false;

  protected override render(): TemplateResult {
    const { session } = this;
    return html`<section class="bulk" aria-label=${t('Selection')}>
      <div class="bulk-row">
        <strong class="bulk-count">${t('{0} selected', this.count.toLocaleString())}</strong>
        ${keyButton(t('Verified'), 'V', () => void session.decide('verified'))}
        ${keyButton(t('Ignore'), 'I', () => void session.decide('excluded'))}
        ${keyButton(t('Exclude…'), 'X', () => void session.exclude())}
        ${keyButton(t('Delete…'), 'Delete', () => void session.remove())}
        ${keyButton(t('Take verdict back'), 'B', () => void session.decide('none'))}
        <vscode-button secondary @click=${() => void session.fix(true)}
          >${t('Take likely captions…')}</vscode-button
        >
        <vscode-button secondary @click=${() => void session.fix(false)}
          >${t('Fix findings…')}</vscode-button
        >
        ${keyButton(t('Clear selection'), 'Esc', () => {
          session.clearSelection();
        })}
      </div>
      <form class="bulk-row" @submit=${this.#submit}>
        <select
          class="plain-select"
          aria-label=${t('Change of the captions')}
          @change=${(event: Event) => {
            this.kind = (event.target as HTMLSelectElement).value as Kind;
          }}
        >
          ${KINDS.map(
            (kind) =>
              html`<option value=${kind} ?selected=${kind === this.kind}>
                ${kindLabel(kind)}
              </option>`,
          )}
        </select>
        ${
          WITHOUT_TEXT.includes(this.kind)
            ? nothing
            : this.#field(firstLabel(this.kind), this.first, (text) => (this.first = text))
        }
        ${
          this.kind === 'replace' || this.kind === 'rename-tags'
            ? this.#field(secondLabel(this.kind), this.second, (text) => (this.second = text))
            : nothing
        }
        ${
          this.kind === 'replace'
            ? html`${check(t('Regular expression'), this.regex, (on) => (this.regex = on))}
              ${check(t('Match case'), this.matchCase, (on) => (this.matchCase = on))}`
            : nothing
        }
        <button class="plain-button" type="submit" ?disabled=${!this.#isComplete}>
          ${t('Preview and apply')}
        </button>
      </form>
    </section>`;
  }

  #field(label: string, value: string, set: (text: string) => void): TemplateResult {
    if (OF_TAGS.includes(this.kind)) {
      return html`<pairlens-tag-field
        .tags=${this.session.tags}
        .label=${label}
        .value=${value}
        @tag-input=${(event: CustomEvent<string>) => {
          set(event.detail);
        }}
      ></pairlens-tag-field>`;
    }
    return html`<input
      class="plain-field"
      type="text"
      spellcheck="false"
      aria-label=${label}
      placeholder=${label}
      .value=${value}
      @input=${(event: Event) => {
        set((event.target as HTMLInputElement).value);
      }}
    />`;
  }

  readonly #submit = (event: Event) => {
    event.preventDefault();
    if (!this.#isComplete) return;
    void this.session.change(this.#change());
  };

  get #isComplete(): boolean {
    if (WITHOUT_TEXT.includes(this.kind)) return true;
    if (!OF_TAGS.includes(this.kind)) return this.first !== '';
    const isNamed = this.kind !== 'rename-tags' || tagsOfField(this.second).length === 1;
    return tagsOfField(this.first).length > 0 && isNamed;
  }

  #change(): CaptionChangeItem {
    const { kind, first, second, regex, matchCase } = this;
    switch (kind) {
      case 'prepend':
      case 'append':
        return { kind, text: first };
      case 'replace':
        return { kind, find: first, replacement: second, regex, matchCase };
      case 'add-tags':
      case 'remove-tags':
      case 'first-tags':
        return { kind, tags: tagsOfField(first) };
      case 'rename-tags':
        return { kind, tags: tagsOfField(first), to: second.trim() };
      case 'sort-by-name':
        return { kind: 'sort-tags', by: 'name' };
      case 'sort-by-count':
        return { kind: 'sort-tags', by: 'count' };
    }
  }
}

function check(label: string, on: boolean, set: (on: boolean) => void): TemplateResult {
  return html`<label class="check"
    ><input
      type="checkbox"
      .checked=${on}
      @change=${(event: Event) => {
        set((event.target as HTMLInputElement).checked);
      }}
    />${label}</label
  >`;
}

function kindLabel(kind: Kind): string {
  switch (kind) {
    case 'add-tags':
      return t('Add tags');
    case 'remove-tags':
      return t('Remove tags');
    case 'rename-tags':
      return t('Rename or merge tags');
    case 'first-tags':
      return t('Put tags first');
    case 'sort-by-name':
      return t('Sort tags by name');
    case 'sort-by-count':
      return t('Sort tags, frequent first');
    case 'replace':
      return t('Find and replace');
    case 'prepend':
      return t('Put before the caption');
    case 'append':
      return t('Put behind the caption');
  }
}

function firstLabel(kind: Kind): string {
  if (kind === 'replace') return t('Find');
  return kind === 'prepend' || kind === 'append' ? t('Text') : t('Tags, with commas');
}

function secondLabel(kind: Kind): string {
  return kind === 'replace' ? t('Replace by') : t('New name');
}
