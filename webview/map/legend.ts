import { html, svg, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';
import type { Category } from './categories.ts';
import { OUTLINES } from './shapes.ts';

/** Names, shapes and colours of the categories; a click selects the points of one, or adds them with Ctrl or Shift. */
export function legend(
  categories: readonly Category[],
  select: (points: readonly number[], adding: boolean) => void,
): TemplateResult {
  return html`<ul class="map-legend" aria-label=${t('Legend')}>
    ${categories.toReversed().map(
      ({ name, look, points }) =>
        html`<li>
          <button
            class="map-category"
            type="button"
            title=${t('Select these pairs; with Ctrl, add them')}
            @click=${(event: MouseEvent) => {
              select(points, event.ctrlKey || event.metaKey || event.shiftKey);
            }}
          >
            <svg class="map-swatch look-${look}" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
              ${svg`<polygon points=${OUTLINES[look].map((corner) => corner.join(',')).join(' ')}></polygon>`}
            </svg>
            <span class="map-category-name" dir="auto">${name}</span>
            <span class="map-category-number dim">${points.length.toLocaleString()}</span>
          </button>
        </li>`,
    )}
  </ul>`;
}
