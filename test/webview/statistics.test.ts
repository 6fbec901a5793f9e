import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Calibration } from '../../src/protocol/statisticsShapes.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { isFocused } from '../support/inPage.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { somePairs, statisticsAnswer, statisticsAnswers } from '../support/statisticsPages.ts';
import { tourStatus } from '../support/tourPages.ts';
import {
  openHarness,
  THEMES,
  type OpenOptions,
  type WebviewHarness,
} from '../support/webviewHarness.ts';

const PAIRS = somePairs(2000);

describe('the statistics of a dataset', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  async function opened(options: Partial<OpenOptions> = {}, pairs = PAIRS) {
    const statistics = statisticsAnswer(pairs, somePairs(2100));
    const host = new ScriptedHost(statisticsAnswers(statistics));
    const view = await harness.open({ name: 'statistics', host, ...options });
    await view.page.getByRole('heading', { name: 'Length of the captions' }).waitFor();
    const queries = () =>
      host.callsOf('browseQuery').map(({ params }) => (params as { query: string }).query);
    return { ...view, host, statistics, queries };
  }

  test('every bar opens its pairs, by keyboard and mouse; the arrow keys move within a chart', async () => {
    const { page, statistics, queries, errors, violations, close } = await opened();
    const match = page.getByRole('list', { name: 'Match of the pairs' }).getByRole('button');
    await match.first().focus();
    await page.keyboard.press('ArrowRight');
    assert.ok(await isFocused(match.nth(1)));
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    const [rule] = statistics.rules;
    await page.getByRole('button', { name: /^Mismatched captions/u }).click();
    await page.getByRole('button', { name: /^5_a_folder/u }).click();
    await page
      .getByRole('list', { name: 'Most frequent words' })
      .getByRole('button', { name: /^house/u })
      .click();
    await page.getByRole('button', { name: /^Images without a caption: 40/u }).click();
    await eventually(() => queries().length === 6, 'six queries');
    assert.deepEqual(queries(), [
      'match>=0.05 match<0.1',
      'match>=0.95',
      rule?.query,
      'folder:"5_a_folder_with_a_rather_long_name" rule:*',
      '"house"',
      'untagged',
    ]);
    assert.deepEqual([errors, violations], [[], []]);
    await close();
  });

  test('calibration is measured when asked for, stopped, said as a table, or why it is not known', async () => {
    for (const theme of THEMES) {
      const { page, host, errors, violations, close } = await opened({ theme });
      const measured: Calibration = {
        bins: [
          {
            from: 0,
            to: 0.1,
            pairs: 40,
            unknown: 3,
            claimed: 0.03,
            right: 0.05,
            low: 0.01,
            high: 0.2,
          },
          {
            from: 0.9,
            to: 1,
            pairs: 160,
            unknown: 0,
            claimed: 0.97,
            right: 0.99,
            low: 0.96,
            high: 1,
          },
        ],
        pairs: 203,
        exchanged: 40,
        unknown: 3,
      };
      const never = new Promise<Calibration>(() => undefined);
      host.answer('calibration', () => never);
      assert.equal(host.callsOf('calibration').length, 0);
      await page.getByRole('button', { name: 'Measure' }).click();
      await page.getByText('Measuring').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      host.answer('calibration', () => measured);
      await page.getByRole('button', { name: 'Measure' }).click();
      const chart = page.getByRole('img', { name: /^Share of right captions by match/u });
      await chart.waitFor();
      assert.equal(await chart.locator('circle').count(), 2);
      await page.getByText('203 pairs, 40 with a caption exchanged').waitFor();
      const card = page.getByRole('region', { name: 'Can the match be believed?' });
      await card.getByText('As a table').click();
      await card.getByRole('row', { name: '0.9–1.0 97 % 99 % 96 %–100 % 160' }).waitFor();
      assert.deepEqual(await axeFindings(page), []);
      host.answer('calibration', () => ({ why: 'too-alike' as const }));
      await page.getByRole('button', { name: 'Measure again' }).click();
      await page.getByText('the captions are too alike').waitFor();
      assert.deepEqual([errors, violations], [[], []]);
      await close();
    }
  });

  test('the threshold says how many pairs lie below it, opens them, and is kept', async () => {
    const { page, queries, savedState, close } = await opened();
    const threshold = page.getByRole('slider', { name: 'Threshold' });
    await threshold.focus();
    for (let n = 0; n < 20; n++) await page.keyboard.press('ArrowLeft');
    const below = PAIRS.filter(({ match = 1 }) => match < 0.3).length;
    await page.getByText(`${below} of 1,960 pairs have a match below 0.30`).waitFor();
    assert.match((await threshold.getAttribute('aria-valuetext')) ?? '', /below 0\.30$/u);
    await page.getByRole('button', { name: 'Browse these pairs' }).click();
    await eventually(() => queries().length === 1, 'a query');
    assert.deepEqual(queries(), ['match<0.3']);
    assert.deepEqual(savedState(), { threshold: 30 });
    await close();
  });

  test('numbers follow an audit; what the session changed is said', async () => {
    const { page, host, close } = await opened();
    const found = page.getByRole('row', { name: /^Pairs with findings/u }).getByRole('cell');
    const texts = await found.allInnerTexts();
    assert.notEqual(texts[0], texts[1]);
    await page.getByRole('button', { name: /^Mismatched captions.+before: /u }).waitFor();
    host.answer('statistics', () => statisticsAnswer(somePairs(50), somePairs(2100)));
    host.emit({ event: 'changed', findings: true, uris: [] });
    await page.getByRole('button', { name: 'Captions: 49, browse them' }).waitFor();
    await close();
  });

  test('a table has the numbers of each histogram', async () => {
    const { page, statistics, close } = await opened();
    await page.getByText('As a table').nth(1).click();
    const rows = page.getByRole('table').filter({ hasText: 'Characters' }).locator('tbody tr');
    assert.equal(await rows.count(), statistics.length.length);
    const numbers = await rows.locator('td').allInnerTexts();
    const sum = numbers.reduce((all, text) => all + Number(text.replace(',', '')), 0);
    assert.equal(sum, statistics.captions);
    await close();
  });

  test('it says why there are no numbers: still reading, not judged, failed', async () => {
    const host = new ScriptedHost(statisticsAnswers(statisticsAnswer([])));
    host.answer('status', () => tourStatus('indexing'));
    const { page, close } = await harness.open({ name: 'statistics', host });
    await page.getByText('Reading the images.').waitFor();
    const unjudged = somePairs(30).map((pair) => ({ ...pair, match: undefined }));
    host.answer('statistics', () => statisticsAnswer(unjudged));
    host.emit({ event: 'changed', findings: true, uris: [] });
    await page.getByText('No pair could be judged.').waitFor();
    const [dataset] = tourStatus().datasets;
    assert.ok(dataset);
    host.emit({
      event: 'status',
      status: { ...tourStatus(), datasets: [{ ...dataset, incomparable: 'too-few' }] },
    });
    await page.getByText('This dataset has too few pairs to compare').waitFor();
    host.answer('statistics', () => Promise.reject(new Error('The index could not be read.')));
    host.emit({ event: 'changed', findings: true, uris: [] });
    await page.getByRole('alert').getByText('The index could not be read.').waitFor();
    await close();
  });

  for (const theme of THEMES) {
    for (const width of [1280, 240]) {
      test(`axe finds nothing, ${theme}, ${width} px, and nothing is cut off`, async () => {
        const { page, close } = await opened({ theme, width });
        assert.deepEqual(await axeFindings(page), []);
        await page.getByText('As a table').first().click();
        assert.deepEqual(await axeFindings(page), [], 'with a table');
        const wide = await page.evaluate<number>(
          'document.querySelector("pairlens-statistics").scrollWidth - innerWidth',
        );
        assert.ok(wide <= 0, `${wide} px lie beyond the edge`);
        await close();
      });
    }
  }
});
