import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Duplicates, FindingItem } from '../../src/protocol/shapes.ts';
import { axeFindings } from '../support/axe.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { tourAnswers, tourFindings } from '../support/tourPages.ts';
import { openHarness, type WebviewHarness } from '../support/webviewHarness.ts';

/** A finding of three copies of one picture with different captions. */
function copies(): { readonly finding: FindingItem; readonly group: Duplicates } {
  const [model] = tourFindings();
  assert.ok(model?.item);
  const { item } = model;
  const names = ['dandelion.jpg', 'dandelion_bright.jpg', 'copies/dandelion.png'];
  const captions = ['dandelion, seed head, macro', 'dandelion, bright, Seed_Head', 'flower, plant'];
  const uris = names.map((name) => new URL(name, `${item.pair.root}/`).href);
  const images = names.map((name, i) => ({
    uri: uris[i] ?? '',
    name,
    bytes: 93_400 * (i + 1),
    width: 640,
    height: 480,
    items: [
      {
        ...item,
        pair: { ...item.pair, image: name },
        imageUri: uris[i] ?? '',
        caption: captions[i] ?? '',
        match: 0.9 - 0.3 * i,
      },
    ],
  }));
  const finding: FindingItem = {
    level: 'info',
    evidence: [],
    confidence: 0.95,
    uri: uris[0] ?? '',
    id: 'copies',
    code: 'near-duplicate',
    ofDuplicates: true,
    title: 'Near-duplicates',
    shortTitle: 'Near-duplicate',
    message: '2 other files hold nearly the same picture.',
    imageUri: uris[0] ?? '',
    related: [],
    relatedUris: uris.slice(1),
    fixes: [],
  };
  const merged = 'dandelion, seed head, macro, bright, flower, plant';
  return { finding, group: { images, merged } };
}

describe('duplicates side by side', () => {
  let harness: WebviewHarness;
  before(async () => {
    harness = await openHarness();
  });
  after(async () => {
    await harness.close();
  });

  const open = async () => {
    const { finding, group } = copies();
    const host = new ScriptedHost({
      ...tourAnswers(),
      findings: () => ({ findings: [finding] }),
      duplicates: () => group,
      removeImages: () => ({ removed: 2 }),
    });
    const { page, close } = await harness.open({ name: 'review', host });
    const list = page.getByRole('list', { name: 'The same picture in 3 files' });
    await list.waitFor();
    return { host, page, close, list, group };
  };

  test('each image is shown with captions, sizes and match, and nothing serious by axe', async () => {
    const { page, close, list } = await open();
    assert.equal(await list.getByRole('listitem').count(), 3);
    const second = list.getByRole('listitem').nth(1);
    await second.getByText('640 × 480 · 187 KB').waitFor();
    await second.getByText('dandelion, bright, Seed_Head').waitFor();
    await second.getByText('match 0.60').waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await close();
  });

  test('a digit keeps that image; the others are removed only after the host has asked', async () => {
    const { host, page, close, group } = await open();
    host.answer('removeImages', () => ({ removed: 0 }));
    await page.keyboard.press('2');
    await page.waitForTimeout(200);
    assert.equal(await page.getByRole('list', { name: /same picture/ }).count(), 1);
    host.answer('removeImages', () => ({ removed: 2 }));
    await page.keyboard.press('2');
    await page.getByText('Done: every finding is dealt with.').waitFor();
    const uris = group.images.map(({ uri }) => uri);
    assert.deepEqual(host.callsOf('removeImages').at(-1)?.params, {
      keep: uris[1],
      of: { images: [uris[0], uris[2]] },
    });
    await close();
  });

  test('M gives all the tags of all, D calls the pictures different', async () => {
    const { host, page, close, group } = await open();
    await page.keyboard.press('m');
    await page.getByText('3 captions changed.').waitFor();
    const [call] = host.callsOf('setCaptions');
    assert.deepEqual(call?.params, {
      captions: group.images.map(({ items }) => ({ pair: items[0]?.pair, caption: group.merged })),
    });
    await page.keyboard.press('d');
    await page.getByText('Done: every finding is dealt with.').waitFor();
    assert.deepEqual(host.callsOf('markDifferent')[0]?.params, { id: 'copies' });
    await close();
  });
});
