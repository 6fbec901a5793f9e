import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { mapAnswers, someMap } from '../support/mapPages.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { tourStatus } from '../support/tourPages.ts';
import {
  openHarness,
  THEMES,
  type OpenOptions,
  type WebviewHarness,
} from '../support/webviewHarness.ts';

const MAP = someMap(600);

describe('the map of a dataset', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  async function opened(options: Partial<OpenOptions> = {}, map = MAP) {
    const host = new ScriptedHost(mapAnswers(map));
    const view = await harness.open({ name: 'map', host, ...options });
    const surface = view.page.getByRole('application', { name: /^Map of/u });
    await surface.waitFor();
    await view.page.getByRole('list', { name: 'Legend' }).waitFor();
    return { ...view, host, surface };
  }

  /** Colours that are painted, but for the background. */
  const painted = (page: Page) =>
    page.evaluate<number>(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const pixels = new Uint32Array(data.buffer);
      let others = 0;
      for (const pixel of pixels) if (pixel !== pixels[0]) others++;
      return others;
    })()`);

  test('a lasso selects what it surrounds, and the selection opens in Browse Dataset', async () => {
    const { page, host, surface, errors, violations, close } = await opened();
    await eventually(async () => (await painted(page)) > 1000, 'painted points');
    const box = await surface.boundingBox();
    assert.ok(box);
    // The cloud of the first subject lies at the right.
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const reach = Math.min(box.width, box.height) * 0.9;
    await page.keyboard.down('Shift');
    await page.mouse.move(x + 0.14 * reach, y - 0.2 * reach);
    await page.mouse.down();
    for (const [dx, dy] of [
      [0.56, -0.2],
      [0.56, 0.2],
      [0.14, 0.2],
    ] as const)
      await page.mouse.move(x + dx * reach, y + dy * reach, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const said = await page.getByText(/pairs selected/u).innerText();
    const selected = Number(/^\d+/u.exec(said)?.[0]);
    assert.ok(Math.abs(selected - 120) <= 6, said);
    await page.getByRole('button', { name: 'Browse these pairs' }).click();
    await eventually(() => host.callsOf('browseQuery').length === 1, 'a query');
    const [asked] = host.callsOf('mapSelection');
    const { points } = asked?.params as { points: number[] };
    assert.equal(points.length, selected);
    assert.ok(points.filter((p) => MAP.region[p] === 0).length >= selected - 2);
    assert.deepEqual(host.callsOf('browseQuery')[0]?.params, { query: 'map:1', first: false });
    assert.deepEqual([errors, violations], [[], []]);
    await close();
  });

  test('everything works by keyboard: pairs, selection, zoom; what is at the cursor is said', async () => {
    const { page, host, surface, close } = await opened();
    await surface.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^A caption of point \d+\.$/u).waitFor();
    const first = host.callsOf('mapPair').length;
    await page.keyboard.press('ArrowLeft');
    await eventually(() => host.callsOf('mapPair').length > first, 'another pair');
    await page.keyboard.press('Space');
    await page.getByText('1 of 600 pairs selected').waitFor();
    await page.keyboard.press('+');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('0');
    await page.keyboard.press('Enter');
    await eventually(() => host.callsOf('browseQuery').length === 1, 'the page of the pair');
    assert.deepEqual(host.callsOf('browseQuery')[0]?.params, { query: 'map:1', first: true });
    await page.keyboard.press('Escape');
    await page.getByText('No pair is selected.').waitFor();
    await close();
  });

  test('a name of the legend or a region selects its points; with Ctrl it adds them', async () => {
    const { page, close } = await opened();
    await page.getByRole('button', { name: /^likely wrong/u }).click();
    const wrong = MAP.match.filter((match) => match >= 0 && match < 350).length;
    await page.getByText(`${wrong} of 600 pairs selected`).waitFor();
    await page.getByRole('button', { name: 'cat, sofa' }).click();
    await page.getByText('120 of 600 pairs selected').waitFor();
    await page
      .getByRole('button', { name: 'pizza, table' })
      .click({ modifiers: ['ControlOrMeta'] });
    await page.getByText('240 of 600 pairs selected').waitFor();
    await page.getByLabel('Colour').selectOption('folder');
    await page.getByRole('button', { name: /^Other folders/u }).waitFor();
    await page.getByLabel('Colour').selectOption('rule');
    await page.getByRole('button', { name: /^Near-duplicates/u }).waitFor();
    await close();
  });

  test('what is chosen is kept; another side is asked for, with its progress', async () => {
    const { page, host, savedState, close } = await opened();
    host.answer('map', () => new Promise(() => undefined));
    await page.getByLabel('Close together').selectOption('captions');
    await page.getByText('Laying out the map.').waitFor();
    const { root } = host.callsOf('map').at(-1)?.params as { root: string };
    host.emit({ event: 'mapProgress', root, side: 'captions', share: 0.4 });
    await page.getByRole('progressbar').waitFor();
    assert.deepEqual(savedState(), { root, side: 'captions', colouring: 'match' });
    await close();
  });

  test('it says why there is no map: still reading, too few, failed', async () => {
    const host = new ScriptedHost(mapAnswers(null));
    const ready = tourStatus();
    host.answer('status', () => ({ ...tourStatus('indexing'), datasets: [] }));
    const { page, close } = await harness.open({ name: 'map', host });
    await page.getByText('Reading the images.').waitFor();
    host.emit({ event: 'status', status: ready });
    await page.getByText('Too few different pictures for a map').waitFor();
    host.answer('map', () => Promise.reject(new Error('The index could not be read.')));
    host.emit({ event: 'changed', findings: true, uris: [] });
    await page.getByRole('alert').getByText('The index could not be read.').waitFor();
    await close();
  });

  test('points are painted in the colours of the theme, which may change', async () => {
    const { page, close } = await opened({ theme: 'light' });
    const red = 'rgb(200, 0, 0)';
    const reds = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let p = 0; p < data.length; p += 4)
          if (data[p] === 200 && data[p + 1] === 0 && data[p + 2] === 0) count++;
        return count;
      })()`);
    await eventually(async () => (await painted(page)) > 1000, 'painted points');
    assert.equal(await reds(), 0);
    await page.evaluate(
      `document.documentElement.style.setProperty('--vscode-charts-green', '${red}')`,
    );
    await eventually(async () => (await reds()) > 1000, 'points in another colour');
    await close();
  });

  for (const theme of THEMES) {
    for (const width of [1280, 240]) {
      test(`axe finds nothing, ${theme}, ${width} px, and nothing is cut off`, async () => {
        const { page, surface, close } = await opened({ theme, width });
        await surface.focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Space');
        await page.getByText(/^A caption of point/u).waitFor();
        assert.deepEqual(await axeFindings(page), []);
        const wide = await page.evaluate<number>(
          'document.querySelector("pairlens-map").scrollWidth - innerWidth',
        );
        assert.ok(wide <= 0, `${wide} px lie beyond the edge`);
        await close();
      });
    }
  }
});
