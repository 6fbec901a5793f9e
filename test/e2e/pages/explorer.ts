import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';

/** Time for VS Code to answer a key, in milliseconds. */
const SOON_MS = 2000;

/** VS Code's tree of files. */
export class Explorer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** A file or folder, by its name as the tree shows it. */
  row(name: string): Locator {
    return this.#tree.getByRole('treeitem', { name, exact: true });
  }

  /** Gives a file another name, as with F2. */
  async rename(name: string, newName: string): Promise<void> {
    const box = this.#tree.getByRole('textbox');
    await this.#pressUntil(name, 'F2', box);
    await box.fill(newName);
    await box.press('Enter');
  }

  /** Presses Delete until VS Code asks. */
  async delete(name: string): Promise<void> {
    await this.#pressUntil(name, 'Delete', this.#page.getByRole('dialog').getByRole('button'));
  }

  async undo(name: string): Promise<void> {
    await this.#focus(name);
    await this.#page.keyboard.press('Control+Z');
  }

  /** A click also shows the file, and its preview may take the focus before the key is pressed. */
  async #pressUntil(name: string, key: string, answer: Locator): Promise<void> {
    await eventually(async () => {
      await this.#focus(name);
      await this.#page.keyboard.press(key);
      return answer
        .first()
        .waitFor({ timeout: SOON_MS })
        .then(
          () => true,
          () => false,
        );
    }, `${key} on ${name} has an effect`);
  }

  async #focus(name: string): Promise<void> {
    await this.row(name).click();
  }

  get #tree(): Locator {
    return this.#page.getByRole('tree', { name: 'Files Explorer' });
  }
}
