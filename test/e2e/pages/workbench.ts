import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { DatasetView } from './datasetView.ts';
import { ProblemsPanel } from './problemsPanel.ts';
import { QuickPick } from './quickPick.ts';
import { TextEditor } from './textEditor.ts';

/** A colour theme by its name, and the class that a window has while one of its kind is in force. */
export interface Theme {
  readonly name: string;
  readonly kind: string;
}

export const THEMES = {
  light: { name: 'Light Modern', kind: 'vs' },
  dark: { name: 'Dark Modern', kind: 'vs-dark' },
  'high-contrast': { name: 'Dark High Contrast', kind: 'hc-black' },
} as const satisfies Record<string, Theme>;

/** A VS Code window. Finds everything by role and label, as a screen reader would. */
export class Workbench {
  readonly page: Page;
  readonly quickPick: QuickPick;
  readonly problems: ProblemsPanel;
  readonly dataset: DatasetView;

  private constructor(page: Page) {
    this.page = page;
    this.quickPick = new QuickPick(page);
    this.problems = new ProblemsPanel(page);
    this.dataset = new DatasetView(page);
  }

  /** Opens a window and waits until its explorer lists the folder. */
  static async open(page: Page, address: string): Promise<Workbench> {
    await page.goto(address);
    await page.getByRole('tree', { name: 'Files Explorer' }).waitFor();
    return new Workbench(page);
  }

  /**
   * Runs a command from the palette, by its category and title. The palette lists what was registered when it opened,
   * so it is opened again until the command is there.
   */
  async runCommand(title: string): Promise<void> {
    await eventually(async () => {
      await this.#openBox('F1');
      // A frame that loads may close the box meanwhile.
      if (!(await this.quickPick.fill(`>${title}`))) return false;
      const option = this.quickPick.option(title);
      if ((await comesSoon(option)) && (await isClicked(option))) return true;
      await this.quickPick.close();
      return false;
    }, `the palette runs "${title}"`);
  }

  /** Runs a command that answers with a list of this name: again where a frame that loads took the focus from it. */
  async runCommandForList(title: string, list: RegExp): Promise<void> {
    await eventually(async () => {
      await this.runCommand(title);
      return comesSoon(this.quickPick.list(list));
    }, `${title} shows a list`);
  }

  /** Opens a file of the folder by its path, through quick open. */
  async openFile(relativePath: string): Promise<TextEditor> {
    await this.#quickOpen(relativePath);
    return new TextEditor(this.page, relativePath);
  }

  /** Opens an image in VS Code's own preview. */
  async openImage(relativePath: string): Promise<void> {
    await this.#quickOpen(relativePath);
  }

  async #quickOpen(relativePath: string): Promise<void> {
    const name = relativePath.split('/').at(-1) ?? relativePath;
    await eventually(async () => {
      await this.#openBox('Control+P');
      return this.quickPick.fill(relativePath);
    }, `quick open asks for ${relativePath}`);
    await this.quickPick.option(name).click();
    await this.tab(name).waitFor();
  }

  /** Presses a key until the box at the top is there: one pressed while a frame loads that takes the focus is lost. */
  async #openBox(key: string): Promise<void> {
    await eventually(async () => {
      await this.page.keyboard.press(key);
      return comesSoon(this.quickPick.input);
    }, `${key} opens a box`);
  }

  /** Waits until PairLens's entry in the status bar counts findings. */
  async auditEnded(): Promise<void> {
    const counted = this.statusBarItem(/PairLens.*\d+ (finding|problem)/i);
    await counted.waitFor({ timeout: 3 * PATIENCE_MS });
  }

  /** Underlines in the editors. */
  get squiggle(): Locator {
    return this.page.locator('.squiggly-error, .squiggly-warning, .squiggly-info');
  }

  /** Whether the open file has unsaved changes; VS Code tells it by a class of the tab alone. */
  async isDirty(relativePath: string): Promise<boolean> {
    const name = relativePath.split('/').at(-1) ?? relativePath;
    const classes = await this.tab(name).getAttribute('class');
    return classes?.split(' ').includes('dirty') === true;
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

  /** Milliseconds that VS Code itself counted for loading and activating an extension. Only drawn rows can be found. */
  async activationTime(extensionName: string): Promise<number> {
    await this.runCommand('Developer: Show Running Extensions');
    const row = this.page
      .getByRole('list', { name: 'Runtime Extensions' })
      .getByRole('listitem', { name: extensionName });
    const text = await row.innerText();
    const time = /Activation: (\d+)\s*ms/.exec(text)?.[1];
    assert.ok(time, `no activation time in "${text}"`);
    return Number(time);
  }

  /** Chooses a colour theme, and waits until it is in force. */
  async chooseTheme({ name, kind }: Theme): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickPick.input.fill(name);
    await this.quickPick.option(name).click();
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** Drags the border between sidebar and editors. */
  async resizeSidebar(width: number): Promise<void> {
    const main = await this.page.getByRole('main').boundingBox();
    const title = await this.page.getByRole('heading', { level: 2 }).first().boundingBox();
    assert.ok(main && title, 'sidebar and editors are on show');
    const activityBar = await this.activity(/^Explorer/).boundingBox();
    assert.ok(activityBar);
    const left = activityBar.x + activityBar.width + width;
    const y = main.y + main.height / 2;
    // The border lies in the gap before the editors.
    await this.page.mouse.move(main.x - 3, y);
    await this.page.mouse.down();
    await this.page.mouse.move(left, y, { steps: 5 });
    await this.page.mouse.up();
  }

  statusBarItem(name: string | RegExp): Locator {
    return this.page.getByRole('status').getByRole('button', { name });
  }

  /** A button of the question that VS Code asks in the middle of the window. */
  dialogButton(name: string | RegExp): Locator {
    return this.page.getByRole('dialog').getByRole('button', { name });
  }

  /** A row of the view *Findings*. */
  finding(name: string | RegExp): Locator {
    return this.#findings.getByRole('treeitem', { name }).first();
  }

  get #findings(): Locator {
    return this.page.getByRole('tree', { name: /^Findings/ });
  }

  /**
   * Chooses an item of the menu of a row in *Findings*. The menu is opened by key once the row is selected: rows that are drawn
   * anew move away under the pointer.
   */
  async chooseInMenu(name: string | RegExp, item: string): Promise<void> {
    await eventually(async () => {
      await this.finding(name).click();
      const [selected, ...others] = await this.#findings.locator('[aria-selected="true"]').all();
      const label = (await selected?.getAttribute('aria-label')) ?? '';
      if (others.length > 0 || label.search(name) !== 0) return false;
      await this.page.keyboard.press('Shift+F10');
      const entry = this.page.getByRole('menu').getByRole('menuitem', { name: item });
      return (await comesSoon(entry)) && isClicked(entry);
    }, `the menu of the row offers "${item}"`);
  }

  /** A notification that is on show, with its buttons. */
  notification(text: string | RegExp): Locator {
    return this.page
      .getByRole('dialog', { name: /notification/ })
      .filter({ hasText: text })
      .last();
  }
}

/** Clicks; false if what was there went away first, as a box does when a frame takes the focus. */
function isClicked(what: Locator): Promise<boolean> {
  return what.click({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}

/** Whether something shows before it is time to ask for it again. */
function comesSoon(what: Locator): Promise<boolean> {
  return what.waitFor({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}
