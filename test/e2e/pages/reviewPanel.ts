import type { FrameLocator, Locator, Page } from 'playwright-core';
import { webviewFrame } from './webview.ts';

/** The review in an editor tab, on its page Triage. */
export class ReviewPanel {
  readonly frame: FrameLocator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.frame = webviewFrame(page, 'editor');
  }

  /** Waits for a finding, and returns the title it stands under: rule and file. */
  async finding(): Promise<string> {
    const heading = this.#heading;
    await heading.waitFor();
    return heading.innerText();
  }

  /** Waits until another finding, or the last page, is on show. */
  async movedOn(from: string): Promise<string> {
    await this.frame
      .getByRole('main', { name: 'Triage' })
      .getByRole('heading', { level: 2 })
      .and(this.frame.locator('#finding-title'))
      .filter({ hasNotText: from.split('\n').at(-1) ?? from })
      .waitFor();
    return this.finding();
  }

  get #heading(): Locator {
    return this.frame.getByRole('main', { name: 'Triage' }).getByRole('heading', { level: 2 });
  }

  get caption(): Locator {
    return this.frame.getByRole('textbox', { name: 'Caption' });
  }

  get picture(): Locator {
    return this.frame.getByRole('img', { name: /^Image / }).first();
  }

  get rules(): Locator {
    return this.frame.getByRole('combobox', { name: 'Show findings of' });
  }

  /** The caption's match as drawn, 0..1. */
  async match(): Promise<number | undefined> {
    const text = await this.frame.locator('#caption-match').innerText();
    const match = /match (\d\.\d\d)/.exec(text)?.[1];
    return match === undefined ? undefined : Number(match);
  }

  /** "3 fixed · 1 verified" of the footer. */
  tally(text: RegExp): Locator {
    return this.frame.getByRole('contentinfo').getByText(text);
  }

  get help(): Locator {
    return this.frame.getByRole('dialog', { name: 'Keys' });
  }

  /** A word of the caption, below the field. */
  word(text: string): Locator {
    return this.frame
      .getByRole('group', { name: 'Where the picture shows each word' })
      .getByRole('button', { name: new RegExp(`^${text}:`) });
  }

  /** Goes on until the finding of a file is on show. */
  async show(file: string): Promise<void> {
    await this.#heading.click();
    for (let title = await this.finding(); !title.includes(file);) {
      await this.press('j');
      title = await this.movedOn(title);
    }
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }
}
