import { html, nothing, type TemplateResult } from 'lit';
import { candidateGrade, type CandidateGrade, isOffered } from '../../src/protocol/candidate.ts';
import type { FindingItem, Neighbour, PairItem } from '../../src/protocol/shapes.ts';
import { t } from '../shared/l10n.ts';
import { imageName } from '../shared/pairs.ts';
import { candidateMeter, candidateWords, matchGrade, meter, scoreText } from '../shared/score.ts';
import { takesSuggestions, type Suggestion } from './suggestions.ts';
import type { TriageSession } from './triageSession.ts';
import { canEdit, unsupportedWords } from './triageState.ts';
import '../shared/thumbnailElement.ts';

const PICTURES = 8;
/** Longest text in a list, in characters; the caption field shows all of it. */
const MAX_SHOWN = 500;
/** Suggested captions are shown in full, because one key applies them. */
const WHOLE_CAPTION = 20_000;

/** Suggestions, reasons and nearest images of the current finding. */
export function sidePanel(session: TriageSession, finding: FindingItem): TemplateResult {
  const { detail } = session.store.state;
  const { suggestions } = session;
  const neighbours = detail.match?.neighbours ?? detail.neighbours;
  const words = unsupportedWords(session.store.state);
  const unsupported =
    words.length > 0 && canEdit(session.store.state)
      ? [t('Words that do not fit the picture: {0}', words.map(({ text }) => text).join(', '))]
      : [];
  const evidence = [...unsupported, ...(detail.match?.evidence ?? finding.evidence)];
  return html`<aside class="side" aria-label=${t('Suggestions and reasons')}>
    ${suggestions.length === 0 ? noSuggestion(session) : suggestionLists(session, suggestions)}
    ${
      evidence.length === 0
        ? nothing
        : html`<section aria-labelledby="why-title">
            <h3 id="why-title">
              ${detail.match === null ? t('Why it is flagged') : t('Reasons for the score of the new caption')}
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

/** Fixes and examples, numbered consecutively. */
function suggestionLists(
  session: TriageSession,
  suggestions: readonly Suggestion[],
): TemplateResult {
  const rows = suggestions.map((suggestion, index) => ({
    row: suggestionRow(session, suggestion, index),
    isExample: suggestion.grade === 'example',
  }));
  const fixes = rows.filter(({ isExample }) => !isExample);
  const examples = rows.filter(({ isExample }) => isExample);
  return html`${
    fixes.length === 0
      ? nothing
      : html`<section aria-labelledby="suggestions-title">
          <h3 id="suggestions-title">${t('Captions that may be meant')}</h3>
          <ol class="suggestions" data-roving="vertical">
            ${fixes.map(({ row }) => row)}
          </ol>
        </section>`
  }
  ${
    examples.length === 0
      ? nothing
      : html`<section aria-labelledby="examples-title">
          <h3 id="examples-title">${t('Examples: captions of pictures like this one')}</h3>
          <ol class="suggestions" data-roving="vertical">
            ${examples.map(({ row }) => row)}
          </ol>
        </section>`
  }`;
}

function noSuggestion(session: TriageSession): TemplateResult | typeof nothing {
  const { state } = session.store;
  const { current, detail } = state;
  if (current === null || !canEdit(state) || !takesSuggestions(current)) return nothing;
  if (detail.neighbours === null) return nothing;
  return html`<section aria-labelledby="suggestions-title">
    <h3 id="suggestions-title">${t('Captions that may be meant')}</h3>
    <p class="dim">${t('No caption of the dataset fits this image well. Press E to write one.')}</p>
  </section>`;
}

function suggestionRow(
  session: TriageSession,
  suggestion: Suggestion,
  index: number,
): TemplateResult {
  const { caption, grade, match, from } = suggestion;
  const key = index + 1;
  return html`<li>
    <button
      class="suggestion"
      type="button"
      tabindex="-1"
      aria-keyshortcuts=${key}
      title=${
        grade === 'example'
          ? t('Put this caption into the field, to change it there ({0})', key)
          : t('Use this caption and go on ({0})', key)
      }
      @click=${() => void session.applySuggestion(key)}
    >
      <kbd aria-hidden="true">${key}</kbd>
      <span class="suggestion-text">
        <span class="suggestion-caption" dir="auto">${caption.slice(0, WHOLE_CAPTION)}</span>
        ${from === undefined ? nothing : html`<span class="suggestion-from">${homeText(from)}</span>`}
      </span>
      ${match === undefined || grade === 'example' ? nothing : candidateScore(grade, match)}
    </button>
  </li>`;
}

/** The current image of a caption, and whether they match. */
function homeText(from: PairItem): string {
  const name = imageName(from);
  if (from.match === undefined) return t('now on {0}', name);
  return matchGrade(from.match) === 'good'
    ? t('on {0}, which it fits', name)
    : t('now on {0}, which it does not fit', name);
}

function candidateScore(grade: CandidateGrade, match: number): TemplateResult {
  const words = candidateWords(grade, 'caption', true);
  return html`<span class="entry-score"
    ><span class="sr-only">${t('match {0}, {1}', scoreText(match), words)}</span
    ><span aria-hidden="true">${scoreText(match)}</span>${meter(match, candidateMeter(grade))}<span
      class="entry-grade"
      aria-hidden="true"
      >${words}</span
    ></span
  >`;
}

function pictures(
  session: TriageSession,
  id: string,
  title: string,
  entries: readonly Neighbour[] | undefined,
): TemplateResult | typeof nothing {
  const offered = entries?.filter((entry) => entry.kind === 'likeness' || isOffered(entry)) ?? [];
  if (offered.length === 0) return nothing;
  return html`<section aria-labelledby=${id}>
    <h3 id=${id}>${title}</h3>
    <ul class="pictures" data-roving="horizontal">
      ${offered.slice(0, PICTURES).map((entry) => {
        const { item, score, kind } = entry;
        const grade = kind === 'match' ? candidateGrade(entry) : undefined;
        const words =
          grade === undefined
            ? t('likeness {0}', scoreText(score))
            : candidateWords(grade, 'image', item.match !== undefined);
        const caption = item.caption.slice(0, MAX_SHOWN);
        return html`<li>
          <button
            class="picture"
            type="button"
            tabindex="-1"
            title=${`${caption}\n${imageName(item)}\n${words}`}
            @click=${() => void session.compare(item)}
          >
            <pairlens-thumbnail
              .source=${session.thumbnails}
              .uri=${item.imageUri}
              .generation=${session.thumbnails.generation}
              size="192"
            ></pairlens-thumbnail>
            ${
              grade === 'example'
                ? nothing
                : html`<span aria-hidden="true">${scoreText(score)}</span>`
            }
            <span class="sr-only"> ${words}: ${caption === '' ? imageName(item) : caption} </span>
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}
