import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { CUT_OFF, fillMixedFolder } from '../support/mixedFolder.ts';
import { THEMES, type Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const SIZE = { width: 1280, height: 760 };

/** An unclear table, a packed archive, a LoRA folder and a split; each test goes on where the last ended. */
describe('a person opens a folder of several datasets', () => {
  let session: Session;
  let folder: string;
  let window: Workbench;
  before(async () => {
    session = await Session.start({ name: 'mixedFolder', settings: { 'editor.wordWrap': 'on' } });
    folder = await session.ide.workspace();
    await fillMixedFolder(folder);
    window = await session.open(folder, SIZE);
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };
  const inBothThemes = async (name: string): Promise<void> => {
    for (const kind of ['dark', 'light'] as const) {
      await window.chooseTheme(THEMES[kind]);
      await session.screenshot(window, `${name}-${kind}`);
    }
  };

  step(
    'the status bar tells of a choice, and the view lists what was read and what was not',
    async () => {
      await window.auditEnded();
      await window.statusBarItem(/1 choice to be settled/).waitFor();
      await window.runCommand('PairLens: Show Dataset');
      const { dataset } = window;
      await dataset.row(/listing\.csv: Which column is the caption\?/).waitFor();
      // Only drawn rows can be found.
      await dataset.enlarge();
      await dataset.row(/^None of the 12 images.*images\.zip.*unpack/).waitFor();
      await dataset.row(/^sd-scripts: the folder lora\/10_sks dog/).waitFor();
      await dataset.row(/images\.zip: an archive that is still packed/).waitFor();
      await inBothThemes('inventory');
    },
  );

  step(
    'the question shows columns with values; the answer is kept, and the table is read',
    async () => {
      await window.dataset.row(/listing\.csv: Which column/).click();
      await window.quickPick.option(/blurb.*Close-up of a white/).waitFor();
      await session.screenshot(window, 'column-question');
      await window.quickPick.option(/blurb/).click();
      const config = path.join(folder, 'pairlens.config.json');
      // VS Code creates the file and then saves its text.
      const text = await eventually(async () => {
        const written = existsSync(config) ? await readFile(config, 'utf8') : '';
        return written !== '' && written;
      }, 'the config file is written');
      assert.deepEqual(JSON.parse(text), {
        columns: { 'shop/listing.csv': { image: 'picture', caption: 'blurb' } },
      });
      await window.statusBarItem(/3 datasets, 13 pairs · 1 file not read/).waitFor();
      await window.dataset.row(/^shop: 4 pairs, 4 images/).waitFor();
      await session.screenshot(window, 'column-answered');
    },
  );

  step(
    'the words that CLIP does not read are underlined, and the status bar counts tokens',
    async () => {
      const editor = await window.openFile('lora/10_sks dog/frying_pan.txt');
      await window.squiggle.first().waitFor();
      await window.statusBarItem(/80\/75 tokens/).waitFor();
      await inBothThemes('overflow');
      const hover = await editor.hover(/5 of 80 tokens are cut off/);
      assert.ok(CUT_OFF.endsWith('in the late evening light'));
      assert.match(await hover.innerText(), /from “in the late evening light” on/);
      await session.screenshot(window, 'overflow-hover');
    },
  );

  step(
    'the tokens follow the cursor: another file, and none in the first line of a table',
    async () => {
      await window.openFile('lora/10_sks dog/orchestra.txt');
      await window.statusBarItem(/^[\d ]*\d+\/75 tokens/).waitFor();
      await window.statusBarItem(/80\/75 tokens/).waitFor({ state: 'detached' });
      const table = await window.openFile('shop/listing.csv');
      await table.focus();
      await window.statusBarItem(/tokens/).waitFor({ state: 'detached' });
      await window.page.keyboard.press('Control+End');
      await window.page.keyboard.press('ArrowUp');
      await window.statusBarItem(/\d+ CLIP tokens/).waitFor();
      await session.screenshot(window, 'tokens-of-a-row');
    },
  );

  step('a picture in two splits is a problem that names both', async () => {
    await window.problems.show();
    await window.problems.filter('split-leak');
    await window.problems
      .problem(/The same picture is in several splits: train and val\./)
      .waitFor();
    await inBothThemes('split-leak');
  });

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
