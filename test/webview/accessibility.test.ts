import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axeFindings } from '../support/axe.ts';
import { holdsFocus, isFocused } from '../support/inPage.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { tourAnswers, tourPair } from '../support/tourPages.ts';
import { openHarness, THEMES, type WebviewHarness } from '../support/webviewHarness.ts';

const focus = (image: string) =>
  ({ event: 'target', target: { kind: 'pair', pair: tourPair(image, 0).pair } }) as const;

describe('accessibility', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  for (const theme of THEMES) {
    test(`axe finds nothing on the neighbour browser, ${theme}, 240 px`, async () => {
      const host = new ScriptedHost(tourAnswers());
      const { page, close } = await harness.open({ name: 'neighbours', host, theme, width: 240 });
      assert.deepEqual(await axeFindings(page), [], 'nothing to show');
      host.emit(focus('dandelion.jpg'));
      await page.getByRole('grid').first().locator('img').first().waitFor();
      await page.getByRole('button', { name: /Matching images/u }).click();
      await page.getByRole('button', { name: /Near-duplicates/u }).click();
      assert.deepEqual(await axeFindings(page), [], 'all sections open');
      await page.getByRole('row').nth(1).getByRole('button').first().focus();
      await page.keyboard.press('u');
      await page.getByText(/^Caption of .+ replaced\.$/u).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'after using a caption');
      await page.getByRole('textbox', { name: 'Find images by words' }).fill('flower');
      await page.getByRole('grid', { name: 'Images that match these words' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'searching');
      host.answer('search', () => Promise.reject(new Error('The index could not be read.')));
      await page.getByRole('textbox', { name: 'Find images by words' }).fill('flowers');
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'a search that failed');
      await close();
    });

    test(`axe finds nothing on the review, ${theme}`, async () => {
      const host = new ScriptedHost(tourAnswers());
      const { page, close } = await harness.open({ name: 'review', host, theme });
      await page.getByRole('img', { name: 'Image koala.jpg' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'a wrong caption');
      await page.keyboard.press('e');
      await page.keyboard.type(' And a koala.');
      await page.getByText('fits well').first().waitFor();
      await page.locator('.words button:enabled').first().waitFor();
      assert.deepEqual(await axeFindings(page), [], 'typing');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'the list of keys');
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await page.getByRole('img', { name: 'Image honey_bee.jpg' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'two side by side');
      host.answer('decide', () => Promise.reject(new Error('The file is read-only.')));
      await page.keyboard.press('v');
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'a failure');
      for (let i = 0; i < 5; i++) await page.keyboard.press('j');
      await page.getByRole('heading', { name: 'You have reached the end of the list.' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'the end');
      await close();
    });
  }

  test('one tab stop for each list; arrow keys move in it', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({ name: 'neighbours', host, width: 300 });
    host.emit(focus('dandelion.jpg'));
    const rows = page.getByRole('grid', { name: 'Matching captions' }).getByRole('row');
    await rows.first().waitFor();
    const stops = page.locator('pairlens-entries').first().locator('button[tabindex="0"]');
    assert.equal(await stops.count(), 1);
    await stops.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const compare = rows.nth(1).getByRole('button', { name: 'Compare side by side (C)' });
    assert.ok(await isFocused(compare));
    assert.equal(await stops.count(), 1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    assert.ok(await holdsFocus(rows.nth(3)), 'End goes to the last entry');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('u');
    await page.getByText(/^Caption of .+ replaced\.$/u).waitFor();
    assert.deepEqual(
      host.calls.filter(({ method }) => ['compare', 'setCaption'].includes(method)).length,
      2,
    );
    // From the list the next tab stop lies outside of it.
    await page.keyboard.press('Tab');
    assert.ok(await isFocused(page.getByRole('button', { name: /^Matching images/u })));
    await close();
  });

  test('nothing moves for those who asked for that', async () => {
    const host = new ScriptedHost(tourAnswers());
    host.answer('neighbours', () => new Promise(() => undefined));
    const { page, close } = await harness.open({ name: 'neighbours', host, width: 300 });
    host.emit(focus('dandelion.jpg'));
    await page.locator('.busy-line.busy').waitFor({ state: 'attached' });
    const running = () =>
      page.evaluate(
        () =>
          (
            globalThis as unknown as { document: { getAnimations(): unknown[] } }
          ).document.getAnimations().length,
      );
    assert.ok((await running()) > 0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await running(), 0);
    await close();
  });

  test('scores that change while one types are said once one pauses, politely', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('img', { name: 'Image koala.jpg' }).waitFor();
    const announcer = page.locator('.announcer');
    assert.equal(await announcer.getAttribute('role'), 'status');
    await page.keyboard.press('e');
    await page.keyboard.type(' And a koala.', { delay: 30 });
    await page.waitForFunction(() =>
      /match 0\.\d\d, fits well/u.test(
        (
          globalThis as unknown as {
            document: { querySelector(selector: string): { textContent: string } };
          }
        ).document.querySelector('.announcer').textContent,
      ),
    );
    await close();
  });
});
