import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** The map of the dataset in an editor tab. */
export class MapPanel {
  readonly frame: FrameLocator;

  constructor(page: Page) {
    this.frame = webviewFrame(page, 'editor');
  }

  get surface(): Locator {
    return this.frame.getByRole('application', { name: /^Map of/u });
  }

  /** A name of the legend. */
  category(name: string): Locator {
    return this.frame.getByRole('list', { name: 'Legend' }).getByRole('button', { name });
  }

  get browseSelected(): Locator {
    return this.frame.getByRole('button', { name: 'Browse these pairs' });
  }

  /** How many pairs are selected, as it is shown. */
  get selection(): Locator {
    return this.frame.getByText(/pairs selected/u);
  }
}
