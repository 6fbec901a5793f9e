import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CompletionRequest } from 'vscode-languageserver/node';
import { workplace, type Workplace } from '../support/datasets.ts';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';

const CAPTIONS = [
  'girl, long_hair, hat',
  'girl, long_hair, smile',
  'girl, short_hair, sky',
  'boy, long_hair, sky, "quoted"',
  'A girl with long hair, standing in front of the sky, and a boy.',
];

describe('tags in an editor', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (i: number) => path.join(place.folder, `${i}.txt`);

  before(async () => {
    place = await workplace();
    await mkdir(place.folder, { recursive: true });
    for (const [i, caption] of CAPTIONS.entries()) {
      await photo(i)
        .jpeg()
        .toFile(path.join(place.folder, `${i}.jpg`));
      await writeFile(file(i), `${caption}\n`);
    }
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  /** What is offered at the end of `typed` in file `i`, and the file after taking the first offer. */
  async function offered(i: number, typed: string, rest = '\n') {
    const uri = uriOf(file(i));
    await client.open(file(i), typed + rest);
    const found = await client.connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position: { line: 0, character: typed.length },
    });
    await client.close(file(i));
    if (found === null || Array.isArray(found)) return { labels: [], taken: undefined };
    const [first] = found.items;
    const edit = first?.textEdit;
    const text = typed + rest;
    const taken =
      edit !== undefined && 'range' in edit
        ? text.slice(0, edit.range.start.character) +
          edit.newText +
          text.slice(edit.range.end.character)
        : undefined;
    return { labels: found.items.map(({ label }) => label), taken };
  }

  test('are offered by their number of captions, without those that the caption has', async () => {
    const { labels, taken } = await offered(0, 'girl, hat, ');
    assert.deepEqual(labels.slice(0, 2), ['long_hair', 'sky']);
    assert.ok(!labels.includes('girl') && !labels.includes('hat'));
    assert.equal(taken, 'girl, hat, long_hair\n');
  });

  test('replace the tag that is being typed, also in the middle of a caption', async () => {
    const { labels, taken } = await offered(0, 'girl, LONG h', 'air, hat\n');
    assert.equal(labels[0], 'long_hair');
    assert.equal(taken, 'girl, long_hair, hat\n');
    const inner = await offered(1, 'girl, smile, sho');
    assert.deepEqual(inner.labels, ['short_hair']);
  });

  test('are not offered in a sentence', async () => {
    const prose = 'A girl with long hair, standing in front of the s';
    assert.deepEqual((await offered(4, prose)).labels, []);
  });

  test('are counted and found, and one is renamed everywhere by one edit', async () => {
    const { total, tags, isOfTags } = await client.request('tags', { text: 'hair', count: 5 });
    assert.deepEqual([total, isOfTags], [2, true]);
    assert.deepEqual(tags[0], { tag: 'long_hair', captions: 3 });
    const { edit, changed } = await client.request('changeEdit', {
      of: { query: 'tag:"long hair"' },
      change: { kind: 'rename-tags', tags: ['long hair'], to: 'very long hair' },
    });
    assert.equal(changed, 3);
    assert.deepEqual(
      edit?.documents.map(({ uri }) => uri),
      [0, 1, 3].map((i) => uriOf(file(i))),
    );
    const first = edit.documents[0]?.edits ?? [];
    assert.deepEqual(
      first.map(({ newText }) => newText),
      ['girl, very long hair, hat'],
    );
  });
});
