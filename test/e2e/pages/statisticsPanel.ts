import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** The statistics of the dataset in an editor tab. */
export class StatisticsPanel {
  readonly frame: FrameLocator;

  constructor(page: Page) {
    this.frame = webviewFrame(page, 'editor');
  }

  /** The bar whose range or name begins so. */
  bar(name: string): Locator {
    return this.frame.locator(`.bar[aria-label^="${name}"], .bar[title^="${name}"]`).first();
  }
}
