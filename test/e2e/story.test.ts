import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { TOUR } from '../support/product.ts';
import { NeighboursView } from './pages/neighboursView.ts';
import { ReviewPanel } from './pages/reviewPanel.ts';
import type { TextEditor } from './pages/textEditor.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const WRONG = 'solar_panel.txt';
const MISPLACED = 'places/colosseum.txt';
const SWAPPED = ['drum_kit.txt', 'honey_bee.txt'] as const;

/** The story of the README, told once from the first window to the last edit; each test goes on where the last ended. */
describe('a person opens the sample dataset', () => {
  let session: Session;
  let folder: string;
  let window: Workbench;
  let editor: TextEditor;
  let problems: number;
  before(async () => {
    session = await Session.start({ name: 'story' });
    folder = await session.ide.workspace(TOUR);
    window = await session.open(folder);
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };

  step('the audit ends, and every mistake that was made on purpose is a problem', async () => {
    await window.auditEnded();
    await window.problems.show();
    const mistakes = z
      .array(z.object({ code: z.string(), images: z.array(z.string()) }))
      .parse(JSON.parse(await readFile(path.join(TOUR, '../mistakes.json'), 'utf8')));
    for (const { code } of mistakes) {
      await window.problems.filter(code);
      await window.problems.problem(/./).first().waitFor();
    }
    await window.problems.filter('');
    problems = await window.problems.count();
    assert.ok(problems >= mistakes.length, `${problems} problems`);
    await session.screenshot(window, 'problems');
  });

  step('hovering a wrong caption shows its picture and why', async () => {
    editor = await window.openFile(WRONG);
    await window.squiggle.first().waitFor();
    const hover = await editor.hover(/does not seem to describe/);
    const picture = hover.getByRole('img').first();
    await eventually(async () => {
      const handle = await picture.elementHandle();
      const width: unknown = await (await handle.getProperty('naturalWidth')).jsonValue();
      return typeof width === 'number' && width > 0;
    }, 'the picture is drawn');
    assert.match(await hover.innerText(), /caption-mismatch/);
    await session.screenshot(window, 'hover');
  });

  step('the quick fix shows the picture and every way out, and writes nothing', async () => {
    const onDisk = await readFile(path.join(folder, WRONG));
    await editor.quickFix(/^Show the picture and all fixes/);
    const review = new ReviewPanel(window.page);
    assert.match(await review.finding(), /solar_panel\.jpg/);
    assert.deepEqual(await readFile(path.join(folder, WRONG)), onDisk);
  });

  step('a caption written there is saved and told; undo brings the old one back', async () => {
    const review = new ReviewPanel(window.page);
    const onDisk = await readFile(path.join(folder, WRONG), 'utf8');
    await review.caption.fill('solar panels on a roof under a blue sky');
    await review.press('Control+Enter');
    await review.frame.getByText('Caption of solar_panel.jpg replaced.').waitFor();
    await eventually(
      async () => (await readFile(path.join(folder, WRONG), 'utf8')).startsWith('solar panels'),
      'the caption is on disk',
    );
    await review.frame.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await eventually(
      async () => (await readFile(path.join(folder, WRONG), 'utf8')) === onDisk,
      'the old caption is on disk',
    );
    await window.problems.filter('');
    await eventually(
      async () => (await window.problems.count()) === problems,
      `${problems} problems are counted again`,
    );
  });

  step('Find Matching Captions on an image lists captions, the best first', async () => {
    await window.openImage('places/colosseum.jpg');
    await window.runCommandForList(
      'PairLens: Find Matching Captions',
      /matching captions|captions that/i,
    );
    await window.quickPick.option(/\d/).waitFor();
    assert.ok((await window.quickPick.options.count()) >= 3);
    await session.screenshot(window, 'find-matching-captions');
    await window.quickPick.close();
  });

  step('typing a better caption raises its score and re-orders the neighbours', async () => {
    editor = await window.openFile(MISPLACED);
    const before = await eventually(() => editor.inlayMatch(), 'the score is shown');
    await window.runCommand('PairLens: Show Neighbours');
    const neighbours = new NeighboursView(window.page);
    const order = (): Promise<readonly string[]> => neighbours.files('Matching images');
    await neighbours.focus('colosseum.jpg').waitFor();
    await neighbours.expand('Matching images');
    const orderBefore = await eventually(async () => {
      const files = await order();
      return files.length > 0 && files;
    }, 'images are listed');
    await editor.replaceAll('An old famous building of stone with arches under a blue sky.\n');
    const score = await eventually(
      async () => {
        const match = await editor.inlayMatch();
        return match !== undefined && match > before + 0.2 && match;
      },
      `the score rises above ${before + 0.2}`,
    );
    assert.ok(score > 0.5, `match ${score}`);
    await eventually(async () => {
      const now = await order();
      return now.length > 0 && now.some((file, i) => file !== orderBefore[i]);
    }, 'the neighbours are re-ordered');
    await session.screenshot(window, 'live-match');
  });

  step('a swap changes both captions, and one undo takes both back', async () => {
    const text = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
    const [drums, bee] = await Promise.all(SWAPPED.map(text));
    await window.problems.filter(SWAPPED[0]);
    const problem = window.problems.problem(/seem to be swapped/);
    await problem.waitFor();
    editor = await window.openFile(SWAPPED[0]);
    await editor.quickFix(/^Swap with/);
    await problem.waitFor({ state: 'detached' });
    // VS Code saves the files that an edit of several has changed, unless it is told not to.
    await eventually(
      async () => (await text(SWAPPED[0])) === bee && (await text(SWAPPED[1])) === drums,
      'both captions are swapped',
    );
    await editor.undo();
    // VS Code asks whether to undo in all files, unless both are open and nothing else was done to them.
    const inBoth = window.dialogButton(/^Undo in 2 Files/);
    await eventually(async () => {
      if (await inBoth.isVisible()) await inBoth.click();
      return problem.isVisible();
    }, 'the swap is a problem again');
    const areBack = async (): Promise<boolean> =>
      (await text(SWAPPED[0])) === drums && (await text(SWAPPED[1])) === bee;
    // A file that VS Code has not yet shown as changed is not among all that it saves.
    await eventually(async () => {
      if (await areBack()) return true;
      await window.runCommand('File: Save All Files');
      return areBack();
    }, 'both captions are as they were');
    await window.problems.filter('');
  });

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
