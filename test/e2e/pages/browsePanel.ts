import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** All pairs of the dataset in an editor tab. */
export class BrowsePanel {
  readonly frame: FrameLocator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.frame = webviewFrame(page, 'editor');
  }

  get filter(): Locator {
    return this.frame.locator('.filter-field');
  }

  /** How many pairs there are, as it is shown. */
  get count(): Locator {
    return this.frame.locator('.browse-count');
  }

  /** The pairs on show. */
  get pairs(): Locator {
    return this.frame.locator('.pair-list .cell');
  }

  /** What is done to the selection, with its size. */
  get selection(): Locator {
    return this.frame.getByRole('region', { name: 'Selection' });
  }

  /** What the last action did, once it is done; until then another one is ignored. */
  notice(text: string | RegExp): Locator {
    return this.frame.locator('.notice').filter({ hasText: text });
  }

  /** The caption on the page of a pair. */
  get caption(): Locator {
    return this.frame.getByRole('textbox', { name: 'Caption' });
  }

  /** Opens the page of a pair, with keys. */
  async openPair(image: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press('/');
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.insertText(`name:${image}`);
    // From the field to the grid, and from there to the page of the first pair of the answer.
    await this.#page.keyboard.press('Enter');
    await this.#page.keyboard.press('Enter');
    await this.frame.locator('#pair-title').filter({ hasText: image }).waitFor();
    await this.caption.waitFor();
  }

  async back(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#page.keyboard.press('Escape');
    await this.filter.waitFor();
  }

  /** Moves the focus to the page, so that its keys work. */
  async focus(): Promise<void> {
    await this.count.click();
  }
}
