import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { mismatch, tourAnswers, tourNeighbours, tourPair } from '../support/tourPages.ts';
import { openHarness, type WebviewHarness } from '../support/webviewHarness.ts';

const HOSTILE = [
  '</script><script>window.broken = 1</script>',
  '<img src=x onerror="window.broken = 1"><b>bold</b>&amp;',
  '[click](command:workbench.action.quit) `code` **bold** $(trash)',
  'قطة تجلس على كرسي ‮reversed‬ بجانب النافذة',
  '👩‍👩‍👧‍👦 🏳️‍🌈 a family with a flag',
  'x'.repeat(20_000),
  'long words '.repeat(1818),
];

interface Widths {
  readonly scroll: number;
  readonly client: number;
  readonly broken: unknown;
}

function widths(page: Page): Promise<Widths> {
  return page.evaluate(() => {
    const view = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
      broken?: unknown;
    };
    const root = view.document.documentElement;
    return { scroll: root.scrollWidth, client: root.clientWidth, broken: view.broken ?? null };
  });
}

describe('captions from hell', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  for (const [index, caption] of HOSTILE.entries()) {
    const name = caption.length > 60 ? `${caption.slice(0, 10)}... (${caption.length})` : caption;
    test(`is text everywhere in the neighbour browser: ${name}`, async () => {
      const item = tourPair('dandelion.jpg', 0.9, caption);
      const neighbours = tourNeighbours(item);
      const host = new ScriptedHost({
        ...tourAnswers(),
        neighbours: () => ({
          ...neighbours,
          captions: neighbours.captions.map((entry) => ({
            ...entry,
            item: { ...entry.item, caption },
          })),
        }),
      });
      const opened = await harness.open({
        name: 'neighbours',
        host,
        width: 240,
        // The page's own strings may hold anything as well.
        strings: { Neighbours: caption },
      });
      host.emit({ event: 'target', target: { kind: 'pair', pair: item.pair } });
      const shown = opened.page.locator('.focus-caption');
      await shown.waitFor();
      assert.ok(caption.startsWith(((await shown.textContent()) ?? '').trim()));
      assert.ok((await opened.page.getByRole('row').count()) >= 4);
      const { scroll, client, broken } = await widths(opened.page);
      assert.equal(broken, null);
      assert.equal(scroll, client, 'nothing sticks out');
      const height = (await opened.page.getByRole('row').first().boundingBox())?.height ?? 0;
      assert.ok(height > 0 && height < 60, `a row stays a row: ${height} px`);
      assert.deepEqual([opened.violations, opened.errors], [[], []]);
      await opened.close();
    });

    test(`is text everywhere in the review: ${name}`, async () => {
      const finding = mismatch('animals/koala.jpg', 0.9, [caption]);
      const item = { ...finding.item!, caption };
      const host = new ScriptedHost({
        ...tourAnswers(),
        findings: () => ({
          findings: [
            {
              ...finding,
              item,
              fixes: index % 2 === 0 ? finding.fixes : [],
              message: caption,
              evidence: [caption],
              related: index % 2 === 0 ? [] : [{ ...item, caption }],
            },
          ],
        }),
      });
      const opened = await harness.open({ name: 'review', host });
      const field = opened.page.getByRole('textbox', { name: 'Caption' });
      await field.waitFor();
      assert.equal(await field.inputValue(), caption);
      await opened.page.locator('.words button').first().waitFor();
      const { scroll, client, broken } = await widths(opened.page);
      assert.equal(broken, null);
      assert.equal(scroll, client, 'nothing sticks out');
      const choices = await opened.page.locator('.caption-bar').boundingBox();
      assert.ok(choices !== null && choices.y + choices.height <= 800, 'the buttons stay in view');
      const picture = await opened.page.locator('.stage').boundingBox();
      assert.ok((picture?.height ?? 0) >= 80, 'the picture keeps its room');
      assert.deepEqual([opened.violations, opened.errors], [[], []]);
      await opened.close();
    });
  }
});
