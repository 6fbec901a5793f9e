import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axeFindings } from '../support/axe.ts';
import { browseAnswers, browsedItem } from '../support/browsePages.ts';
import { eventually } from '../support/eventually.ts';
import { scrollTo } from '../support/inPage.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import {
  openHarness,
  THEMES,
  type OpenOptions,
  type WebviewHarness,
} from '../support/webviewHarness.ts';

const MANY = 100_000;

describe('the grid of all pairs', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  async function opened(total: number, options: Partial<OpenOptions> = {}) {
    const host = new ScriptedHost(browseAnswers(total));
    const view = await harness.open({ name: 'browse', host, ...options });
    const list = view.page.getByRole('listbox', { name: 'Pairs' });
    const cell = (place: number) => view.page.locator(`#pair-${place}`);
    await cell(0).locator('img').waitFor();
    return { ...view, host, list, cell };
  }

  /** Names of the selected options that are in the page. */
  const paramsOf = (host: ScriptedHost, method: 'decideAll' | 'changeCaptions') =>
    host.callsOf(method).map(({ params }) => {
      type Pairs = { readonly captionIndex: number }[];
      const { pairs, of, ...rest } = params as { pairs?: Pairs; of?: { readonly pairs: Pairs } };
      const all = pairs ?? of?.pairs ?? [];
      return { ...rest, pairs: all.map(({ captionIndex }) => captionIndex) };
    });

  test('100,000 pairs scroll: few are in the page, and pages are asked for where one looks', async () => {
    const started = performance.now();
    const { page, host, list, cell, errors, violations, close } = await opened(MANY);
    console.log(`browse: first picture after ${Math.round(performance.now() - started)} ms`);
    assert.equal(await cell(0).getAttribute('aria-setsize'), String(MANY));
    await list.focus();
    await page.keyboard.press('End');
    await cell(MANY - 1)
      .locator('img')
      .waitFor();
    assert.ok((await page.locator('.cell').count()) < 150);
    const asked = host.callsOf('browse').map(({ params }) => (params as { from: number }).from);
    assert.ok(asked.length < 12, `${asked.length} pages were asked for`);
    assert.ok(asked.includes(MANY - 100));
    await page.keyboard.press('Home');
    await cell(0).locator('img').waitFor();
    await scrollTo(page.locator('.pair-list'), { px: 500_000 });
    await eventually(
      async () => (await page.locator('.cell img').count()) > 0,
      'the middle is shown',
    );
    assert.deepEqual([errors, violations], [[], []]);
    await close();
  });

  test('the filter asks for another list, says what is wrong with it, and is kept', async () => {
    const { page, host, cell, savedState, close } = await opened(500);
    const filter = page.getByRole('textbox', { name: 'Filter' });
    await page.keyboard.press('/');
    await page.keyboard.type('few cats');
    await page.getByText('20 pairs').waitFor();
    await filter.fill('(cat');
    await page.getByRole('alert').getByText('This bracket is not closed.').waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
    await filter.fill('none');
    await page.getByText('No pair is like that.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('500 pairs').waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('match');
    await eventually(
      () =>
        host
          .callsOf('browse')
          .some(({ params }) => (params as { query: string }).query === 'sort:match'),
      'the order is asked for',
    );
    await cell(0).waitFor();
    assert.equal((savedState() as { sort: string }).sort, 'match');
    const order = page.getByRole('combobox', { name: 'Order' });
    await filter.fill('few sort:name');
    await page.getByText('20 pairs').waitFor();
    assert.equal(await order.isDisabled(), true);
    const chosen = await order.locator('option:checked').innerText();
    assert.equal(chosen.trim(), 'In the order of the filter');
    await filter.fill('few');
    await order.and(page.locator(':enabled')).waitFor();
    assert.equal(await order.inputValue(), 'match');
    await close();
  });

  test('the page of statistics is one button away, and shows its pairs here, also over an open pair', async () => {
    const { page, host, list, close } = await opened(500);
    await page.getByRole('button', { name: 'Statistics' }).click();
    await eventually(() => host.callsOf('command').length === 1, 'the command is asked for');
    assert.deepEqual(host.callsOf('command')[0]?.params, { command: 'pairlens.statistics' });
    await list.focus();
    await page.keyboard.press('Enter');
    await page.getByText('1 of 500').waitFor();
    host.emit({ event: 'showQuery', query: 'few cats' });
    await page.getByText('20 pairs').waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Filter' }).inputValue(), 'few cats');
    await close();
  });

  test('a filter with its order is saved as a view, chosen by its name, and removed', async () => {
    const { page, host, close } = await opened(500);
    const save = page.getByRole('button', { name: 'Save View' });
    assert.ok(await save.isDisabled(), 'all pairs are no view');
    const filter = page.getByRole('textbox', { name: 'Filter' });
    await filter.fill('few (-map:1)');
    assert.ok(await save.isDisabled(), 'a selection on the map does not last');
    await filter.fill('few cats');
    await page.getByRole('combobox', { name: 'Order' }).selectOption('match');
    const view = { name: 'Doubtful cats', query: 'few cats sort:match' };
    const other = { name: 'None', query: 'none' };
    host.answer('saveView', () => ({ views: [view, other] }));
    await save.click();
    const views = page.getByRole('combobox', { name: 'Saved views' });
    await page.getByRole('button', { name: 'Remove View' }).waitFor();
    assert.deepEqual(host.callsOf('saveView')[0]?.params, { query: view.query });
    assert.equal(await views.inputValue(), view.name);
    await views.selectOption('None');
    await page.getByText('No pair is like that.').waitFor();
    assert.equal(await filter.inputValue(), 'none');
    await views.selectOption(view.name);
    await page.getByText('20 pairs').waitFor();
    assert.equal(await filter.inputValue(), view.query);
    host.answer('removeView', () => ({ views: [other] }));
    await page.getByRole('button', { name: 'Remove View' }).click();
    await save.waitFor();
    assert.deepEqual(host.callsOf('removeView')[0]?.params, { name: view.name });
    await close();
  });

  test('another page can ask for the page of the first pair of a query', async () => {
    const { page, host, close } = await opened(500);
    host.emit({ event: 'showQuery', query: 'few cats', first: true });
    await page.locator('#pair-title').waitFor();
    await page.keyboard.press('Escape');
    host.emit({ event: 'showQuery', query: 'few dogs' });
    await page.getByText('20 pairs').waitFor();
    assert.equal(await page.locator('#pair-title').count(), 0);
    await close();
  });

  test('pairs are selected with the keyboard and the mouse, also beyond what is loaded', async () => {
    const { page, host, list, cell, close } = await opened(5000);
    await list.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('v');
    await page.getByText('2 pairs are marked as verified.').waitFor();
    await page.keyboard.press('Escape');
    await cell(3).click();
    await cell(6).click({ modifiers: ['Shift'] });
    await page.getByText('4 selected').waitFor();
    await cell(8).click({ modifiers: ['Control'] });
    await page.getByText('5 selected').waitFor();
    await page.getByRole('button', { name: 'Ignore' }).click();
    await page.getByText('5 pairs are ignored.').waitFor();
    await cell(3).click();
    await page.keyboard.press('i');
    await page.getByText('1 pair is ignored.').waitFor();
    await list.focus();
    await page.keyboard.press('Control+a');
    await page.getByText('5,000 selected').waitFor();
    await page.getByRole('combobox', { name: 'Change of the captions' }).selectOption('replace');
    await page.getByRole('textbox', { name: 'Find' }).fill('dog');
    await page.getByRole('textbox', { name: 'Replace by' }).fill('cat');
    await page.getByRole('button', { name: 'Preview and apply' }).click();
    await page.getByText('5000 captions changed.').waitFor();
    assert.deepEqual(paramsOf(host, 'decideAll'), [
      { decision: 'verified', pairs: [0, 1] },
      { decision: 'excluded', pairs: [3, 4, 5, 6, 8] },
      { decision: 'excluded', pairs: [3] },
    ]);
    const [changed] = paramsOf(host, 'changeCaptions');
    assert.equal(changed?.pairs.length, 5000);
    await cell(3).click();
    await cell(4).click({ modifiers: ['Shift'] });
    await page.getByText('2 selected').waitFor();
    // Not confirmed: nothing is said.
    host.answer('removeImages', () => ({ removed: 0 }));
    await page.keyboard.press('Delete');
    await eventually(() => host.callsOf('removeImages').length === 1, 'it is asked');
    assert.equal(await page.getByText(/deleted/u).count(), 0);
    host.answer('removeImages', () => ({ removed: 2 }));
    await page.keyboard.press('Delete');
    await page.getByText('2 images are deleted with what belongs to them.').waitFor();
    assert.deepEqual(host.callsOf('removeImages').at(-1)?.params, {
      of: { pairs: [3, 4].map((n) => browsedItem(n).item.pair) },
    });
    await close();
  });

  test('Enter opens the page of a pair; J and K go through all; Escape goes back to its place', async () => {
    const { page, host, list, cell, close } = await opened(300);
    await list.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByText('2 of 300').waitFor();
    const caption = page.getByRole('textbox', { name: 'Caption' });
    await page.keyboard.press('j');
    await page.getByText('3 of 300').waitFor();
    const text = await caption.inputValue();
    assert.match(text, /^2: /u);
    await page.keyboard.press('e');
    await page.keyboard.type(' More words.');
    await eventually(() => host.callsOf('match').length > 0, 'the match is asked for');
    await page.keyboard.press('Control+Enter');
    await eventually(() => host.callsOf('setCaption').length === 1, 'the caption is written');
    const written = host.callsOf('setCaption')[0]?.params as { caption: string };
    assert.equal(written.caption, `${text} More words.`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await eventually(() => host.callsOf('decideAll').length === 1, 'the pair is ignored');
    for (let n = 0; n < 150; n++) await page.keyboard.press('j');
    await page.getByText('153 of 300').waitFor();
    assert.ok(host.callsOf('follow').length > 2, 'the neighbours follow');
    await page.keyboard.press('Escape');
    await cell(152).waitFor();
    assert.equal(await list.getAttribute('aria-activedescendant'), 'pair-152');
    await close();
  });

  test('Enter on a query that is not answered opens the first pair of its answer, not of the list before', async () => {
    const { page, close } = await opened(500);
    await page.keyboard.press('/');
    await page.keyboard.insertText('few cats');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 20').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Caption' }).and(page.locator(':focus')).waitFor();
    await close();
  });

  test('a caption that is being written stays on its page when the list gets another order', async () => {
    let backwards = false;
    const answers = browseAnswers(50);
    const host = new ScriptedHost({
      ...answers,
      browse: (asked: {
        readonly query: string;
        readonly from: number;
        readonly count: number;
      }) => {
        const all = Array.from({ length: 50 }, (_, n) => browsedItem(backwards ? 49 - n : n));
        const items = all.slice(asked.from, asked.from + asked.count);
        return { total: 50, untagged: 0, items, rules: [], fault: null };
      },
    });
    const { page, close } = await harness.open({ name: 'browse', host });
    await page.locator('#pair-0 img').waitFor();
    await page.getByRole('listbox', { name: 'Pairs' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const caption = page.getByRole('textbox', { name: 'Caption' });
    await page.getByText('2 of 50').waitFor();
    await page.keyboard.press('e');
    await caption.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('A new');
    backwards = true;
    const asked = host.callsOf('browse').length;
    host.emit({ event: 'changed', findings: true, uris: [] });
    await eventually(() => host.callsOf('browse').length > asked, 'the list is asked for again');
    await page.keyboard.type(' caption');
    await page.keyboard.press('Control+Enter');
    await eventually(() => host.callsOf('setCaption').length === 1, 'the caption is written');
    assert.deepEqual(host.callsOf('setCaption')[0]?.params, {
      pair: browsedItem(1).item.pair,
      caption: 'A new caption',
    });
    // It has gone elsewhere; what is typed now goes into no caption.
    await eventually(
      async () => (await caption.inputValue()).startsWith('48: '),
      'the next is shown',
    );
    await page.locator('#pair-title').and(page.locator(':focus')).waitFor();
    await close();
  });

  test('tags are listed with their counts; one filters, several are merged everywhere', async () => {
    const { page, host, list, savedState, close } = await opened(500);
    await list.focus();
    await page.keyboard.press('t');
    const tags = page.getByRole('listbox', { name: 'Tags' });
    const row = (name: string) => tags.getByRole('option', { name, exact: false });
    await row('long_hair').waitFor();
    await page.getByText('405 more; type to find them.').waitFor();
    await row('miku').click();
    const queries = () =>
      host.callsOf('browse').map(({ params }) => (params as { query: string }).query);
    await eventually(() => queries().includes('tag:"miku (vocaloid)"'), 'the filter is the tag');
    await page.getByRole('textbox', { name: 'Find a tag' }).fill('hair');
    await eventually(async () => (await tags.getByRole('option').count()) === 3, 'three are found');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await page.getByText('2 tags marked').waitFor();
    assert.equal(await row('gray hair').getAttribute('aria-selected'), 'true');
    const name = page.getByRole('combobox', { name: 'One name for all' });
    assert.equal(await page.getByRole('button', { name: 'Merge' }).isDisabled(), true);
    await name.fill('grey');
    await eventually(
      () => host.callsOf('tags').some(({ params }) => (params as { text: string }).text === 'grey'),
      'tags are offered',
    );
    await name.fill('silver hair');
    await name.press('Enter');
    await page.getByText('2 captions changed.').waitFor();
    assert.deepEqual(host.callsOf('changeCaptions')[0]?.params, {
      of: { query: 'tag:"gray hair" OR tag:"grey hair"' },
      change: { kind: 'rename-tags', tags: ['gray hair', 'grey hair'], to: 'silver hair' },
    });
    assert.equal(await page.getByText('2 tags marked').count(), 0);
    assert.equal((savedState() as { tagsShown: boolean }).tagsShown, true);
    await close();
  });

  test('the tags of a caption are removed, moved and added to by keys, and the caption follows', async () => {
    const answers = browseAnswers(5);
    const tagged = browsedItem(0);
    const caption = 'girl, (long hair:1.2), hat';
    const host = new ScriptedHost({
      ...answers,
      browse: () => ({
        total: 1,
        untagged: 0,
        items: [{ ...tagged, item: { ...tagged.item, caption } }],
        rules: [],
        fault: null,
      }),
    });
    const { page, close } = await harness.open({ name: 'browse', host });
    const list = page.getByRole('listbox', { name: 'Pairs' });
    await page.locator('#pair-0 img').waitFor();
    await list.focus();
    await page.keyboard.press('Enter');
    const field = page.getByRole('textbox', { name: 'Caption' });
    const chips = page.getByRole('list', { name: 'Tags' });
    await chips.getByRole('button', { name: 'girl', exact: true }).focus();
    await page.keyboard.press('Alt+ArrowRight');
    assert.equal(await field.inputValue(), '(long hair:1.2), girl, hat');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Delete');
    assert.equal(await field.inputValue(), 'girl, hat');
    await chips.getByRole('button', { name: 'Remove hat' }).click();
    await page.getByRole('combobox', { name: 'Add tags' }).fill('smile, sky');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'girl, smile, sky');
    await page.keyboard.press('Control+Enter');
    await eventually(() => host.callsOf('setCaption').length === 1, 'the caption is written');
    const written = host.callsOf('setCaption')[0]?.params as { caption: string };
    assert.equal(written.caption, 'girl, smile, sky');
    await close();
  });

  for (const theme of THEMES) {
    test(`axe finds nothing, ${theme}, wide and narrow`, async () => {
      const { page, list, close } = await opened(300, { theme });
      assert.deepEqual(await axeFindings(page), [], 'the grid');
      await list.focus();
      await page.keyboard.press('Control+a');
      await page.getByText('300 selected').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'a selection');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'the keys');
      await page.keyboard.press('Escape');
      await page.keyboard.press('t');
      const tags = page.getByRole('listbox', { name: 'Tags' });
      await tags.focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Rename' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'the tags');
      await page.setViewportSize({ width: 320, height: 700 });
      assert.deepEqual(await axeFindings(page), [], 'narrow');
      await list.focus();
      await page.keyboard.press('Enter');
      await page.getByText('1 of 300').waitFor();
      await page.getByRole('list', { name: 'Findings' }).waitFor();
      assert.deepEqual(await axeFindings(page), [], 'the page of a pair');
      await page.keyboard.press('Escape');
      await page.getByRole('textbox', { name: 'Filter' }).fill('(');
      await page.getByRole('alert').getByText('This bracket').waitFor();
      assert.deepEqual(await axeFindings(page), [], 'a wrong filter');
      await close();
    });
  }
});
