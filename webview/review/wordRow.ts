import { html, nothing, type TemplateResult } from 'lit';
import type { PlacedWordItem } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import type { Detail } from './triageState.ts';

/**
 * The words of the caption: to point at one, or to reach it with the arrow keys, shows where in the picture it is.
 * @param seek is told where the word begins that is pointed at
 */
export function wordRow(
  { places, against }: Pick<Detail, 'places' | 'against'>,
  seek: (start: number | undefined) => void,
): TemplateResult {
  return html`<div
    class="words"
    role="group"
    aria-label=${t('Where the picture shows each word')}
    data-roving="horizontal"
    @pointerleave=${() => {
      seek(undefined);
    }}
  >
    ${places.map((word) => {
      const denied = against.some(({ start }) => start === word.start);
      const said = denied ? t('the picture speaks against it') : placeName(word.place);
      return html`<button
        class="word ${denied ? 'word-denied' : word.place === null ? 'word-anywhere' : ''}"
        type="button"
        tabindex="-1"
        title=${said}
        aria-label=${`${word.text}: ${said}`}
        @pointerenter=${() => {
          seek(denied ? undefined : word.start);
        }}
        @focus=${() => {
          seek(denied ? undefined : word.start);
        }}
        @blur=${() => {
          seek(undefined);
        }}
      >
        ${denied ? icon('warning') : nothing}<span dir="auto">${word.text}</span>
      </button>`;
    })}
  </div>`;
}

function placeName(place: PlacedWordItem['place']): string {
  if (place === null) return t('no place of its own');
  const names = [
    [t('top left'), t('top'), t('top right')],
    [t('left'), t('centre'), t('right')],
    [t('bottom left'), t('bottom'), t('bottom right')],
  ];
  return names[place.row]?.[place.column] ?? '';
}
