import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** The neighbour browser in the sidebar. */
export class NeighboursView {
  readonly frame: FrameLocator;

  constructor(page: Page) {
    this.frame = webviewFrame(page, 'view');
  }

  get main(): Locator {
    return this.frame.getByRole('main', { name: 'Neighbours' });
  }

  get search(): Locator {
    return this.frame.getByRole('textbox', { name: 'Find images by words' });
  }

  /** The file whose neighbours are shown. */
  focus(name: string): Locator {
    return this.frame.getByRole('region', { name });
  }

  /** Opens a section where it is closed. */
  async expand(section: string): Promise<void> {
    const toggle = this.frame.getByRole('button', { name: new RegExp(`^${section}`) });
    if ((await toggle.getAttribute('aria-expanded')) !== 'true') await toggle.click();
  }

  /** Waits for a match of the focused pair, and returns it. */
  async match(): Promise<number> {
    const text = await this.frame
      .getByText(/^match \d\.\d\d$/)
      .first()
      .innerText();
    return Number(text.replace('match ', ''));
  }

  /** Labels of the entries of a section, best first: caption, score, file. */
  async entries(section: string | RegExp): Promise<readonly string[]> {
    const rows = this.frame.getByRole('grid', { name: section }).getByRole('row');
    const labels = await Promise.all(
      (await rows.all()).map((row) => row.getByRole('button').first().getAttribute('aria-label')),
    );
    return labels.filter((label) => label !== null);
  }
}
