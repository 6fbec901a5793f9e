import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Debouncer } from '../../src/protocol/debouncer.ts';
import type { FindingItem } from '../../src/protocol/shapes.ts';
import { followFocus } from '../shared/followFocus.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { noticeLine } from '../shared/noticeLine.ts';
import { PageElement } from '../shared/pageElement.ts';
import { pathBelow } from '../shared/pairs.ts';
import { keepOneTabStop, moveTabStop, stepFor } from '../shared/roving.ts';
import { spotlightOf } from './wordRow.ts';
import { announcement } from './announcement.ts';
import { captionEditor } from './captionEditor.ts';
import { duplicatesView } from './duplicates.ts';
import { footer } from './footer.ts';
import { groupBar } from './groupBar.ts';
import { helpDialog } from './helpDialog.ts';
import { placeOf } from './keyPlace.ts';
import { commandFor } from './keys.ts';
import { possibleCommands } from './possible.ts';
import { restPage } from './restPage.ts';
import { ruleFilter } from './ruleFilter.ts';
import { sidePanel } from './sidePanel.ts';
import { imageUriOf, stage } from './stage.ts';
import type { TriageSession } from './triageSession.ts';
import { canEdit, openFindings, type TriageState } from './triageState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

const ANNOUNCE_DELAY_MS = 800;

/** Triage: one finding at a time, the worst first, with keys for all actions. */
@customElement('pairlens-triage')
export class TriageElement extends PageElement {
  @property({ attribute: false }) accessor session!: TriageSession;
  @state() private accessor partner = 0;
  /** Start offset of the hovered or focused word. */
  @state() private accessor hoveredWord: number | undefined;
  #shownId: string | undefined;
  #announced = '';
  readonly #announceDebouncer = new Debouncer(ANNOUNCE_DELAY_MS);
  #unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#onKey);
    this.#unsubscribe = this.session.store.subscribe(() => {
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#onKey);
    this.#unsubscribe?.();
    this.#announceDebouncer.cancel();
  }

  protected override willUpdate(): void {
    const id = this.session.store.state.current?.id;
    if (id !== this.#shownId) {
      this.partner = 0;
      this.hoveredWord = undefined;
    }
  }

  protected override updated(): void {
    const { state: triage } = this.session.store;
    for (const group of this.querySelectorAll('[data-roving]')) {
      keepOneTabStop([...group.querySelectorAll('button')]);
    }
    this.#growField();
    const id = triage.current?.id;
    if (id !== this.#shownId) {
      const first = this.#shownId === undefined;
      this.#shownId = id;
      if (!first) this.#arrive();
    }
    this.#announce(triage);
  }

  protected override render(): TemplateResult {
    const { state: triage } = this.session.store;
    const { current } = triage;
    const possible = possibleCommands(this.session);
    return html`<main class="triage" aria-label=${t('Triage')}>
        ${current === null ? restPage(this.session, this.#notice(triage)) : this.#finding(triage, current)}
      </main>
      ${footer(triage, possible, {
        undo: () => void this.session.undo(),
        help: () => {
          this.#help();
        },
      })}
      <div class="announcer sr-only" role="status"></div>
      ${helpDialog(possible)}`;
  }

  #finding(triage: TriageState, finding: FindingItem): TemplateResult {
    const context = {
      thumbnails: this.session.thumbnails,
      partner: this.partner,
      choosePartner: (index: number) => {
        this.partner = index;
      },
      spotlight: spotlightOf(triage, this.hoveredWord),
    };
    return html`<section class="work" aria-labelledby="finding-title">
        ${this.#heading(triage, finding)} ${groupBar(this.session.group)} ${this.#notice(triage)}
        ${
          triage.detail.duplicates === null
            ? stage(context, finding)
            : duplicatesView(this.session, triage.detail.duplicates)
        }
        ${captionEditor(this.session, {
          onHoverWord: (start) => {
            this.hoveredWord = start;
          },
          edit: () => {
            this.#edit();
          },
        })}
      </section>
      ${sidePanel(this.session, finding)}`;
  }

  #heading(triage: TriageState, finding: FindingItem): TemplateResult {
    const open = openFindings(triage);
    const roots = (triage.status?.datasets ?? []).map(({ root }) => root);
    const path = finding.item?.pair.image ?? pathBelow(imageUriOf(finding) ?? finding.uri, roots);
    return html`<div class="finding-head">
      <h2 class="finding-title" id="finding-title" tabindex="-1">
        <span class="tag tag-${finding.level}" title=${finding.code}>${finding.shortTitle}</span>
        <span class="finding-path" title=${path}>${path}</span>
      </h2>
      <span class="grow"></span>
      <span class="position">${t('{0} of {1}', triage.index + 1, open.length)}</span>
      ${ruleFilter(this.session.store)}
      <p class="finding-message">
        <span dir="auto">${finding.message.slice(0, 500)}</span> ${this.#precision(triage, finding)}
      </p>
    </div>`;
  }

  /** Estimated precision of findings of this rule, if known for this dataset. */
  #precision(triage: TriageState, finding: FindingItem): TemplateResult | typeof nothing {
    if (finding.code !== 'caption-mismatch') return nothing;
    const root = finding.item?.pair.root;
    const precision = triage.status?.datasets.find((dataset) => dataset.root === root)?.precision;
    if (precision === undefined) return nothing;
    const ofTen = Math.round(precision * 10);
    return html`<span class="precision dim">
      ${
        ofTen === 10
          ? t('By the estimate for this dataset, nearly all such findings are right.')
          : t('By the estimate for this dataset, about {0} of 10 such findings are right.', ofTen)
      }
    </span>`;
  }

  #notice(triage: TriageState): TemplateResult | typeof nothing {
    if (triage.gone) {
      return html`<div class="notice" role="status">
        ${icon('info')}
        <span class="notice-text"
          >${t('This is no finding any more. What you typed is kept until you go on.')}</span
        >
      </div>`;
    }
    return noticeLine(triage.notice, 'info', {
      undo: () => void this.session.undo(),
      show: (pair) => void this.session.openPair(pair),
      dismiss: () => {
        this.session.store.dispatch({ type: 'notice', notice: null });
      },
    });
  }

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || this.#dialog?.open === true) return;
    if (this.#rove(event)) return;
    const command = commandFor(event, placeOf(event));
    if (command === undefined) return;
    const { session } = this;
    const walks = command.kind === 'next' || command.kind === 'back';
    // A key that is held down, or meant for what was on show before, decides nothing.
    if (session.resolver.surprises || (event.repeat && !walks)) {
      event.preventDefault();
      return;
    }
    switch (command.kind) {
      case 'suggestion':
        if (session.store.state.detail.duplicates !== null) {
          void session.act.keepDuplicate(command.number - 1);
        } else if (canEdit(session.store.state)) {
          const applied = session.suggestions[command.number - 1]?.grade !== 'example';
          void session.applySuggestion(command.number);
          if (!applied) this.#edit();
        }
        break;
      case 'verified':
        void session.act.decide('verified');
        break;
      case 'ignore':
        void session.act.decide('excluded');
        break;
      case 'exclude':
        void session.act.exclude();
        break;
      case 'swap':
        void session.act.swap();
        break;
      case 'fix':
        void session.fix();
        break;
      case 'next':
        session.move(1);
        break;
      case 'back':
        session.move(-1);
        break;
      case 'edit':
        this.#edit();
        break;
      case 'leave':
        this.#title?.focus();
        break;
      case 'apply':
        void session.apply();
        break;
      case 'undo':
        void session.undo();
        break;
      case 'open':
        void session.open('caption');
        break;
      case 'merge':
        void session.duplicates.mergeCaptions();
        break;
      case 'different':
        void session.act.markDifferent();
        break;
      case 'verify-all':
        void session.group.decide('verified');
        break;
      case 'ignore-all':
        void session.group.decide('excluded');
        break;
      case 'exclude-all':
        void session.group.exclude();
        break;
      case 'likely-all':
        void session.group.fix(true);
        break;
      case 'fix-all':
        void session.group.fix(false);
        break;
      case 'keep':
        break;
      case 'delete':
        void session.act.deleteFile();
        break;
      case 'words':
        this.querySelector<HTMLElement>('.words button[tabindex="0"]')?.focus();
        break;
      case 'help':
        this.#help();
        break;
    }
    event.preventDefault();
  };

  /** Handles arrow keys within a group with one tab stop. */
  #rove(event: KeyboardEvent): boolean {
    if (!(event.target instanceof HTMLElement)) return false;
    const group = event.target.closest<HTMLElement>('[data-roving]');
    if (group === null) return false;
    const buttons = [...group.querySelectorAll('button')];
    const axis = group.dataset['roving'] === 'horizontal' ? 'horizontal' : 'vertical';
    const index = buttons.findIndex((button) => button === event.target);
    const next = stepFor(event.key, index, buttons.length, axis);
    const target = next === undefined ? undefined : buttons[next];
    if (target === undefined) return false;
    moveTabStop(buttons, target);
    event.preventDefault();
    return true;
  }

  /** After a change of the current finding: moves the focus to the heading if its element was removed. */
  #arrive(): void {
    this.querySelector('.side')?.scrollTo(0, 0);
    const active = document.activeElement;
    const lost = active === null || active === document.body;
    if (lost || active === this.#field || active.closest('.side') !== null) {
      followFocus(this.#title);
    }
  }

  #edit(): void {
    const field = this.#field;
    if (field === null) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  #help(): void {
    this.#dialog?.showModal();
  }

  /** Fits the height of the field to its text, up to a limit. */
  #growField(): void {
    const field = this.#field;
    if (field === null) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  #announce(triage: TriageState): void {
    const text = announcement(triage);
    if (text === this.#announced) return;
    this.#announced = text;
    this.#announceDebouncer.schedule(() => {
      const announcer = this.querySelector('.announcer');
      if (announcer !== null) announcer.textContent = text;
    });
  }

  get #field(): HTMLTextAreaElement | null {
    return this.querySelector<HTMLTextAreaElement>('#caption-field');
  }

  get #title(): HTMLElement | null {
    return this.querySelector<HTMLElement>('#finding-title');
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog');
  }
}
