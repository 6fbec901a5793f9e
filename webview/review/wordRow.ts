import { html, nothing, type TemplateResult } from 'lit';
import type { GroundedWordItem } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { unsupportedWords, groundedWords, type TriageState } from './triageState.ts';

/** Longest word shown, in characters; the caption field shows all of it. */
const MAX_SHOWN = 40;

/**
 * The words of the caption. Hovering or focusing one highlights its location in the image. While the user types, the
 * words of the previous caption stay, disabled, so that the layout does not jump.
 * @param onHover called with the start offset of the hovered word.
 */
export function wordRow(
  state: TriageState,
  onHover: (start: number | undefined) => void,
): TemplateResult {
  const { words, isCurrent } = groundedWords(state);
  const unsupported = new Set(unsupportedWords(state).map(({ start }) => start));
  return html`<div
    class="words"
    role="group"
    aria-label=${t('Where the picture shows each word')}
    data-roving="horizontal"
    @pointerleave=${() => {
      onHover(undefined);
    }}
  >
    ${words.map((word) => wordButton(word, unsupported.has(word.start), isCurrent, onHover))}
  </div>`;
}

function wordButton(
  { text, start, place }: GroundedWordItem,
  isUnsupported: boolean,
  isCurrent: boolean,
  onHover: (start: number | undefined) => void,
): TemplateResult {
  const shown = text.slice(0, MAX_SHOWN);
  const label = isUnsupported ? t('does not fit the picture') : placeName(place);
  return html`<button
    class="word ${isUnsupported ? 'word-unsupported' : place === null ? 'word-anywhere' : ''}"
    type="button"
    tabindex="-1"
    ?disabled=${!isCurrent}
    title=${label}
    aria-label=${`${shown}: ${label}`}
    @pointerenter=${() => {
      onHover(start);
    }}
    @focus=${() => {
      onHover(start);
    }}
    @blur=${() => {
      onHover(undefined);
    }}
  >
    ${isUnsupported ? icon('warning') : nothing}<span dir="auto">${shown}</span>
  </button>`;
}

/** Grid weights of the word that starts at `start`; undefined if it is not localized. */
export function spotlightOf(
  state: TriageState,
  start: number | undefined,
): readonly number[] | undefined {
  const { words, isCurrent } = groundedWords(state);
  const isUnsupported = unsupportedWords(state).some((word) => word.start === start);
  return !isCurrent || isUnsupported
    ? undefined
    : words.find((word) => word.start === start)?.cells;
}

function placeName(place: GroundedWordItem['place']): string {
  if (place === null) return t('no place of its own');
  const names = [
    [t('top left'), t('top'), t('top right')],
    [t('left'), t('centre'), t('right')],
    [t('bottom left'), t('bottom'), t('bottom right')],
  ];
  return names[place.row]?.[place.column] ?? '';
}
