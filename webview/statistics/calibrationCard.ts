import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { Calibration } from '../../src/protocol/statisticsShapes.ts';
import { t } from '../shared/l10n.ts';
import type { StatisticsSession } from './statisticsSession.ts';

type Measured = Extract<Calibration, { readonly bins: unknown }>;
type Bin = Measured['bins'][number];

/** Units of the drawing: a square with room for the axes. */
const SIDE = 100;
const MARGIN = 14;

/** How often captions of some match are right. Measured when the user asks for it, because it takes seconds. */
export function calibrationCard(session: StatisticsSession): TemplateResult {
  const { calibration, isMeasuring } = session.store.state;
  return html`<p class="card-note dim">
      ${t('Audits a copy in memory in which captions are exchanged, and counts how often a caption of each match is right.')}
    </p>
    ${calibration === null ? nothing : result(calibration)}
    <p class="card-note">
      ${
        isMeasuring
          ? html`<span role="status">${t('Measuring')}</span>
              <button class="plain-button" type="button" @click=${() => session.stopMeasuring()}>
                ${t('Stop')}
              </button>`
          : html`<button class="plain-button" type="button" @click=${() => session.measure()}>
              ${calibration === null ? t('Measure') : t('Measure again')}
            </button>`
      }
    </p>`;
}

function result(calibration: Calibration): TemplateResult {
  if ('why' in calibration) {
    return html`<p class="card-note" role="status">
      ${
        calibration.why === 'too-few'
          ? t('It cannot be known here: there are too few pairs.')
          : t(
              'It cannot be known here: the captions are too alike to be judged against one another.',
            )
      }
    </p>`;
  }
  const { bins, pairs, exchanged, unknown } = calibration;
  return html`<svg
      class="calibration"
      viewBox="0 0 ${SIDE + 2 * MARGIN} ${SIDE + 2 * MARGIN}"
      role="img"
      aria-label=${t('Share of right captions by match; the table has the numbers')}
    >
      <rect class="calibration-frame" x=${MARGIN} y=${MARGIN} width=${SIDE} height=${SIDE}></rect>
      <line class="calibration-ideal" x1=${x(0)} y1=${y(0)} x2=${x(1)} y2=${y(1)}></line>
      ${runsOf(bins).map(line)} ${bins.map(point)}
      <text class="calibration-text" x=${x(0)} y=${y(0) + 8}>0</text>
      <text class="calibration-text" x=${x(0.5)} y=${y(0) + 8} text-anchor="middle">
        ${t('Match')}
      </text>
      <text class="calibration-text" x=${x(1)} y=${y(0) + 8} text-anchor="end">1</text>
      <text class="calibration-text" x=${x(0)} y=${y(1) - 4}>${t('Share that is right')}</text>
    </svg>
    <p class="card-note dim">
      ${t(
        '{0} pairs, {1} with a caption exchanged in memory, {2} that look wrong as they are: lines show the range they leave.',
        pairs.toLocaleString(),
        exchanged.toLocaleString(),
        unknown.toLocaleString(),
      )}
    </p>
    <details class="chart-table">
      <summary>${t('As a table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('Match')}</th>
            <th scope="col">${t('Mean match')}</th>
            <th scope="col">${t('Right')}</th>
            <th scope="col">${t('90 % interval')}</th>
            <th scope="col">${t('Number')}</th>
          </tr>
        </thead>
        <tbody>
          ${bins.map(
            ({ from, to, claimed, right, low, high, pairs: count }) =>
              html`<tr>
                <th scope="row">${from.toFixed(1)}–${to.toFixed(1)}</th>
                <td>${percent(claimed)}</td>
                <td>${percent(right)}</td>
                <td>${percent(low)}–${percent(high)}</td>
                <td>${count.toLocaleString()}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
}

/** Bins that touch: of what lies between others nothing is known, and no line is drawn there. */
function runsOf(bins: readonly Bin[]): Bin[][] {
  const runs: Bin[][] = [];
  for (const bin of bins) {
    const last = runs.at(-1);
    if (last?.at(-1)?.to === bin.from) last.push(bin);
    else runs.push([bin]);
  }
  return runs;
}

function line(run: readonly Bin[]): SVGTemplateResult {
  const points = run.map(({ claimed, right }) => `${x(claimed)},${y(right)}`).join(' ');
  return svg`<polyline class="calibration-line" points=${points}></polyline>`;
}

/** A point with its interval. */
function point({ claimed, right, low, high }: Bin): SVGTemplateResult {
  return svg`<line class="calibration-range" x1=${x(claimed)} x2=${x(claimed)} y1=${y(low)} y2=${y(high)}></line>
    <circle class="calibration-point" cx=${x(claimed)} cy=${y(right)} r="2"></circle>`;
}

function x(share: number): number {
  return MARGIN + share * SIDE;
}

function y(share: number): number {
  return MARGIN + (1 - share) * SIDE;
}

function percent(share: number): string {
  return t('{0} %', Math.round(100 * share));
}
