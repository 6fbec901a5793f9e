import type { Locator, Page } from 'playwright-core';

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
    await this.#focus(name);
    await this.#page.keyboard.press('F2');
    const box = this.#tree.getByRole('textbox');
    await box.waitFor();
    await box.fill(newName);
    await box.press('Enter');
  }

  async delete(name: string): Promise<void> {
    await this.#focus(name);
    await this.#page.keyboard.press('Delete');
  }

  async undo(name: string): Promise<void> {
    await this.#focus(name);
    await this.#page.keyboard.press('Control+Z');
  }

  async #focus(name: string): Promise<void> {
    await this.row(name).click();
  }

  get #tree(): Locator {
    return this.#page.getByRole('tree', { name: 'Files Explorer' });
  }
}
