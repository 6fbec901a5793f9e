import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { tourAnswers, tourPair } from '../support/tourPages.ts';
import { openHarness, type WebviewHarness } from '../support/webviewHarness.ts';

describe('the pages under their real policy', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  test('the neighbour browser shows the pair in focus and its neighbours', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, violations, errors, close } = await harness.open({
      name: 'neighbours',
      host,
      width: 320,
    });
    host.emit({
      event: 'target',
      target: { kind: 'pair', pair: tourPair('dandelion.jpg', 0.9).pair },
    });
    await page.getByRole('heading', { name: 'dandelion.jpg' }).waitFor();
    const captions = page.getByRole('grid', { name: 'Matching captions' });
    assert.equal(await captions.getByRole('row').count(), 4);
    await captions.locator('img').first().waitFor();
    await page.getByRole('button', { name: /Look-alikes.*hard negatives: *2/u }).waitFor();
    assert.deepEqual([violations, errors], [[], []]);
    await close();
  });

  test('the review shows the worst finding with suggestions and reasons', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, violations, errors, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /animals\/koala\.jpg/u }).waitFor();
    await page.getByRole('img', { name: 'Image koala.jpg' }).waitFor();
    assert.equal(
      await page.getByRole('textbox', { name: 'Caption' }).inputValue(),
      tourPair('animals/koala.jpg', 0).caption,
    );
    await page.getByRole('heading', { name: 'Why it is flagged' }).waitFor();
    await page.getByRole('button', { name: /A koala resting/u }).waitFor();
    assert.deepEqual([violations, errors], [[], []]);
    await close();
  });

  test('nothing beyond loopback is asked for and nothing is logged as an error', () => {
    assert.deepEqual([harness.external, harness.consoleErrors], [[], []]);
  });
});
