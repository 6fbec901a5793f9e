import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Workplace } from '../support/datasets.ts';
import { type LspClient, uriOf } from '../support/lspClient.ts';
import { openTour } from '../support/serverTour.ts';

describe('files and what belongs to them', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);

  before(async () => {
    ({ place, client } = await openTour());
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('a caption file without an image is known as such, and leaves alone', async () => {
    const { findings } = await client.request('findings', {});
    const lone = findings.filter(({ loneCaption }) => loneCaption === true);
    const uri = uriOf(file('harbour_evening.txt'));
    assert.deepEqual(
      lone.map((finding) => finding.uri),
      [uri],
    );
    const folder = uriOf(file('.excluded'));
    const plan = await client.request('takeOut', { images: [uri], folder });
    assert.deepEqual(plan.moves, [{ from: uri, to: `${folder}/harbour_evening.txt` }]);
    assert.deepEqual([plan.edit, plan.creations, plan.left], [null, [], []]);
  });

  test('the pair of a caption is known by its place, and none elsewhere', async () => {
    const position = { line: 0, character: 3 };
    const at = (name: string) => client.request('pairAt', { uri: uriOf(file(name)), position });
    const pair = await at('animals/koala.txt');
    assert.equal(pair?.imageUri, uriOf(file('animals/koala.jpg')));
    assert.equal(pair.caption, (await readFile(file('animals/koala.txt'), 'utf8')).trim());
    assert.equal(await at('harbour_evening.txt'), null);
  });
});
