import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Neighbour, Neighbours } from '../../src/protocol/shapes.ts';
import { eventually } from '../support/eventually.ts';
import { focusReaches, scrollTo, scrollTop } from '../support/inPage.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { mismatch, tourAnswers, tourNeighbours, tourPair } from '../support/tourPages.ts';
import { openHarness, type WebviewHarness } from '../support/webviewHarness.ts';

const focus = (image: string) =>
  ({ event: 'target', target: { kind: 'pair', pair: tourPair(image, 0).pair } }) as const;

function many(count: number): readonly Neighbour[] {
  const [first] = tourNeighbours().captions;
  return Array.from({ length: count }, (_, i) => ({
    ...first!,
    score: 1 - i / count,
    item: {
      ...first!.item,
      pair: { ...first!.item.pair, captionIndex: i },
      caption: `Caption number ${i}.`,
    },
  }));
}

describe('the neighbour browser', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  test('re-orders while one types, with the newest answer, and keeps scroll and expansion', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({
      name: 'neighbours',
      host,
      width: 300,
      height: 320,
    });
    host.emit(focus('dandelion.jpg'));
    const captions = page.getByRole('grid', { name: 'Matching captions' });
    await captions.getByRole('row').first().waitFor();
    await page.getByRole('button', { name: /Near-duplicates/u }).click();
    await scrollTo(page.locator('.scroller'), { px: 90 });
    const neighbours = tourNeighbours();
    const waiting: ((answer: Neighbours) => void)[] = [];
    host.answer('neighbours', () => new Promise<Neighbours>((resolve) => waiting.push(resolve)));
    host.emit(focus('dandelion.jpg'));
    host.emit(focus('dandelion.jpg'));
    await eventually(() => waiting.length === 2, 'both targets are asked for');
    waiting[1]?.({ ...neighbours, captions: neighbours.captions.toReversed() });
    await captions
      .getByRole('row')
      .first()
      .getByRole('button', { name: /ripe fig/u })
      .waitFor();
    waiting[0]?.(neighbours);
    // Messages arrive in order: once the page asks for this target, it has seen the late answer.
    host.emit(focus('dandelion.jpg'));
    await eventually(() => waiting.length === 3, 'the page has seen the late answer');
    await captions
      .getByRole('row')
      .first()
      .getByRole('button', { name: /ripe fig/u })
      .waitFor();
    assert.equal(await scrollTop(page.locator('.scroller')), 90);
    assert.equal(
      await page.getByRole('button', { name: /Near-duplicates/u }).getAttribute('aria-expanded'),
      'true',
    );
    assert.equal(host.callsOf('neighbours')[1]?.cancelled, true);
    await close();
  });

  test('10,000 entries scroll: few are in the page, the last one can be reached by key', async () => {
    const host = new ScriptedHost({ ...tourAnswers(), search: () => ({ hits: many(10_000) }) });
    const { page, close } = await harness.open({ name: 'neighbours', host, width: 240 });
    await page.getByRole('textbox', { name: 'Find images by words' }).fill('caption');
    const grid = page.getByRole('grid', { name: 'Images that match these words' });
    await grid.getByRole('row').first().waitFor();
    assert.equal(await grid.getAttribute('aria-rowcount'), '10000');
    assert.ok((await grid.getByRole('row').count()) < 100);
    await scrollTo(page.locator('.scroller'), { share: 0.5 });
    await grid
      .getByRole('button', { name: /Caption number 5\d\d\d\./u })
      .first()
      .waitFor();
    assert.ok((await grid.getByRole('row').count()) < 100);
    await grid
      .getByRole('button', { name: /Caption number 5\d\d\d\./u })
      .nth(3)
      .focus();
    await page.keyboard.press('End');
    const last = grid.getByRole('button', { name: /Caption number 9999\./u });
    await last.waitFor();
    await focusReaches(page, 'Caption number 9999.');
    await page.keyboard.press('ArrowUp');
    await focusReaches(page, 'Caption number 9998.');
    await close();
  });

  test('10,000 findings are triaged as quickly as ten', async () => {
    const first = mismatch('animals/koala.jpg', 0.02, ['A koala.']);
    const findings = Array.from({ length: 10_000 }, (_, i) => ({ ...first, id: `finding ${i}` }));
    const host = new ScriptedHost({ ...tourAnswers(), findings: () => ({ findings }) });
    const { page, errors, close } = await harness.open({ name: 'review', host });
    await page.getByText('1 of 10000').waitFor();
    for (let i = 0; i < 30; i++) await page.keyboard.press('j');
    await page.getByText('31 of 10000').waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  test('shows again what was shown, where it was scrolled to, after having been hidden', async () => {
    const host = new ScriptedHost(tourAnswers());
    const size = { width: 300, height: 300 };
    const first = await harness.open({ name: 'neighbours', host, ...size });
    host.emit(focus('dandelion.jpg'));
    await first.page.getByRole('row').first().waitFor();
    await first.page.getByRole('button', { name: /Matching images/u }).click();
    await scrollTo(first.page.locator('.scroller'), { px: 120 });
    const state = await eventually(() => {
      const saved = first.savedState();
      return JSON.stringify(saved ?? null).includes('"scrollTop":120') && saved;
    }, 'the place is kept');
    await first.close();
    const second = await harness.open({ name: 'neighbours', host, state, ...size });
    await second.page.getByRole('grid', { name: 'Matching images' }).waitFor();
    assert.equal(await scrollTop(second.page.locator('.scroller')), 120);
    await second.close();
  });

  test('a dropped picture asks for captions; what is no picture says what to do', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({ name: 'neighbours', host, width: 300 });
    const bytes = [
      ...readFileSync(path.resolve(import.meta.dirname, '../../samples/tour/creek.jpg')),
    ];
    const drop = (type: string, name: string) =>
      page.evaluate(
        ([fileType, fileName, content]) => {
          const view = globalThis as unknown as {
            document: { querySelector(s: string): { dispatchEvent(event: unknown): void } };
            DataTransfer: new () => { items: { add(file: unknown): void } };
            DragEvent: new (type: string, options: unknown) => unknown;
          };
          const data = new view.DataTransfer();
          data.items.add(new File([new Uint8Array(content)], fileName, { type: fileType }));
          view.document
            .querySelector('main')
            .dispatchEvent(
              new view.DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
            );
        },
        [type, name, bytes] as const,
      );
    await drop('image/jpeg', 'creek.jpg');
    await page.getByRole('grid', { name: 'Captions that match creek.jpg' }).waitFor();
    const { query } = host.callsOf('search')[0]?.params as { query: { base64: string } };
    assert.deepEqual([...Buffer.from(query.base64, 'base64')], bytes);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await drop('text/plain', 'creek.txt');
    await page.getByText('What was dropped is no image.').waitFor();
    await close();
  });

  test('speaks Chinese where the bundle is Chinese', async () => {
    const strings = JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../l10n/bundle.l10n.zh-cn.json'), 'utf8'),
    ) as Record<string, string>;
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({
      name: 'review',
      host,
      strings,
      locale: 'zh-cn',
    });
    await page.getByRole('heading', { name: '标记原因' }).waitFor();
    await page.getByRole('button', { name: '采用建议 1' }).waitFor();
    await close();
  });

  for (const [state, text] of [
    ['no-dataset', /holds no image-caption dataset/u],
    ['indexing', /Reading the images/u],
    ['failed', /could not read the dataset/u],
  ] as const) {
    test(`says what is going on and what to do: ${state}`, async () => {
      const host = new ScriptedHost(tourAnswers());
      host.answer('status', () => ({
        state,
        counts: { error: 0, warning: 0, info: 0, hint: 0 },
        datasets: [],
      }));
      host.answer('findings', () => ({ findings: [] }));
      for (const name of ['neighbours', 'review'] as const) {
        const { page, close } = await harness.open({ name, host, width: 300 });
        await page.getByText(text).waitFor();
        await close();
      }
    });
  }
});
