import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Chart, type ChartBar } from './chart.ts';

/** A row of a bar list. */
export interface BarRow extends ChartBar {
  /** Beside the number, such as "of 120". */
  readonly note?: string;
}

/** Named numbers as horizontal bars: a list whose rows are buttons. */
@customElement('pairlens-bar-list')
export class BarList extends Chart {
  @property({ attribute: false }) accessor rows: readonly BarRow[] = [];
  @property({ attribute: false }) accessor label = '';
  protected override readonly axis = 'vertical';

  protected override render(): TemplateResult {
    const most = Math.max(1, ...this.rows.map(({ pairs }) => pairs));
    return html`<ul class="bar-list" aria-label=${this.label} @keydown=${this.onKey}>
      ${this.rows.map((row) => this.#row(row, most))}
    </ul>`;
  }

  #row({ label, text, pairs, query, note }: BarRow, most: number): TemplateResult {
    return html`<li>
      <button
        class="bar bar-row"
        type="button"
        tabindex="-1"
        title=${text}
        @click=${() => {
          this.open(query);
        }}
      >
        <span class="bar-label" dir="auto">${label}</span>
        <svg class="bar-line" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="bar-fill" width=${(pairs / most) * 100} height="10"></rect>
        </svg>
        <span class="bar-number"
          >${pairs.toLocaleString()}${note === undefined ? nothing : html` <span class="dim">${note}</span>`}</span
        >
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-bar-list': BarList;
  }
}
