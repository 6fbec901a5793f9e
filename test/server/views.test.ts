import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { workplace, type Workplace } from '../support/datasets.ts';
import { LspClient } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';

describe('saved views', () => {
  let place: Workplace;
  let client: LspClient;
  const config = (): string => path.join(place.folder, 'pairlens.config.json');

  before(async () => {
    place = await workplace();
    await mkdir(place.folder, { recursive: true });
    await photo(1).jpeg().toFile(path.join(place.folder, 'a.jpg'));
    await writeFile(path.join(place.folder, 'a.txt'), 'a photo\n');
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('are kept in the config file, whose other lines and encoding stay, and removed from it', async () => {
    await client.request('saveView', { name: 'All', query: 'sort:-date' });
    assert.deepEqual(JSON.parse(await readFile(config(), 'utf8')), {
      views: { All: 'sort:-date' },
    });
    const written = '\ufeff{\r\n\t"rules": {},\r\n\t"triggerWords": [ "sks" ]\r\n}\r\n';
    await writeFile(config(), written);
    await client.request('saveView', { name: 'Bad "ones"', query: 'match<0.3' });
    const after = await readFile(config(), 'utf8');
    assert.ok(after.startsWith('\ufeff{\r\n\t"rules": {},\r\n\t"triggerWords": ['), after);
    assert.ok(!/[^\r]\n/u.test(after), 'line ends stay');
    assert.deepEqual((await client.request('views', {})).views, [
      { name: 'Bad "ones"', query: 'match<0.3' },
    ]);
    await client.request('saveView', { name: 'Bad "ones"', query: 'match<0.2' });
    await client.request('saveView', { name: 'A', query: 'cat' });
    assert.deepEqual((await client.request('views', {})).views, [
      { name: 'A', query: 'cat' },
      { name: 'Bad "ones"', query: 'match<0.2' },
    ]);
    await client.request('removeView', { name: 'Bad "ones"' });
    await client.request('removeView', { name: 'gone' });
    assert.deepEqual((await client.request('views', {})).views, [{ name: 'A', query: 'cat' }]);
    await rm(config());
  });

  test('touch no config file that is broken, or has unsaved changes', async () => {
    await writeFile(config(), '{ "rules": { }');
    await assert.rejects(client.request('saveView', { name: 'A', query: 'cat' }), /not valid JSON/);
    assert.equal(await readFile(config(), 'utf8'), '{ "rules": { }');
    await writeFile(config(), '{}');
    await client.open(config(), '{ "failOn": "never" }');
    await assert.rejects(client.request('saveView', { name: 'A', query: 'cat' }), /unsaved/);
    assert.equal(await readFile(config(), 'utf8'), '{}');
    await client.close(config());
  });
});
