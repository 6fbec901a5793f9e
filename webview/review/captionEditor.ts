import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { t } from '../shared/l10n.ts';
import { matchLine, scoreText } from '../shared/score.ts';
import { captionMoves } from './captionMoves.ts';
import { fileFix, fileFixLabel, fileFixPreview } from './fileFix.ts';
import { captionMovesPreview } from './movesPreview.ts';
import { wordRow } from './wordRow.ts';
import type { TriageSession } from './triageSession.ts';
import {
  canEdit,
  captionAtFault,
  draftOf,
  fileToExclude,
  isDirty,
  isUnsettled,
  type TriageState,
} from './triageState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

interface Choice {
  readonly label: string;
  readonly key: string;
  readonly primary: boolean;
  run(): void;
}

/**
 * Actions for the current finding, the most likely one first.
 * @param edit moves the focus to the caption
 */
export function choices(session: TriageSession, edit: () => void): readonly Choice[] {
  const { state } = session.store;
  const { current } = state;
  if (current === null) return [];
  const all: Choice[] = [];
  const { duplicates } = state.detail;
  if (duplicates !== null) {
    if (duplicates.merged !== undefined) {
      all.push({
        label: t('Merge the tags'),
        key: 'M',
        primary: false,
        run: () => void session.duplicates.mergeCaptions(),
      });
    }
    all.push({
      label: t('Different pictures'),
      key: 'D',
      primary: false,
      run: () => void session.act.markDifferent(),
    });
  }
  const dirty = canEdit(state) && isDirty(state);
  if (dirty) {
    all.push({
      label: t('Apply'),
      key: 'Ctrl+Enter',
      primary: true,
      run: () => void session.apply(),
    });
  }
  const moves = captionMoves(current);
  if (moves.length > 0) {
    all.push({
      label: t('Move {0} captions', moves.length),
      key: 'F',
      primary: all.length === 0,
      run: () => void session.act.moveCaptions(),
    });
  }
  if (session.canSwap) {
    all.push({
      label: t('Swap'),
      key: 'S',
      primary: all.length === 0,
      run: () => void session.act.swap(),
    });
  }
  if (!dirty && captionAtFault(current)) {
    if (session.suggestions[0]?.grade === 'likely') {
      all.push({
        label: t('Use suggestion 1'),
        key: '1',
        primary: all.length === 0,
        run: () => void session.applySuggestion(1),
      });
    }
    if (canEdit(state)) {
      all.push({ label: t('Edit'), key: 'E', primary: all.length === 0, run: edit });
    }
  }
  if (current.item !== undefined) {
    all.push(
      {
        label: t('Verified'),
        key: 'V',
        primary: false,
        run: () => void session.act.decide('verified'),
      },
      {
        label: t('Ignore'),
        key: 'I',
        primary: false,
        run: () => void session.act.decide('excluded'),
      },
    );
  } else {
    const fix = fileFix(current);
    if (fix !== undefined) {
      all.push({
        label: fileFixLabel(fix),
        key: 'F',
        primary: all.length === 0,
        run: () => void session.act.fixFile(),
      });
    }
    if (isUnsettled(state)) {
      all.push({
        label: t('Settle…'),
        key: 'F',
        primary: all.length === 0,
        run: () => void session.settle(),
      });
    }
    all.push({
      label: t('Open file'),
      key: 'O',
      primary: all.length === 0,
      run: () => void session.open('caption'),
    });
  }
  if (current.loneCaption === true) {
    all.push({
      label: t('Delete…'),
      key: 'Delete',
      primary: false,
      run: () => void session.act.deleteFile(),
    });
  }
  if (fileToExclude(current) !== undefined) {
    all.push({
      label: t('Exclude'),
      key: 'X',
      primary: false,
      run: () => void session.act.exclude(),
    });
  }
  all.push({
    label: t('Skip'),
    key: 'J',
    primary: false,
    run: () => {
      session.move(1);
    },
  });
  return all;
}

/** A caption that cannot be changed, with the reason. */
function fixedCaption({ current }: TriageState): TemplateResult | typeof nothing {
  if (current?.item === undefined) return nothing;
  return html`<p class="caption-fixed" dir="auto">${current.item.caption}</p>
    <p class="dim">
      ${
        current.item.readOnly === 'file-name'
          ? t('This caption is the name of the file: rename the file to change it.')
          : t('In an archive, which PairLens does not change.')
      }
    </p>`;
}

/** Callbacks of the editor. */
export interface EditorActions {
  /** Receives the start of the word under the pointer. */
  readonly onHoverWord: (start: number | undefined) => void;
  /** Moves the focus to the caption. */
  readonly edit: () => void;
}

/** The caption field with its live match, and the actions. */
export function captionEditor(
  session: TriageSession,
  { onHoverWord, edit }: EditorActions,
): TemplateResult {
  const { state } = session.store;
  const editable = canEdit(state);
  return html`<div class="caption-editor">
    ${
      editable
        ? html`<label class="sr-only" for="caption-field">${t('Caption')}</label>
            <textarea
              id="caption-field"
              class="caption-field ${isDirty(state) ? 'dirty' : ''}"
              dir="auto"
              rows="1"
              spellcheck="true"
              aria-describedby="caption-match"
              aria-keyshortcuts="E"
              placeholder=${t('Write a caption for this image')}
              .value=${live(draftOf(state))}
              @focus=${() => {
                session.store.dispatch({ type: 'editing', editing: true });
              }}
              @blur=${() => {
                session.store.dispatch({ type: 'editing', editing: false });
              }}
              @input=${(event: Event) => {
                session.type((event.target as HTMLTextAreaElement).value);
              }}
            ></textarea>`
        : fixedCaption(state)
    }
    ${editable ? wordRow(state, onHoverWord) : nothing}
    ${state.current === null ? nothing : fileFixPreview(state.current)}
    ${captionMovesPreview(session.thumbnails, state.current)}
    <div class="caption-bar">
      <div class="caption-match" id="caption-match">
        ${editable ? matchState(session) : nothing}
      </div>
      <div class="choices">
        ${choices(session, edit).map(
          (choice) =>
            html`<vscode-button
              ?secondary=${!choice.primary}
              aria-keyshortcuts=${choice.key === 'Ctrl+Enter' ? 'Control+Enter' : choice.key}
              @click=${() => {
                choice.run();
              }}
              >${choice.label}<kbd slot="content-after" aria-hidden="true">${choice.key}</kbd>
            </vscode-button>`,
        )}
      </div>
    </div>
  </div>`;
}

function matchState(session: TriageSession): TemplateResult {
  const { state } = session.store;
  const { detail, current } = state;
  const before = current?.item?.match;
  if (draftOf(state) === '') return html``;
  if (!isDirty(state)) return matchLine(current?.item ?? {});
  return html`${
      detail.match === null
        ? html`<span class="match dim"
            >${detail.matching ? t('comparing') : t('not judged yet')}</span
          >`
        : matchLine(detail.match)
    }
    ${before === undefined ? nothing : html`<span class="dim">${t('was {0}', scoreText(before))}</span>`}
    <button
      class="link"
      type="button"
      @click=${() => {
        session.type(current?.item?.caption ?? '');
      }}
    >
      ${t('Discard')}
    </button>`;
}
