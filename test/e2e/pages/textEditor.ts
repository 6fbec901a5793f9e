import type { Locator, Page } from 'playwright-core';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';

/** A text editor showing one file. */
export class TextEditor {
  readonly #page: Page;
  readonly #editor: Locator;

  constructor(page: Page, fileName: string) {
    this.#page = page;
    // The ending of the address tells editors apart; the role alone does not.
    this.#editor = page.locator(
      `[role="code"][data-uri$=${JSON.stringify(`/${encodeURI(fileName)}`)}]`,
    );
  }

  /** The line as drawn, inlay scores included. Lines are counted from 0. */
  line(index = 0): Locator {
    return this.#editor.locator('.view-line').nth(index);
  }

  /** The match that PairLens writes at a caption's end, 0..1; undefined while there is none. */
  async inlayMatch(index = 0): Promise<number | undefined> {
    const text = await this.line(index).innerText();
    const match = /match.(\d\.\d\d)/.exec(text)?.[1];
    return match === undefined ? undefined : Number(match);
  }

  /** Waits until the drawn text of the whole file matches. */
  async waitForText(pattern: RegExp): Promise<void> {
    await this.#editor.locator('.view-lines').filter({ hasText: pattern }).waitFor();
  }

  async focus(): Promise<void> {
    await this.line().click();
    await this.#editor.and(this.#page.locator('.focused')).waitFor();
  }

  /** Replaces everything in the file. */
  async replaceAll(text: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Delete');
    if (text !== '') await this.#page.keyboard.insertText(text);
  }

  async undo(): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press('Control+Z');
  }

  /**
   * Points at the first word of a line until the hover that holds `text` is there: VS Code gives up a hover when the line
   * is drawn anew under the mouse, as it is when its score comes, and asks again only when the mouse moves.
   */
  async hover(text: string | RegExp, index = 0): Promise<Locator> {
    const tooltip = this.#page.getByRole('tooltip').filter({ hasText: text }).first();
    await eventually(
      async () => {
        const box = await this.line(index).locator('span').first().boundingBox();
        if (box === null) return false;
        await this.#page.mouse.move(box.x + 200, box.y + 10 * box.height);
        await this.#page.mouse.move(box.x + 12, box.y + box.height / 2);
        return tooltip.waitFor({ timeout: 5000 }).then(
          () => true,
          () => false,
        );
      },
      `the hover ${String(text)} shows`,
    );
    return tooltip;
  }

  /**
   * Opens the quick fixes at the start of a line and takes the one named so. Asks again where the list stays away: VS Code
   * gives up a list that is asked for while the text or its problems change.
   */
  async quickFix(name: string | RegExp, index = 0): Promise<void> {
    const option = this.quickFixes.getByRole('option', { name }).first();
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      await this.line(index).click({ position: { x: 12, y: 8 } });
      await this.#page.keyboard.press('Escape'); // A hover would cover the list.
      await this.#page.keyboard.press('Control+.');
      const there = await option.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (there) return option.click();
      if (performance.now() > end) throw new Error(`There is no quick fix ${String(name)}.`);
    }
  }

  get quickFixes(): Locator {
    return this.#page.getByRole('listbox', { name: 'Action Widget' });
  }
}
