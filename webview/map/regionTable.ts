import { html, type TemplateResult } from 'lit';
import type { DatasetMap } from '../../src/protocol/mapShapes.ts';
import { t } from '../shared/l10n.ts';
import { scoreText } from '../shared/score.ts';

/** The regions of the map in words and numbers: a name selects the points of one. */
export function regionTable(
  { regions, region }: DatasetMap,
  select: (points: readonly number[], adding: boolean) => void,
): TemplateResult {
  const pointsOf = (wanted: number): number[] =>
    region.flatMap((own, point) => (own === wanted ? [point] : []));
  return html`<table class="map-regions">
    <caption>
      ${t('Regions')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Frequent there, rare elsewhere')}</th>
        <th scope="col">${t('Pairs')}</th>
        <th scope="col">${t('Findings')}</th>
        <th scope="col">${t('Median match')}</th>
      </tr>
    </thead>
    <tbody>
      ${regions.map(
        ({ words, pairs, found, medianMatch }, place) =>
          html`<tr>
            <th scope="row">
              <button
                class="link"
                type="button"
                dir="auto"
                title=${t('Select these pairs; with Ctrl, add them')}
                @click=${(event: MouseEvent) => {
                  select(pointsOf(place), event.ctrlKey || event.metaKey || event.shiftKey);
                }}
              >
                ${regionName(words, place)}
              </button>
            </th>
            <td>${pairs.toLocaleString()}</td>
            <td>${found.toLocaleString()}</td>
            <td>${medianMatch === undefined ? '–' : scoreText(medianMatch)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function regionName(words: readonly string[], place: number): string {
  return words.length > 0 ? words.join(', ') : t('Region {0}', place + 1);
}
