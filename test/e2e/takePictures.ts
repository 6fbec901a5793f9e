// Takes the pictures of docs/images anew, in the real VS Code with the package installed: npm run pictures
import path from 'node:path';
import sharp from 'sharp';
import { ROOT, TOUR } from '../support/product.ts';
import { BrowsePanel } from './pages/browsePanel.ts';
import { MapPanel } from './pages/mapPanel.ts';
import { NeighboursView } from './pages/neighboursView.ts';
import { ReviewPanel } from './pages/reviewPanel.ts';
import { StatisticsPanel } from './pages/statisticsPanel.ts';
import { THEMES, type Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const SIZE = { width: 1120, height: 680 };

const session = await Session.start({ name: 'pictures' });
try {
  const window = await session.open(await session.ide.workspace(TOUR), SIZE);
  await window.auditEnded();
  const neighbours = new NeighboursView(window.page);
  const review = new ReviewPanel(window.page);

  await window.chooseTheme(THEMES.light);
  const editor = await window.openFile('solar_panel.txt');
  await window.runCommand('PairLens: Show Neighbours');
  await neighbours.focus('solar_panel.jpg').waitFor();
  await window.squiggle.first().waitFor();
  await take(window, 'findings');
  const hover = await editor.hover(/does not seem to describe/);
  await hover.getByRole('img').first().waitFor();
  await take(window, 'hover');

  const findings = window.page.getByRole('button', { name: /^Findings/, expanded: true }).first();
  await window.openFile('animals/koala.txt');
  await neighbours.focus('koala.jpg').waitFor();
  // Room for the lists.
  await findings.click();
  await neighbours.expand('Matching captions');
  await take(window, 'neighbours');

  await window.openImage('places/colosseum.jpg');
  await window.runCommandForList(
    'PairLens: Find Matching Captions',
    /matching captions|captions that/i,
  );
  await window.quickPick.option(/fits its own picture|meant/).waitFor();
  // Off the title, whose tooltip would cover it.
  await window.page.mouse.move(SIZE.width - 1, SIZE.height - 1);
  await take(window, 'find-matching-captions');
  await window.quickPick.close();

  await window.runCommand('PairLens: Review Findings');
  await review.rules.selectOption('caption-mismatch');
  await review.finding();
  await review.picture.waitFor();
  await window.chooseTheme(THEMES.dark);
  await take(window, 'review');
  await window.chooseTheme(THEMES['high-contrast']);
  await take(window, 'high-contrast');
  await window.chooseTheme(THEMES.light);
  await window.resizeSidebar(240);
  await take(window, 'narrow');

  await window.chooseTheme(THEMES.dark);
  await review.show('solar_panel.jpg');
  await review.caption.fill('solar panels on a roof under a blue sky');
  await review.word('sky').hover();
  await take(window, 'words');

  const browse = new BrowsePanel(window.page);
  await window.runCommand('PairLens: Browse Dataset');
  await browse.pairs.nth(5).locator('img').waitFor();
  await browse.filter.fill('match<0.98 sort:match');
  await browse.count.filter({ hasText: /^\d / }).waitFor();
  await window.page.mouse.move(SIZE.width - 1, SIZE.height - 1);
  await take(window, 'browse');

  await window.runCommand('PairLens: Dataset Statistics');
  await new StatisticsPanel(window.page).bar('0.95–1.00').waitFor();
  await window.page.mouse.move(SIZE.width - 1, SIZE.height - 1);
  await take(window, 'statistics');

  const map = new MapPanel(window.page);
  await window.runCommand('PairLens: Dataset Map');
  await map.category('likely wrong').waitFor();
  await map.surface.focus();
  await window.page.keyboard.press('ArrowRight');
  await map.frame.locator('.map-card img').waitFor();
  await take(window, 'map');
} finally {
  await session.stop();
}

/** In as many colours as a screenshot needs. */
async function take(window: Workbench, name: string): Promise<void> {
  // What fades in or slides is given the time to.
  await window.page.waitForTimeout(1500);
  const file = path.join(ROOT, 'docs/images', `${name}.png`);
  await sharp(await window.page.screenshot())
    .png({ palette: true, compressionLevel: 9 })
    .toFile(file);
  console.log(path.relative(ROOT, file));
}
