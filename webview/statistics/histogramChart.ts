import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { t } from '../shared/l10n.ts';
import { Chart, type ChartBar } from './chart.ts';

/** A column of a histogram. */
export interface Column extends ChartBar {
  readonly grade?: 'good' | 'fair' | 'poor';
}

/** Labels below a histogram at most. */
const LABELS = 6;
/** Height of the shortest column that is not empty, in per cent. */
const LEAST_HEIGHT = 2;

/** Bins as columns, which are buttons. */
@customElement('pairlens-histogram')
export class Histogram extends Chart {
  @property({ attribute: false }) accessor columns: readonly Column[] = [];
  @property({ attribute: false }) accessor label = '';
  /** Whether heights are logarithmic: for counts of which one exceeds the others many times. */
  @property({ attribute: false }) accessor logarithmic = false;
  @state() private accessor pointed: ChartBar | undefined;
  protected override readonly axis = 'horizontal';

  protected override render(): TemplateResult {
    const most = Math.max(1, ...this.columns.map(({ pairs }) => pairs));
    const every = Math.ceil(this.columns.length / LABELS);
    return html`<ul class="columns" aria-label=${this.label} @keydown=${this.onKey}>
        ${this.columns.map((column, n) => this.#column(column, most, n % every === 0))}
      </ul>
      <p class="chart-readout dim" aria-hidden="true">
        ${this.pointed?.text ?? (this.logarithmic ? t('Heights are logarithmic.') : '')}
      </p>`;
  }

  #column(column: Column, most: number, isLabelled: boolean): TemplateResult {
    const { label, text, pairs, query, grade } = column;
    const share = this.logarithmic ? Math.log1p(pairs) / Math.log1p(most) : pairs / most;
    const height = pairs === 0 ? 0 : Math.max(LEAST_HEIGHT, share * 100);
    const point = (pointed: ChartBar | undefined) => () => {
      this.pointed = pointed;
    };
    return html`<li>
      <button
        class="bar column ${grade === undefined ? '' : `column-${grade}`}"
        type="button"
        tabindex="-1"
        aria-label=${text}
        @click=${() => {
          this.open(query);
        }}
        @focus=${point(column)}
        @blur=${point(undefined)}
        @mouseenter=${point(column)}
        @mouseleave=${point(undefined)}
      >
        <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
          <rect class="bar-fill" y=${100 - height} width="10" height=${height}></rect>
        </svg>
      </button>
      <span class="column-label dim" aria-hidden="true">${isLabelled ? startOf(label) : ''}</span>
    </li>`;
  }
}

/** The numbers of a histogram as a table. @param quantity heading of the bins */
export function columnTable(quantity: string, columns: readonly Column[]): TemplateResult {
  return html`<details class="chart-table">
    <summary>${t('As a table')}</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">${quantity}</th>
          <th scope="col">${t('Number')}</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map(
          ({ label, pairs }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td>${pairs.toLocaleString()}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

/** The lower end of a bin's label. */
function startOf(label: string): string {
  return label.split('–')[0] ?? label;
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-histogram': Histogram;
  }
}
