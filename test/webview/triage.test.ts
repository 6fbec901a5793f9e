import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FindingItem } from '../../src/protocol/shapes.ts';
import { eventually } from '../support/eventually.ts';
import { focusElsewhere, focusReaches, isFocused } from '../support/inPage.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { tourAnswers, tourFindings, tourPair, tourStatus } from '../support/tourPages.ts';
import { openHarness, type WebviewHarness } from '../support/webviewHarness.ts';

/** A host whose findings vanish once they are dealt with, as the server's do. */
function livingHost(): ScriptedHost {
  let findings: readonly FindingItem[] = tourFindings();
  let last: readonly FindingItem[] = findings;
  const drop = (image: string) => {
    last = findings;
    findings = findings.filter(({ item }) => item?.pair.image !== image);
    host.emit({ event: 'changed', findings: true, uris: [] });
  };
  const host = new ScriptedHost({
    ...tourAnswers(),
    findings: () => ({ findings }),
    setCaption: ({ pair }: { pair: { image: string } }) => {
      drop(pair.image);
      return {};
    },
    swapCaptions: ({ pair }: { pair: { image: string } }) => {
      drop(pair.image);
      return {};
    },
    decide: ({ pair }: { pair: { image: string } }) => {
      drop(pair.image);
      return {};
    },
    undo: () => {
      findings = last;
      host.emit({ event: 'changed', findings: true, uris: [] });
      return { undone: 'the last change' };
    },
  });
  return host;
}

describe('triage by keyboard alone', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  test('a whole session: apply, swap, edit, verify, ignore, undo, skip, to the end', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    const shows = (name: RegExp) => page.getByRole('heading', { name }).waitFor();
    await shows(/koala/u);
    await page.keyboard.press('1');
    await shows(/drum_kit/u);
    await page.keyboard.press('s');
    await shows(/colosseum/u);
    await page.keyboard.press('e');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('The Colosseum, visited by jokers: vxszjk 123 ?');
    await page.keyboard.press('Control+Enter');
    await shows(/solar_panel/u);
    await page.keyboard.press('i');
    await shows(/mountain_trail/u);
    await page.getByText('3 fixed · 1 ignored').waitFor();
    await page.keyboard.press('z');
    await shows(/solar_panel/u);
    await page.getByText('3 fixed', { exact: true }).waitFor();
    await page.keyboard.press('v');
    await shows(/mountain_trail/u);
    await page.keyboard.press('j');
    await shows(/dandelion_bright/u);
    await page.keyboard.press('k');
    await shows(/mountain_trail/u);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await shows(/the end of the list/u);
    await page.getByText('3 fixed · 1 verified · 2 skipped').waitFor();
    assert.deepEqual(
      host.calls
        .filter(({ method }) => ['setCaption', 'swapCaptions', 'decide', 'undo'].includes(method))
        .map(({ method, params }) => [method, (params as { caption?: string }).caption]),
      [
        ['setCaption', 'A koala resting in the fork of a tree.'],
        ['swapCaptions', undefined],
        ['setCaption', 'The Colosseum, visited by jokers: vxszjk 123 ?'],
        ['decide', undefined],
        ['undo', undefined],
        ['decide', undefined],
      ],
    );
    await close();
  });

  test('letters typed into the caption or chosen in the filter are no commands', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    await page.getByRole('textbox', { name: 'Caption' }).focus();
    await page.keyboard.type('vsxjkez?123');
    await page.getByRole('combobox', { name: 'Show findings of' }).focus();
    await page.keyboard.press('i');
    assert.equal(
      host.calls.some(({ method }) => ['decide', 'setCaption'].includes(method)),
      false,
    );
    assert.ok(
      (await page.getByRole('textbox', { name: 'Caption' }).inputValue()).includes('vsxjkez?123'),
    );
    await close();
  });

  test('Enter edits, Escape leaves and keeps what was typed, and keys work again', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    const field = page.getByRole('textbox', { name: 'Caption' });
    await page.keyboard.press('Enter');
    assert.ok(await isFocused(field));
    await page.keyboard.type(' More.');
    await page.keyboard.press('Escape');
    assert.ok(!(await isFocused(field)));
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: /drum_kit/u }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    assert.ok((await field.inputValue()).endsWith(' More.'));
    await page.getByRole('button', { name: 'Discard' }).click();
    assert.equal(await field.inputValue(), tourPair('animals/koala.jpg', 0).caption);
    await close();
  });

  test('match, reasons and neighbours move while one types', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByText('match 0.02').waitFor();
    const last = tourPair('animals/koala.jpg', 0).caption.split(' ').at(-1) ?? '';
    await page.getByText(`Words that do not fit the picture: ${last}`, { exact: true }).waitFor();
    await page.keyboard.press('e');
    await page.keyboard.type(' And a koala.', { delay: 10 });
    await page.getByText('Words that do not fit the picture: koala.', { exact: true }).waitFor();
    await page.locator('#caption-match').getByText('fits well').waitFor();
    await page.getByText('was 0.02').waitFor();
    await page.getByText('16 words compared.').waitFor();
    assert.equal(host.callsOf('match').length, 1);
    await close();
  });

  test('W goes to the words of a caption that fits, and the picture shows where each is', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host, ownClock: true });
    const group = page.getByRole('group', { name: 'Where the picture shows each word' });
    const words = group.getByRole('button');
    await page.getByText('match 0.02').waitFor();
    await page.getByText(/Words that do not fit the picture/u).waitFor();
    // Longer than places wait before they are asked for.
    await page.clock.fastForward('00:10');
    assert.equal(host.callsOf('groundings').length, 0, 'none for the caption that does not fit');
    await page.keyboard.press('e');
    await page.keyboard.type(' And a koala');
    await words.first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    assert.ok(await isFocused(group.getByRole('button', { name: /: top left$/u })));
    const dimmed = page.locator('.shade rect');
    assert.equal(await dimmed.count(), 9);
    const opacity = async (cell: number) =>
      Number(await dimmed.nth(cell).getAttribute('fill-opacity'));
    assert.equal(await opacity(0), 0);
    assert.ok((await opacity(4)) > 0.5);
    await page.keyboard.press('ArrowRight');
    const denied = group.getByRole('button', { name: 'koala: does not fit the picture' });
    assert.ok(await isFocused(denied));
    assert.equal(await dimmed.count(), 0, 'what is not there is not shown anywhere');
    await page.keyboard.press('ArrowLeft');
    await dimmed.first().waitFor();
    await page.keyboard.press('e');
    assert.equal(await dimmed.count(), 0);
    await page.keyboard.type(' again');
    assert.ok(await words.first().isDisabled(), 'nothing is said of the words of another caption');
    await group.getByRole('button', { name: /^again:/u }).waitFor();
    await close();
  });

  test('the focus is never lost: after a suggestion was clicked it is on the next finding', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('button', { name: /A koala resting/u }).click();
    const heading = page.getByRole('heading', { name: /drum_kit/u });
    await heading.waitFor();
    await focusReaches(page, 'drum_kit.jpg');
    await close();
  });

  test('a finding that changes while another part of the window has the focus leaves it there', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    const apply = page.getByRole('button', { name: /A koala resting/u });
    await apply.focus();
    const elsewhere = await focusElsewhere(page);
    await apply.dispatchEvent('click');
    await page.getByRole('heading', { name: /drum_kit/u }).waitFor();
    assert.equal(await elsewhere.taken(), false);
    await elsewhere.back();
    await focusReaches(page, 'drum_kit.jpg');
    await close();
  });

  test('captions that can be read once a question is answered: F asks it', async () => {
    const about = tourFindings().find(({ item }) => item === undefined)!;
    const unread = { ...about, code: 'unread-captions', fixes: [] };
    const host = new ScriptedHost({
      ...tourAnswers(),
      findings: () => ({ findings: [unread] }),
      status: () => ({ ...tourStatus(), questions: 1 }),
    });
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('button', { name: /Settle/u }).waitFor();
    await page.keyboard.press('f');
    await eventually(() => host.callsOf('command').length === 1, 'the question');
    assert.deepEqual(host.callsOf('command')[0]?.params, { command: 'pairlens.settle' });
    await close();
  });

  test('? lists all keys in a dialog that holds the focus and gives it back', async () => {
    const host = livingHost();
    const { page, close } = await harness.open({ name: 'review', host });
    const verified = page.getByRole('button', { name: 'Verified' });
    await verified.focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('v');
    assert.equal(host.callsOf('decide').length, 0, 'no command works behind the dialog');
    await page.keyboard.press('Escape');
    assert.ok(await isFocused(verified));
    await close();
  });

  test('shows what was in view before the tab was hidden', async () => {
    const host = livingHost();
    const first = await harness.open({ name: 'review', host });
    await first.page.getByRole('heading', { name: /koala/u }).waitFor();
    await first.page.keyboard.press('v');
    await first.page.getByRole('heading', { name: /drum_kit/u }).waitFor();
    await first.page.keyboard.press('j');
    await first.page.getByRole('heading', { name: /colosseum/u }).waitFor();
    const state = first.savedState();
    await first.close();
    const second = await harness.open({ name: 'review', host, state });
    await second.page.getByRole('heading', { name: /colosseum/u }).waitFor();
    await second.page.getByText('1 verified', { exact: true }).waitFor();
    await second.close();
  });

  test('no key waits for the editor: the next finding is drawn while the answers take a second each', async () => {
    const second = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          resolve({});
        }, 1000);
      });
    const host = new ScriptedHost({
      ...tourAnswers(),
      decide: second,
      setCaption: second,
      swapCaptions: second,
    });
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    // From the key press until the frame in which another title stands.
    await page.evaluate(`
      globalThis.times = [];
      const title = () => document.querySelector('#finding-title').textContent;
      document.addEventListener('keydown', () => {
        const [from, before] = [performance.now(), title()];
        const look = () => {
          if (title() === before) requestAnimationFrame(look);
          else globalThis.times.push(performance.now() - from);
        };
        requestAnimationFrame(look);
      }, true);
    `);
    const times = () => page.evaluate<number[]>('globalThis.times');
    for (const [n, key] of ['1', 's', 'v', 'i'].entries()) {
      await page.keyboard.press(key);
      await eventually(async () => (await times()).length > n, `${key} goes on`);
    }
    const longest = Math.max(...(await times()));
    console.log(`key to next finding, answers after 1,000 ms: at most ${longest.toFixed(0)} ms`);
    assert.ok(longest < 500, `it took ${longest} ms`);
    await page.getByText('2 fixed · 1 verified · 1 ignored').waitFor();
    await eventually(() => host.callsOf('decide').length === 2, 'all is done in the end');
    await page.getByText('is ignored.').waitFor();
    await close();
  });

  test('a key that is held down decides on one finding only', async () => {
    const host = new ScriptedHost(tourAnswers());
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    await page.keyboard.down('v');
    await page.keyboard.down('v');
    await page.keyboard.down('v');
    await page.keyboard.up('v');
    await page.getByText('1 verified', { exact: true }).waitFor();
    await eventually(() => host.callsOf('decide').length === 1, 'one verdict');
    await close();
  });

  test('what could not be written is shown again with its reason, its text and the focus', async () => {
    const host = new ScriptedHost({
      ...tourAnswers(),
      setCaption: async () => {
        await new Promise((resolve) => {
          setTimeout(resolve, 300);
        });
        throw new Error('koala.txt was changed in the meantime.');
      },
    });
    const { page, close } = await harness.open({ name: 'review', host });
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    await page.keyboard.press('e');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('A koala.');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: /drum_kit/u }).waitFor();
    await page.getByRole('heading', { name: /koala/u }).waitFor();
    await page.getByRole('alert').getByText('koala.txt was changed in the meantime.').waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Caption' }).inputValue(), 'A koala.');
    await focusReaches(page, 'koala.jpg');
    await close();
  });
});
