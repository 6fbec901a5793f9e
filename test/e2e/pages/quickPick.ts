import type { Locator, Page } from 'playwright-core';

/** Time to type into a box that is there, in milliseconds. */
const SOON_MS = 3000;

/** The list that drops from the top of the window: command palette, quick open, choices of commands. */
export class QuickPick {
  readonly #page: Page;
  /** VS Code gives the box no role of its own. */
  readonly #box: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#box = page.locator('.quick-input-widget');
  }

  get input(): Locator {
    return this.#box.getByRole('textbox').or(this.#box.getByRole('combobox')).first();
  }

  option(name: string | RegExp): Locator {
    return this.#box.getByRole('option', { name }).first();
  }

  /** A box that asks for a text, by its title: the palette that ran the command may still be on show. */
  question(title: string | RegExp): Locator {
    return this.#box.filter({ has: this.#page.getByText(title) });
  }

  /** A row of a list with ticks, whose rows are no options. */
  row(text: string | RegExp): Locator {
    return this.#box.getByText(text).first();
  }

  get options(): Locator {
    return this.#box.getByRole('option');
  }

  /** The list of a box whose title or placeholder reads so. */
  list(label: string | RegExp): Locator {
    return this.#box.getByRole('listbox', { name: label });
  }

  /** Types into the box. False if it is gone: a frame took the focus. */
  async fill(text: string): Promise<boolean> {
    try {
      await this.input.fill(text, { timeout: SOON_MS });
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.input.waitFor({ state: 'hidden' });
  }
}
