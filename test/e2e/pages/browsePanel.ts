import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** All pairs of the dataset in an editor tab. */
export class BrowsePanel {
  readonly frame: FrameLocator;

  constructor(page: Page) {
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
}
