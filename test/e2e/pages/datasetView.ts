import type { Locator, Page } from 'playwright-core';
import { NeighboursView } from './neighboursView.ts';

/** The view *Dataset*: what was read, and what was not. */
export class DatasetView {
  readonly #page: Page;
  readonly #tree: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#tree = page.getByRole('tree', { name: /^Dataset/ });
  }

  row(name: string | RegExp): Locator {
    return this.#tree.getByRole('treeitem', { name }).first();
  }

  /** Gives the view the room of *Neighbours*, so that all rows are drawn. */
  async enlarge(): Promise<void> {
    // VS Code asks the network for the files of a page that is closed while it loads.
    await new NeighboursView(this.#page).search.waitFor();
    const above = { name: /^Neighbours/, expanded: true };
    await this.#page.getByRole('button', above).first().click();
  }
}
