import type { FrameLocator, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { eventually } from '../../support/eventually.ts';
import { webviewFrame } from './webview.ts';

/** For what is there already. */
const SOON = { timeout: 2000 };

const GOES_ON_MS = 5000;

/** A finding on show: its rule and the path below its title. */
export interface ShownFinding {
  readonly code: string;
  readonly file: string;
}

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

  /** The finding on show; undefined once all are dealt with. Waits while they are loaded, and begins again with skipped ones. */
  async shown(): Promise<ShownFinding | undefined> {
    return eventually(async () => {
      const [heading] = await this.frame.locator('#finding-title').all();
      if (heading === undefined) return false;
      const [tag, file] = [heading.locator('.tag'), heading.locator('.finding-path')];
      if ((await tag.count()) > 0) {
        const code = await tag.getAttribute('title', SOON).catch(() => null);
        const path = await file.textContent(SOON).catch(() => null);
        return code !== null && path !== null && { code, file: path };
      }
      const text = await heading.textContent(SOON).catch(() => '');
      if (text?.includes('end of the list') === true) {
        await this.frame.getByRole('button', { name: /skipped/ }).press('Enter');
        return false;
      }
      return /^(?:Done|Nothing)/.test(text ?? '') ? null : false;
    }, 'a finding or the end is shown').then((found) => found ?? undefined);
  }

  /** Waits a while until another finding, or the end, is on show. False if there is none: a key came too soon after a change. */
  async goesOn(from: ShownFinding): Promise<boolean> {
    const until = Date.now() + GOES_ON_MS;
    do {
      const now = await this.shown();
      if (now?.code !== from.code || now.file !== from.file) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (Date.now() < until);
    return false;
  }

  /** Moves the focus to the page, so that its keys work. */
  async focus(): Promise<void> {
    await this.#heading.click();
  }

  /** From now on takes the time from each key press until another finding is drawn. */
  async watchPace(): Promise<void> {
    await this.frame.locator('body').evaluate(`{
      const { body } = document;
      const title = () => body.querySelector('#finding-title')?.textContent;
      const times = [];
      let pressed, last = title();
      body.addEventListener('keydown', ({ key }) => (pressed = { key, at: performance.now() }), true);
      const look = () => {
        requestAnimationFrame(look);
        if (title() === last) return;
        if (pressed !== undefined) {
          times.push({ key: pressed.key, ms: performance.now() - pressed.at });
        }
        [pressed, last] = [undefined, title()];
        body.dataset.pace = JSON.stringify(times);
      };
      look();
    }`);
  }

  /** Keys, each with the milliseconds to the next finding. */
  async pace(): Promise<{ readonly key: string; readonly ms: number }[]> {
    const text = await this.frame.locator('body').getAttribute('data-pace');
    return z.array(z.object({ key: z.string(), ms: z.number() })).parse(JSON.parse(text ?? '[]'));
  }

  /** Whether a button with this key is on show. */
  async hasKey(key: string): Promise<boolean> {
    return this.frame.locator(`.choices [aria-keyshortcuts="${key}"]`).first().isVisible();
  }

  /** Number of the key that keeps the image of this name, among duplicates. */
  async keyThatKeeps(name: RegExp): Promise<number> {
    const names = this.frame.locator('.duplicate .file-name');
    await names.first().waitFor();
    const place = (await names.allInnerTexts()).findIndex((each) => name.test(each));
    if (place < 0) throw new Error(`no duplicate is named ${name.source}`);
    return place + 1;
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
