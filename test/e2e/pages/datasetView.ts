import type { Locator, Page } from 'playwright-core';

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
    const above = { name: /^Neighbours/, expanded: true };
    await this.#page.getByRole('button', above).first().click();
  }
}
