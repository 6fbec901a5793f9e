import type { Locator, Page } from 'playwright-core';
import { ProblemsPanel } from './problemsPanel.ts';
import { QuickPick } from './quickPick.ts';
import { TextEditor } from './textEditor.ts';

/** A VS Code window. Finds everything by role and label, as a screen reader would. */
export class Workbench {
  readonly page: Page;
  readonly quickPick: QuickPick;
  readonly problems: ProblemsPanel;

  private constructor(page: Page) {
    this.page = page;
    this.quickPick = new QuickPick(page);
    this.problems = new ProblemsPanel(page);
  }

  /** Opens a window and waits until its explorer lists the folder. */
  static async open(page: Page, address: string): Promise<Workbench> {
    await page.goto(address);
    await page.getByRole('tree', { name: 'Files Explorer' }).waitFor();
    return new Workbench(page);
  }

  /**
   * Runs a command from the palette, by its category and title. The palette lists what was registered when it opened,
   * so it is opened again until the command is there. Throws after 30 s.
   */
  async runCommand(title: string): Promise<void> {
    const end = performance.now() + 30_000;
    for (;;) {
      await this.page.keyboard.press('F1');
      await this.quickPick.input.fill(`>${title}`);
      const option = this.quickPick.option(title);
      const there = await option.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      );
      if (there) return option.click();
      if (performance.now() > end) throw new Error(`The palette has no command "${title}".`);
      await this.quickPick.close();
    }
  }

  /** Opens a file of the folder by its path, through quick open. */
  async openFile(relativePath: string): Promise<TextEditor> {
    const name = relativePath.split('/').at(-1) ?? relativePath;
    await this.page.keyboard.press('Control+P');
    await this.quickPick.input.fill(relativePath);
    await this.quickPick.option(name).click();
    await this.tab(name).waitFor();
    return new TextEditor(this.page, relativePath);
  }

  /** The tab of an open editor. */
  tab(name: string | RegExp): Locator {
    return this.page.getByRole('main').getByRole('tab', { name });
  }

  /** An entry of the activity bar. */
  activity(name: string | RegExp): Locator {
    return this.page
      .getByRole('tablist', { name: 'Active View Switcher' })
      .first()
      .getByRole('tab', { name });
  }

  file(name: string): Locator {
    return this.page
      .getByRole('tree', { name: 'Files Explorer' })
      .getByRole('treeitem', { name: new RegExp(`^${name.replaceAll('.', '\\.')}`) })
      .first();
  }

  statusBarItem(name: string | RegExp): Locator {
    return this.page.getByRole('status').getByRole('button', { name });
  }

  notification(text: string | RegExp): Locator {
    return this.page.getByRole('dialog').or(this.page.getByRole('alert')).filter({ hasText: text });
  }
}
