import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { TOUR } from '../support/product.ts';
import { BrowsePanel } from './pages/browsePanel.ts';
import { MapPanel } from './pages/mapPanel.ts';
import { NeighboursView } from './pages/neighboursView.ts';
import { ReviewPanel } from './pages/reviewPanel.ts';
import { StatisticsPanel } from './pages/statisticsPanel.ts';
import { webviewDocument } from './pages/webview.ts';
import { THEMES, type Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

/** Rules about a page as a whole: a webview is a part of VS Code's. */
const OF_THE_WHOLE_PAGE = ['region', 'document-title'];

describe('the webviews', () => {
  let session: Session;
  let folder: string;
  let window: Workbench;
  let neighbours: NeighboursView;
  let review: ReviewPanel;
  before(async () => {
    session = await Session.start({ name: 'webviews' });
    folder = await session.ide.workspace(TOUR);
    window = await session.open(folder);
    await window.auditEnded();
    neighbours = new NeighboursView(window.page);
    review = new ReviewPanel(window.page);
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };

  step('the neighbours of an opened caption file show, with their pictures', async () => {
    await window.openFile('animals/koala.txt');
    await window.runCommand('PairLens: Show Neighbours');
    await neighbours.focus('koala.jpg').waitFor();
    await neighbours.expand('Matching captions');
    await eventually(
      async () => (await neighbours.entries('Matching captions')).length > 0,
      'captions are listed',
    );
    await neighbours.expand('Look-alikes');
  });

  step('they follow to an image that is opened', async () => {
    await window.openImage('places/colosseum.jpg');
    await neighbours.focus('colosseum.jpg').waitFor();
  });

  step('they can be searched by words', async () => {
    await neighbours.search.fill('a dog');
    await eventually(
      async () => /dog/i.test((await neighbours.entries(/match these words/))[0] ?? ''),
      'a picture of a dog comes first',
    );
    await neighbours.search.press('Escape');
    await neighbours.focus('colosseum.jpg').waitFor();
  });

  step('the review opens at the worst finding, with its picture', async () => {
    await window.runCommand('PairLens: Review Findings');
    await review.finding();
    await review.picture.waitFor();
  });

  for (const [name, theme] of Object.entries(THEMES)) {
    step(
      `axe finds nothing to object to, and the window is kept as a picture: ${name}`,
      async () => {
        await window.chooseTheme(theme);
        await session.screenshot(window, `review-${name}`);
        for (const place of ['view', 'editor'] as const) {
          const frame = await webviewDocument(window.page, place);
          assert.deepEqual(await axeFindings(frame, OF_THE_WHOLE_PAGE), [], place);
        }
      },
    );
  }

  step('at a sidebar of 240 pixels nothing of the neighbours is cut off sideways', async () => {
    await window.chooseTheme(THEMES.light);
    await window.resizeSidebar(240);
    const frame = await webviewDocument(window.page, 'view');
    await eventually(
      async () => Math.abs(Number(await frame.evaluate('innerWidth')) - 240) < 12,
      'the view is 240 pixels wide',
    );
    const overflow = await frame.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.ok(Number(overflow) <= 0, `${String(overflow)} pixels too wide`);
    assert.deepEqual(await axeFindings(frame, OF_THE_WHOLE_PAGE), []);
    await session.screenshot(window, 'sidebar-240');
  });

  step('the whole triage works on the keyboard alone', async () => {
    const decisions = path.join(folder, '.pairlens/decisions.jsonl');
    await window.runCommand('PairLens: Review Findings');
    await review.rules.selectOption('caption-mismatch');
    const first = await review.finding();
    await review.press('j');
    const second = await review.movedOn(first);
    await review.press('k');
    assert.equal(await review.movedOn(second), first);

    await review.press('?');
    await review.help.waitFor();
    await review.press('Escape');
    await review.help.waitFor({ state: 'hidden' });

    const before = (await review.match()) ?? 0;
    await review.press('e');
    await review.press('Control+A');
    const better = first.includes('koala') ? 'a koala in a tree' : 'a solar panel on a roof';
    await window.page.keyboard.insertText(
      first.includes('colosseum') ? 'the Colosseum in Rome, an ancient arena' : better,
    );
    await eventually(
      async () => ((await review.match()) ?? 0) > before + 0.1,
      'the match rises while typing',
    );
    await review.press('Control+Enter');
    await review.movedOn(first);
    await review.tally(/1 fixed/).waitFor();

    const verified = await review.finding();
    await review.press('v');
    await review.movedOn(verified);
    const lines = await eventually(
      async () => (await readFile(decisions, 'utf8').catch(() => '')).trim(),
      'the decision is written',
    );
    // Beside it the caption that was replaced is noted, as a comment.
    assert.equal(lines.split('\n').filter((line) => !line.startsWith('#')).length, 1);
    await review.press('z');
    await review.tally(/verified/).waitFor({ state: 'detached' });
    await review.press('z');
    await review.tally(/fixed/).waitFor({ state: 'detached' });
  });

  step('all pairs can be browsed, filtered and decided, on the keyboard', async () => {
    const decisions = path.join(folder, '.pairlens/decisions.jsonl');
    const browse = new BrowsePanel(window.page);
    await window.runCommand('PairLens: Browse Dataset');
    await browse.count.filter({ hasText: /^48 pairs, 2 images without a caption$/ }).waitFor();
    await browse.pairs.first().locator('img').waitFor();
    await browse.filter.fill('rule:captions-swapped sort:name');
    await browse.count.filter({ hasText: /^2 / }).waitFor();
    await browse.pairs.filter({ hasText: 'honey bee' }).waitFor();
    await browse.filter.press('Enter');
    await window.page.keyboard.press('Control+a');
    await browse.selection.filter({ hasText: '2 selected' }).waitFor();
    await window.page.keyboard.press('v');
    const verdicts = await eventually(async () => {
      const text = await readFile(decisions, 'utf8').catch(() => '');
      const lines = text.split('\n').filter((line) => line.includes('verified'));
      return lines.length === 2 ? lines : undefined;
    }, 'both verdicts are written');
    assert.ok(verdicts.some((line) => line.includes('honey_bee.jpg')));
    await browse.notice('2 pairs are marked as verified.').waitFor();
    await window.page.keyboard.press('b');
    await eventually(
      async () => !(await readFile(decisions, 'utf8').catch(() => '')).includes('verified'),
      'both verdicts are taken back',
    );
  });

  step('the statistics follow the audit, and a bar opens its pairs in the grid', async () => {
    const browse = new BrowsePanel(window.page);
    const statistics = new StatisticsPanel(window.page);
    await window.runCommand('PairLens: Dataset Statistics');
    await statistics.bar('0.95–1.00').waitFor();
    for (const theme of Object.values(THEMES)) {
      await window.chooseTheme(theme);
      const frame = await webviewDocument(window.page, 'editor');
      assert.deepEqual(await axeFindings(frame, OF_THE_WHOLE_PAGE), []);
    }
    await session.screenshot(window, 'statistics');
    await statistics.bar('Swapped captions: 2 pairs').press('Enter');
    await eventually(
      async () => (await browse.filter.inputValue()) === 'rule:captions-swapped',
      'the filter is that of the bar',
    );
    await browse.count.filter({ hasText: /^2 / }).waitFor();
    await browse.pairs.filter({ hasText: 'honey bee' }).waitFor();
  });

  step(
    'the map shows all pairs; what is selected on it opens in the grid, and a pair on its page',
    async () => {
      const browse = new BrowsePanel(window.page);
      const map = new MapPanel(window.page);
      await window.runCommand('PairLens: Dataset Map');
      await map.category('likely wrong').waitFor();
      for (const theme of Object.values(THEMES)) {
        await window.chooseTheme(theme);
        const frame = await webviewDocument(window.page, 'editor');
        assert.deepEqual(await axeFindings(frame, OF_THE_WHOLE_PAGE), []);
      }
      await session.screenshot(window, 'map');
      await map.category('likely wrong').press('Enter');
      const [selected] = /^\d+/u.exec(await map.selection.innerText()) ?? [];
      await map.browseSelected.press('Enter');
      await browse.count.filter({ hasText: new RegExp(`^${selected} `, 'u') }).waitFor();
      assert.match(await browse.filter.inputValue(), /^map:\d+$/u);
      await window.runCommand('PairLens: Dataset Map');
      await map.surface.press('ArrowRight');
      await map.frame.locator('.map-card img').waitFor();
      const name = await map.frame.locator('.map-card-name').innerText();
      await map.surface.press('Enter');
      await browse.frame.locator('#pair-title').filter({ hasText: name }).waitFor();
    },
  );

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
