import type { Locator, Page } from 'playwright-core';

export class ProblemsPanel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async show(): Promise<void> {
    const tab = this.#page.getByRole('tab', { name: /^Problems/ });
    if ((await tab.isVisible()) && (await tab.getAttribute('aria-selected')) === 'true') return;
    await this.#page.keyboard.press('Control+Shift+M');
    await this.#tree.or(this.#page.getByText('No problems have been detected')).waitFor();
  }

  get #tree(): Locator {
    return this.#page.getByRole('tree', { name: /^Showing|problems/i });
  }

  /** A single problem; `text` is looked for in its level, message, place and source. */
  problem(text: string | RegExp): Locator {
    return this.#tree.getByRole('treeitem', { level: 2, name: text }).first();
  }

  /** All problems of a file in the part of the tree that is drawn. */
  file(name: string): Locator {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return this.#tree.getByRole('treeitem', {
      level: 1,
      name: new RegExp(`problems in file ${escaped} `),
    });
  }

  /** Shows only problems that hold `text`; the tree draws only what fits the panel. */
  async filter(text: string): Promise<void> {
    await this.#page.getByRole('textbox', { name: 'Filter Problems' }).fill(text);
  }

  /** The count on the tab; 0 where it shows none. */
  async count(): Promise<number> {
    const text = await this.#page
      .getByRole('tab', { name: /^Problems/ })
      .first()
      .innerText();
    return Number(/\d+/.exec(text)?.[0] ?? 0);
  }
}
