import { html, nothing, type TemplateResult } from 'lit';
import type { FindingItem, Neighbour } from '../../src/protocol/shapes.ts';
import { t } from '../shared/l10n.ts';
import { imageName } from '../shared/pairs.ts';
import { matchGrade, matchWords, meter, scoreText } from '../shared/score.ts';
import { canEdit } from './captionEditor.ts';
import type { Suggestion } from './suggestions.ts';
import type { TriageSession } from './triageSession.ts';
import { deniedWords } from './triageState.ts';
import '../shared/thumbnailElement.ts';

const PICTURES = 8;
/** Longest text in a list, in characters; the caption field shows all of it. */
const MAX_SHOWN = 500;

/** Suggestions, reasons and nearest images of the current finding. */
export function sidePanel(session: TriageSession, finding: FindingItem): TemplateResult {
  const { detail } = session.store.state;
  const { suggestions } = session;
  const neighbours = detail.match?.neighbours ?? detail.neighbours;
  const denied = deniedWords(session.store.state);
  const against =
    denied.length > 0 && canEdit(session.store.state)
      ? [t('The picture speaks against: {0}', denied.map(({ text }) => text).join(', '))]
      : [];
  const evidence = [...against, ...(detail.match?.evidence ?? finding.evidence)];
  return html`<aside class="side" aria-label=${t('Suggestions and reasons')}>
    ${
      suggestions.length === 0
        ? noSuggestion(session)
        : html`<section aria-labelledby="suggestions-title">
            <h3 id="suggestions-title">${t('Captions that match this image')}</h3>
            <ol class="suggestions" data-roving="vertical">
              ${suggestions.map((suggestion, index) => suggestionRow(session, suggestion, index))}
            </ol>
          </section>`
    }
    ${
      evidence.length === 0
        ? nothing
        : html`<section aria-labelledby="why-title">
            <h3 id="why-title">
              ${detail.match === null ? t('Why it is flagged') : t('What speaks for and against the new caption')}
            </h3>
            <ul class="evidence">
              ${evidence.map((line) => html`<li dir="auto">${line.slice(0, MAX_SHOWN)}</li>`)}
            </ul>
          </section>`
    }
    ${
      finding.remedy === undefined
        ? nothing
        : html`<section aria-labelledby="remedy-title">
            <h3 id="remedy-title">${t('What to do')}</h3>
            <p class="remedy">${finding.remedy}</p>
          </section>`
    }
    ${pictures(session, 'images-title', t('Images that match this caption'), neighbours?.images)}
    ${pictures(session, 'nearest-title', t('Nearest images'), neighbours?.lookAlikes)}
    ${pictures(session, 'duplicates-title', t('Near-duplicates'), neighbours?.duplicates)}
  </aside>`;
}

function noSuggestion(session: TriageSession): TemplateResult | typeof nothing {
  const { state } = session.store;
  if (!canEdit(state) || state.detail.neighbours === null) return nothing;
  return html`<section aria-labelledby="suggestions-title">
    <h3 id="suggestions-title">${t('Captions that match this image')}</h3>
    <p class="dim">${t('No caption of the dataset fits this image well. Press E to write one.')}</p>
  </section>`;
}

function suggestionRow(
  session: TriageSession,
  suggestion: Suggestion,
  index: number,
): TemplateResult {
  const { caption, match, from } = suggestion;
  return html`<li>
    <button
      class="suggestion"
      type="button"
      tabindex="-1"
      aria-keyshortcuts=${index + 1}
      title=${t('Use this caption and go on ({0})', index + 1)}
      @click=${() => void session.applySuggestion(index + 1)}
    >
      <kbd aria-hidden="true">${index + 1}</kbd>
      <span class="suggestion-text">
        <span class="suggestion-caption" dir="auto">${caption.slice(0, MAX_SHOWN)}</span>
        ${
          from === undefined
            ? nothing
            : html`<span class="suggestion-from"
                >${
                  from.match === undefined
                    ? t('now on {0}', imageName(from))
                    : t('now on {0}, where it matches {1}', imageName(from), scoreText(from.match))
                }</span
              >`
        }
      </span>
      ${
        match === undefined
          ? nothing
          : html`<span class="entry-score"
              ><span class="sr-only"
                >${t('match {0}, {1}', scoreText(match), matchWords(match))}</span
              ><span aria-hidden="true">${scoreText(match)}</span
              >${meter(match, matchGrade(match))}</span
            >`
      }
    </button>
  </li>`;
}

function pictures(
  session: TriageSession,
  id: string,
  title: string,
  entries: readonly Neighbour[] | undefined,
): TemplateResult | typeof nothing {
  if (entries === undefined || entries.length === 0) return nothing;
  return html`<section aria-labelledby=${id}>
    <h3 id=${id}>${title}</h3>
    <ul class="pictures" data-roving="horizontal">
      ${entries.slice(0, PICTURES).map(
        ({ item, score, kind }) =>
          html`<li>
            <button
              class="picture"
              type="button"
              tabindex="-1"
              title=${`${item.caption.slice(0, MAX_SHOWN)}\n${imageName(item)}`}
              @click=${() => void session.compare(item)}
            >
              <pairlens-thumbnail
                .source=${session.thumbnails}
                .uri=${item.imageUri}
                .generation=${session.thumbnails.generation}
                size="192"
              ></pairlens-thumbnail>
              <span aria-hidden="true">${scoreText(score)}</span>
              <span class="sr-only">
                ${
                  kind === 'match'
                    ? t('match {0}, {1}', scoreText(score), matchWords(score))
                    : t('likeness {0}', scoreText(score))
                }:
                ${item.caption === '' ? imageName(item) : item.caption.slice(0, MAX_SHOWN)}
              </span>
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}
