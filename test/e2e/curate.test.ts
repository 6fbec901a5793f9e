import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { TOUR } from '../support/product.ts';
import { BrowsePanel } from './pages/browsePanel.ts';
import { ReviewPanel } from './pages/reviewPanel.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const SWAPPED = ['drum_kit.txt', 'honey_bee.txt'] as const;
const COPY = 'creek_again';
/** Where the folder for excluded pairs is kept. */
const SETTINGS = '.vscode/settings.json';
/** Files of the pairs whose caption is of something else. */
const WRONG = ['animals/koala', 'places/colosseum', 'solar_panel'].flatMap((name) => [
  `${name}.jpg`,
  `${name}.txt`,
]);
const LONE = 'harbour_evening.txt';

/** Many findings at once, and pairs that leave the dataset, in a copy of the sample dataset; each step is undone. */
describe('a curator works on many pairs at once', () => {
  let session: Session;
  let folder: string;
  let window: Workbench;
  let review: ReviewPanel;
  let start: Record<string, string>;
  before(async () => {
    session = await Session.start({ name: 'curate' });
    folder = await session.ide.workspace(TOUR);
    for (const extension of ['jpg', 'txt']) {
      const [from, to] = [`creek.${extension}`, `${COPY}.${extension}`];
      await copyFile(path.join(folder, from), path.join(folder, to));
    }
    start = await contents();
    window = await session.open(folder);
    review = new ReviewPanel(window.page);
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };
  /** All files of the user. */
  const contents = (): Promise<Record<string, string>> => fileBytes(folder, { but: '.pairlens' });
  const changed = async (): Promise<string[]> => {
    const now = await contents();
    const files = new Set([...Object.keys(start), ...Object.keys(now)]);
    return [...files].filter((file) => start[file] !== now[file]).sort();
  };
  const becomeChanged = (files: readonly string[], what: string): Promise<unknown> =>
    eventually(async () => JSON.stringify(await changed()) === JSON.stringify(files), what);
  const isAsAtStart = (): Promise<unknown> => becomeChanged([], 'every byte is as at the start');
  const decisions = (): Promise<string> =>
    readFile(path.join(folder, '.pairlens/decisions.jsonl'), 'utf8').catch(() => '');
  const choose = async (rule: string): Promise<void> => {
    await review.rules.selectOption(rule);
    await review.finding();
    await review.frame.getByRole('heading', { level: 2 }).first().click();
  };

  step(
    'ignored pairs are moved out of the dataset by a command; undo brings them back',
    async () => {
      await window.auditEnded();
      await window.activity(/^PairLens/).click();
      await window.chooseInMenu(/^Mismatched captions 3/, 'Ignore');
      const ignored = async () => (await decisions()).split('"excluded"').length - 1;
      await eventually(async () => (await ignored()) === WRONG.length / 2, 'all are ignored');
      await window.runCommand('PairLens: Move Ignored Pairs to a Folder');
      // The palette, which is a box as well, may still be on show.
      await window.quickPick.question('Folder for excluded pairs').waitFor();
      await window.page.keyboard.press('Enter');
      await window.dialogButton('Move').click();
      const moved = WRONG.map((file) => `.excluded/${file}`);
      await becomeChanged([...moved, SETTINGS, ...WRONG].sort(), 'images and captions are moved');
      const now = await contents();
      for (const file of WRONG) assert.equal(now[`.excluded/${file}`], start[file]);
      await window.runCommand('PairLens: Review Findings');
      await review.finding();
      await review.focus();
      await review.press('z');
      await becomeChanged([SETTINGS], 'they are back');
      await review.press('z');
      await eventually(async () => (await ignored()) === 0, 'they are no longer ignored');
      start = await contents();
    },
  );

  step('all swapped captions are swapped back after the preview; one undo', async () => {
    await window.runCommand('PairLens: Review Findings');
    await choose('captions-swapped');
    await review.press('Shift+F');
    await window.page.getByRole('button', { name: 'Apply' }).first().waitFor();
    await session.screenshot(window, 'fix-preview');
    await window.page.getByRole('button', { name: 'Apply' }).first().click();
    await becomeChanged(SWAPPED, 'both captions are written');
    const [drums, bee] = SWAPPED.map((name) => Buffer.from(start[name] ?? '', 'hex').toString());
    assert.equal(await readFile(path.join(folder, SWAPPED[0]), 'utf8'), bee);
    assert.equal(await readFile(path.join(folder, SWAPPED[1]), 'utf8'), drums);
    await review.frame.getByRole('button', { name: 'Undo' }).first().click();
    await isAsAtStart();
    // The review goes back to what was undone, once it is reported again.
    await eventually(async () => (await review.finding()).includes('drum_kit'), 'it is shown');
  });

  step('all wrong captions are verified with one key, and one undo takes it back', async () => {
    await choose('caption-mismatch');
    await review.press('Shift+V');
    await eventually(
      async () =>
        (await decisions()).split('\n').filter((line) => line.includes('"verified"')).length > 1,
      'the verdicts are written',
    );
    await review.tally(/verified/).waitFor();
    await review.press('z');
    await eventually(
      async () => !(await decisions()).includes('"verified"'),
      'they are taken back',
    );
    await review.tally(/verified/).waitFor({ state: 'detached' });
    await isAsAtStart();
  });

  step('Delete removes a caption file without an image after a question; one undo', async () => {
    await choose('missing-image');
    await eventually(async () => (await review.finding()).includes(LONE), 'it is shown');
    await review.press('Delete');
    await window.page.getByRole('dialog').getByText(`Delete ${LONE}?`).waitFor();
    await window.dialogButton(/^Move/).click();
    await becomeChanged([LONE], 'the file is gone');
    await review.tally(/excluded/).waitFor();
    await review.press('z');
    await isAsAtStart();
    await eventually(async () => (await review.finding()).includes(LONE), 'it is shown again');
  });

  step(
    'Remove Exact Duplicates takes image and caption away, and one undo brings them back',
    async () => {
      await window.runCommand('PairLens: Remove Exact Duplicates');
      await window.quickPick.row(/^Keep creek/).waitFor();
      await session.screenshot(window, 'remove-exact-duplicates');
      await window.page.keyboard.press('Enter');
      await window.dialogButton(/^Move/).click();
      const gone = await eventually(async () => {
        const files = await changed();
        return files.length === 4 && files;
      }, 'an image and its caption of each group are gone');
      assert.equal(gone.filter((file) => file.includes('creek')).length, 2);
      const now = await contents();
      for (const file of gone) assert.equal(now[file], undefined, file);
      await window
        .notification(/removed with what belongs to them/)
        .getByRole('button', { name: 'Undo' })
        .click();
      await isAsAtStart();
    },
  );

  step(
    'Delete removes the selected pairs of Browse Dataset after a question; one undo',
    async () => {
      await window.runCommand('PairLens: Browse Dataset');
      const browse = new BrowsePanel(window.page);
      await browse.filter.fill('rule:caption-mismatch');
      await browse.count.filter({ hasText: `${WRONG.length / 2} pairs` }).waitFor();
      // Keys are for the list, not for the filter.
      await browse.pairs.first().click();
      await window.page.keyboard.press('Control+A');
      await browse.selection.waitFor();
      await window.page.keyboard.press('Delete');
      await window.page.getByRole('dialog').getByText('Delete 3 images?').waitFor();
      await session.screenshot(window, 'delete-pairs');
      await window.dialogButton(/^Move/).click();
      await becomeChanged(WRONG, 'images and captions are gone');
      const now = await contents();
      assert.ok(WRONG.every((file) => now[file] === undefined));
      await browse.notice('3 images are deleted').waitFor();
      await window.page.keyboard.press('z');
      await isAsAtStart();
    },
  );

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
