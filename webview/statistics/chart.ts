import { PageElement } from '../shared/pageElement.ts';
import { keepOneTabStop, moveTabStop, stepFor } from '../shared/roving.ts';

/** A bar of a chart, which opens the pairs that it stands for. */
export interface ChartBar {
  /** Short, beside or below the bar. */
  readonly label: string;
  /** The same with its number, such as "0.30 to 0.35: 12 pairs". */
  readonly text: string;
  readonly pairs: number;
  readonly query: string;
}

/** Event of a chart: the pairs of this query are to be shown. */
export type QueryEvent = CustomEvent<string>;

/** Base class of the charts: their bars are buttons with one tab stop, between which the arrow keys move. */
export abstract class Chart extends PageElement {
  protected abstract readonly axis: 'vertical' | 'horizontal';

  protected override updated(): void {
    keepOneTabStop(this.#buttons);
  }

  protected readonly onKey = (event: KeyboardEvent): void => {
    const buttons = this.#buttons;
    const index = buttons.findIndex((button) => button === event.target);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = stepFor(event.key, index, buttons.length, this.axis);
    const target = step === undefined ? undefined : buttons[step];
    if (target === undefined) return;
    moveTabStop(buttons, target);
    event.preventDefault();
  };

  protected open(query: string): void {
    this.dispatchEvent(new CustomEvent<string>('open-query', { detail: query, bubbles: true }));
  }

  get #buttons(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.bar')];
  }
}
