import type { Locator, Page } from 'playwright-core';

/** The view *Findings* in PairLens's part of the sidebar. */
export class FindingsTree {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get #tree(): Locator {
    return this.#page.getByRole('tree', { name: /^Findings/ });
  }

  /** The heading of a rule, such as "Caption mismatch". */
  group(name: string | RegExp): Locator {
    return this.#tree.getByRole('treeitem', { level: 1, name }).first();
  }

  finding(name: string | RegExp): Locator {
    return this.#tree.getByRole('treeitem', { level: 2, name }).first();
  }

  /** Presses a button of a row; such buttons show when the row is pointed at. */
  async act(finding: string | RegExp, button: string | RegExp): Promise<void> {
    const row = this.finding(finding);
    await row.hover();
    await row.getByRole('button', { name: button }).click();
  }
}
