import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { workplace, type Workplace } from '../support/datasets.ts';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';

describe('the list of kept pairs', () => {
  let place: Workplace;
  let client: LspClient;

  before(async () => {
    place = await workplace();
    await mkdir(path.join(place.folder, 'sub'), { recursive: true });
    for (const [i, name] of ['a', 'sub/b', 'c'].entries()) {
      await photo(i)
        .jpeg()
        .toFile(path.join(place.folder, `${name}.jpg`));
      if (name !== 'c') await writeFile(path.join(place.folder, `${name}.txt`), `photo ${name}\n`);
    }
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('follows verdicts, and names images without a caption as dropped', async () => {
    const at = (name: string): string => path.join(place.folder, name);
    const all = await client.request('pairList', { list: 'files' });
    assert.deepEqual(
      all.files.map(({ name, text }) => [name, text]),
      [
        ['kept.txt', `${at('a.jpg')}\n${at('sub/b.jpg')}\n`],
        ['dropped.txt', `${at('c.jpg')}\n`],
      ],
    );
    const pair = { root: uriOf(place.folder), image: 'a.jpg', captionIndex: 0 };
    await client.request('decide', { pair, decision: 'excluded' });
    const { files, kept, left } = await client.request('pairList', { list: 'musubi-tuner' });
    assert.deepEqual([kept, left], [1, 2]);
    const [list] = files;
    assert.equal(list?.name, 'dataset.jsonl');
    assert.deepEqual(JSON.parse(list.text), {
      image_path: at('sub/b.jpg'),
      caption: 'photo sub/b',
    });
  });
});
