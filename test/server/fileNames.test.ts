import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileBytes } from '../support/fileBytes.ts';
import { uriOf } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

const NAMES = [
  'a red disc on a grey ground',
  'two blue discs in a row',
  'a green disc beside an orange one',
  'a disc of many colours',
];

describe('captions in the names of images, in an editor', { timeout: 240_000 }, () => {
  const place = new ServerPlace();
  const { file, start } = place;

  test('are shown as read-only, and no request makes an edit of an image', async () => {
    await mkdir(place.folder, { recursive: true });
    const names = NAMES.map((name, i) => `${name}_0000${i}.jpg`);
    for (const [i, name] of names.entries()) {
      await writeFile(file(name), await photo(i).jpeg().toBuffer());
    }
    await writeFile(file('IMG_1.jpg'), await photo(9).jpeg().toBuffer());
    const old = await fileBytes(place.folder, { but: '.pairlens' });
    const client = await start({ initializationOptions: { opensMembers: true } });
    await client.ready();
    const items = [];
    for (const name of names) {
      const near = await client.request('neighbours', {
        target: { kind: 'image', uri: uriOf(file(name)) },
        k: 3,
      });
      assert.equal(near?.focus.readOnly, 'file-name');
      assert.equal(near.focus.captionUri, near.focus.imageUri);
      items.push(near.focus);
    }
    const [one, two] = items;
    assert.ok(one !== undefined && two !== undefined);
    const says = /name of the file/;
    await assert.rejects(client.request('captionEdit', { pair: one.pair, caption: 'x' }), says);
    await assert.rejects(client.request('swapEdit', { pair: one.pair, other: two.pair }), says);
    const both = [
      { to: one.pair, from: two.pair },
      { to: two.pair, from: one.pair },
    ];
    await assert.rejects(client.request('moveEdit', { moves: both }), says);
    const captions = items.map(({ pair }) => ({ pair, caption: 'x' }));
    await assert.rejects(client.request('captionEdits', { captions }), says);
    await assert.rejects(
      client.request('createCaptionEdit', { imageUri: uriOf(file('IMG_1.jpg')), caption: 'x' }),
      /cannot be added/,
    );
    await assert.rejects(client.request('saveAsUtf8', { uri: one.imageUri, encoding: 'latin1' }));
    const change = await client.request('changeEdit', {
      of: { pairs: items.map(({ pair }) => pair) },
      change: {
        kind: 'replace',
        find: 'a',
        replacement: 'the',
        regex: false,
        matchCase: true,
      },
    });
    assert.equal(change.edit, null);
    assert.ok(change.readOnly['file-name'] > 0);
    const { findings } = await client.request('findings', {});
    const fixes = await client.request('findingFixes', {
      of: { ids: findings.map(({ id }) => id) },
      suggestions: false,
    });
    assert.equal(fixes.edit, null);
    assert.deepEqual(fixes.files, []);
    await client.request('decide', { pair: one.pair, decision: 'verified' });
    assert.deepEqual(await fileBytes(place.folder, { but: '.pairlens' }), old);
  });
});
