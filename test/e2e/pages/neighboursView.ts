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

  /** What is read out for the entries of a section, best first: caption, score or grade, file. */
  async entries(section: string | RegExp): Promise<readonly string[]> {
    const grid = this.frame.getByRole('grid', { name: section });
    return grid.locator('button.entry-main').allTextContents();
  }

  /** File names of the images of a section's entries, best first. */
  async files(section: string | RegExp): Promise<readonly string[]> {
    const entries = await this.entries(section);
    return entries.map((entry) => /, ([^,]+\.(?:jpe?g|png|webp))/.exec(entry)?.[1] ?? entry);
  }
}
