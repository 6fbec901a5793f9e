import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  FileChangeType,
  HoverRequest,
  type FileEvent,
  InlayHintRequest,
  MarkupContent,
} from 'vscode-languageserver/node';
import { writeMetadata } from '../support/datasets.ts';
import { type LspClient, uriOf } from '../support/lspClient.ts';
import { writeGoodPairs, writePair } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

describe('what the server is given', () => {
  const place = new ServerPlace();
  const { file, start, captionOf } = place;

  async function hover(client: LspClient, name: string): Promise<string> {
    const found = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: uriOf(file(name)) },
      position: { line: 0, character: 2 },
    });
    assert.ok(found && MarkupContent.is(found.contents));
    return found.contents.value;
  }

  test('a folder that is no dataset loads no native code; a dataset that appears later is found', async () => {
    await writeFile(file('main.py'), 'print("hello")\n');
    await writeFile(file('package.json'), '{"name":"nothing"}');
    const client = await start();
    await client.until(() => client.status?.state === 'no-dataset', 'no-dataset');
    if (process.platform === 'linux') {
      const maps = await readFile(`/proc/${client.process.pid ?? 0}/maps`, 'utf8');
      assert.doesNotMatch(maps, /onnxruntime|sharp|vips|\.node\b/);
    }
    assert.equal(client.publications, 0);
    assert.equal(client.progress.length, 0);
    await writeGoodPairs(place.folder, 6);
    await client.watched({ uri: uriOf(file('good-0.jpg')), type: FileChangeType.Created });
    await client.ready();
    assert.equal(client.status?.datasets[0]?.pairs, 6);
  });

  test('settings of the wrong type fall back, with one warning that names them', async () => {
    await writeGoodPairs(place.folder, 3);
    const client = await start({
      settings: {
        maxProblems: 'many',
        inlayScores: 3,
        levels: { 'empty-caption': 'loud', 'missing-caption': 'hint' },
        threads: null,
      },
    });
    await client.ready();
    assert.equal(client.messages.length, 1, client.messages.join('\n'));
    for (const name of ['maxProblems', 'inlayScores', 'levels.empty-caption']) {
      assert.ok(client.messages[0]?.includes(`pairlens.${name}`), name);
    }
    assert.ok(!client.messages[0]?.includes('threads'));
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: null,
    });
    await client.request('status', {});
    assert.equal(client.messages.length, 1);
  });

  test('initializationOptions that are nonsense do no harm', async () => {
    await writeGoodPairs(place.folder, 3);
    const client = await start({
      initializationOptions: { settings: 'loud', trusted: 7, locale: 9 },
    });
    await client.ready();
  });

  test('at most so many problems are shown, the worst first, and all are counted', async () => {
    for (let i = 0; i < 8; i++) await writePair(place.folder, `empty-${i}`, '', i);
    await writeGoodPairs(place.folder, 2);
    const client = await start({ settings: { maxProblems: 3 } });
    await client.ready();
    const shown = () => [...client.diagnostics.values()].flatMap((p) => p.diagnostics);
    // The counts are told after the diagnostics of all files.
    await client.until(() => client.status?.counts.error === 8, 'all errors counted');
    assert.equal(shown().length, 3);
    assert.ok(shown().every(({ severity }) => severity === 1));
    client.settings = { levels: { 'empty-caption': 'off' } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: null,
    });
    await client.until(() => shown().every(({ code }) => code !== 'empty-caption'), 'turned off');
  });

  test('captions full of HTML, Markdown, command links and 20,000 characters are shown as text', async () => {
    const evil = [
      '</script><script>alert(1)</script> <img src=x onerror=alert(1)>',
      '[click](command:workbench.action.terminal.new) ![x](https://example.org/t.png) **bold** `code`',
      '$(trash) https://example.org www.example.org me@example.org <https://example.org>',
      `# heading | a | b ${'x'.repeat(20_000)}`,
    ];
    for (const [i, caption] of evil.entries())
      await writePair(place.folder, `evil-${i}`, caption, i);
    await writeGoodPairs(place.folder, 4);
    const client = await start();
    await client.ready();
    for (const [i] of evil.entries()) {
      const text = await hover(client, `evil-${i}.txt`);
      assert.ok(text.length < 100_000);
      assert.doesNotMatch(text, /<\/?(?:script|img)|[^\\]\*\*bold|\]\(https:|command:workbench/);
      assert.doesNotMatch(text, /(?<!\\)\$\(trash/);
      for (const link of text.match(/\]\([^)]*\)/g) ?? []) {
        assert.match(
          link,
          /^\]\((?:command:pairlens\.(?:openPair|useCaption)\?[\w%.~-]*|data:image\/jpeg;base64,[\w+/=]*(?:\|height=\d+)?)\)$/,
        );
      }
    }
  });

  test('without rich hovers there is neither picture nor command link', async () => {
    await writeGoodPairs(place.folder, 4);
    const client = await start({ initializationOptions: {} });
    await client.ready();
    assert.doesNotMatch(await hover(client, 'good-0.txt'), /data:|command:/);
  });

  test('a file another program writes is read again; while it is open and dirty the document wins', async () => {
    await writeGoodPairs(place.folder, 5);
    const client = await start();
    await client.ready();
    const name = 'good-1.txt';
    const event = { uri: uriOf(file(name)), type: FileChangeType.Changed } satisfies FileEvent;
    await writeFile(file(name), 'written by another program');
    await client.watched(event);
    await client.request('idle', {});
    assert.equal(await captionOf(client, 'good-1.jpg'), 'written by another program');
    await client.open(file(name), 'written by another program');
    const version = await client.change(file(name), 'typed and not saved');
    await client.published(file(name), version);
    await writeFile(file(name), 'written under the document');
    await client.watched(event);
    await client.request('idle', {});
    assert.equal(await captionOf(client, 'good-1.jpg'), 'typed and not saved');
    await client.close(file(name));
    await client.request('idle', {});
    assert.equal(await captionOf(client, 'good-1.jpg'), 'written under the document');
  });

  test('a file that is opened right after another program wrote it says what the document says', async () => {
    // As when VS Code undoes an edit of several files: it has just saved and closed one, and opens it again.
    await writeGoodPairs(place.folder, 5);
    const client = await start();
    await client.ready();
    const name = 'good-1.txt';
    await writeFile(file(name), 'written to the disk');
    await client.watched({ uri: uriOf(file(name)), type: FileChangeType.Changed });
    await client.open(file(name), 'shown and not saved');
    await client.published(file(name), 1);
    await client.request('idle', {});
    assert.equal(await captionOf(client, 'good-1.jpg'), 'shown and not saved');
  });

  test('files that are deleted and renamed take their problems with them', async () => {
    await writeGoodPairs(place.folder, 5);
    await writePair(place.folder, 'empty', '', 9);
    const client = await start();
    await client.ready();
    await client.until(() => client.codes(file('empty.txt')).length > 0, 'problem');
    await rename(file('empty.txt'), file('moved.txt'));
    await rename(file('empty.jpg'), file('moved.jpg'));
    await rm(file('good-4.jpg'));
    await client.watched(
      { uri: uriOf(file('empty.txt')), type: FileChangeType.Deleted },
      { uri: uriOf(file('empty.jpg')), type: FileChangeType.Deleted },
      { uri: uriOf(file('moved.txt')), type: FileChangeType.Created },
      { uri: uriOf(file('moved.jpg')), type: FileChangeType.Created },
      { uri: uriOf(file('good-4.jpg')), type: FileChangeType.Deleted },
    );
    await client.until(() => client.codes(file('moved.txt')).includes('empty-caption'), 'moved');
    await client.until(() => client.codes(file('empty.txt')).length === 0, 'gone');
    await client.until(() => client.codes(file('good-4.txt')).includes('missing-image'), 'orphan');
  });

  test('5,000 files changed at once are one refresh', async () => {
    await writeGoodPairs(place.folder, 5);
    const client = await start();
    await client.ready();
    const refreshes = () =>
      client.logs.filter((line) => line.includes('Reading the folders again')).length;
    const before = refreshes();
    for (let batch = 0; batch < 10; batch++) {
      await client.watched(
        ...Array.from({ length: 500 }, (_, i): FileEvent => ({
          uri: uriOf(file(`photo-${batch * 500 + i}.jpg`)),
          type: FileChangeType.Created,
        })),
      );
    }
    await client.until(() => refreshes() > before, 'a refresh');
    await client.request('idle', {});
    assert.equal(refreshes() - before, 1);
  });

  test('a hovered image of 200 MB blocks nothing', async () => {
    await writeGoodPairs(place.folder, 3);
    const [width, height] = [10_000, 7_000];
    await writeFile(file('large.tif'), tiffHeader(width, height));
    await truncate(file('large.tif'), 8 + 2 + 12 * 10 + 4 + 6 + width * height * 3);
    await writeFile(file('large.txt'), 'a very large black picture');
    const client = await start();
    await client.ready(120);
    const answers: string[] = [];
    const hovering = hover(client, 'large.txt').then(() => answers.push('hover'));
    await client.request('status', {}).then(() => answers.push('status'));
    await hovering;
    assert.deepEqual(answers, ['status', 'hover']);
  });

  test('no path of an untrusted workspace is used', async () => {
    await writeGoodPairs(place.folder, 3);
    const settings = { cachePath: file('stolen'), encoder: file('evil') };
    const untrusted = await start({ settings, initializationOptions: { trusted: false } });
    await untrusted.ready();
    await assert.rejects(readdir(file('stolen')));
    const trusted = await start({ settings: { cachePath: file('chosen') } });
    await trusted.ready();
    assert.notDeepEqual(await readdir(file('chosen')), []);
  });

  test('folders come and go', async () => {
    await writePair(place.folder, 'one', '', 1);
    await writeGoodPairs(place.folder, 2);
    const other = path.join(path.dirname(place.folder), 'other');
    await writePair(other, 'two', '', 2);
    await writeGoodPairs(other, 2);
    const client = await start();
    await client.ready();
    await client.until(() => client.codes(file('one.txt')).length > 0, 'first folder');
    const folder = { uri: uriOf(other), name: 'other' };
    const change = (added: unknown[], removed: unknown[]) =>
      client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added, removed },
      });
    await change([folder], []);
    await client.until(() => client.codes(path.join(other, 'two.txt')).length > 0, 'second folder');
    assert.ok(client.codes(file('one.txt')).length > 0);
    await change([], [folder]);
    await client.until(() => client.codes(path.join(other, 'two.txt')).length === 0, 'taken away');
    assert.ok(client.codes(file('one.txt')).length > 0);
  });

  test('a document that belongs to no dataset is nobody’s business', async () => {
    await writeGoodPairs(place.folder, 3);
    const client = await start();
    await client.ready();
    await client.open(file('notes.txt'), 'notes');
    await client.change(file('notes.txt'), 'more notes');
    await client.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: 'untitled:Untitled-1', languageId: 'plaintext', version: 1, text: 'x' },
    });
    const hints = await client.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri: 'untitled:Untitled-1' },
      range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
    });
    assert.deepEqual(hints, []);
    assert.deepEqual(client.codes(file('notes.txt')), []);
  });

  test('a JSON document that is broken for a moment is one problem, and comes back whole', async () => {
    await writeGoodPairs(place.folder, 6);
    const captions: string[] = [];
    for (let i = 0; i < 6; i++) {
      captions.push((await readFile(file(`good-${i}.txt`), 'utf8')).trim());
      await rm(file(`good-${i}.txt`));
    }
    const document = file('captions.json');
    const text = JSON.stringify({
      images: captions.map((_, id) => ({ id, file_name: `good-${id}.jpg` })),
      annotations: captions.map((caption, id) => ({ id, image_id: id, caption })),
    });
    await writeFile(document, text);
    // The captions are much alike.
    const client = await start({ settings: { levels: { 'hard-negative': 'off' } } });
    await client.ready();
    await client.open(document, text);
    await client.published(document, 1);
    assert.deepEqual(client.codes(document), []);
    const at = { line: 0, character: text.indexOf(captions[3] ?? '') };
    const broken = await client.change(document, [{ range: { start: at, end: at }, text: '"' }]);
    await client.published(document, broken);
    assert.deepEqual(client.codes(document), ['unreadable-caption']);
    // The counts are told after the diagnostics that they count.
    await client.until(() => client.status?.counts.error === 1, 'one error counted');
    const end = { ...at, character: at.character + 1 };
    const mended = await client.change(document, [{ range: { start: at, end }, text: '' }]);
    await client.published(document, mended);
    assert.deepEqual(client.codes(document), []);
    const typed = await client.change(document, [{ range: { start: at, end: at }, text: 'big ' }]);
    await client.published(document, typed);
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('good-3.jpg')) });
    assert.equal(items[0]?.caption, `big ${captions[3] ?? ''}`);
    assert.equal(items[0].incomparable, 'too-few');
  });

  test('one file with all captions: every problem is on its line', async () => {
    const captions = Array.from({ length: 12 }, (_, i) => `circles number ${i} on a background`);
    captions[7] = '';
    const text = await writeMetadata(place.folder, captions);
    // Captions so much alike have no match to show, but tokens of the trainer.
    const client = await start({ settings: { trainer: 'sd-scripts' } });
    await client.ready();
    await client.until(() => client.codes(file('metadata.jsonl')).length > 0, 'problems');
    assert.deepEqual([...client.diagnostics.keys()], [uriOf(file('metadata.jsonl'))]);
    await client.open(file('metadata.jsonl'), text, 'jsonl');
    await client.published(file('metadata.jsonl'), 1);
    const hints = await client.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri: uriOf(file('metadata.jsonl')) },
      range: { start: { line: 3, character: 0 }, end: { line: 4, character: 0 } },
    });
    const line = text.split('\n')[3] ?? '';
    assert.deepEqual(
      hints?.map(({ position }) => position),
      [{ line: 3, character: line.indexOf(captions[3] ?? '') + (captions[3]?.length ?? 0) }],
    );
  });
});

/** Of an uncompressed RGB image in one strip; the pixels follow the header and may be a hole in the file. */
function tiffHeader(width: number, height: number): Buffer {
  const tags: readonly [tag: number, type: number, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 3, 8 + 2 + 12 * 10 + 4],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 8 + 2 + 12 * 10 + 4 + 6],
    [277, 3, 1, 3],
    [278, 4, 1, height],
    [279, 4, 1, width * height * 3],
    [284, 3, 1, 1],
  ];
  const buffer = Buffer.alloc(8 + 2 + 12 * tags.length + 4 + 6);
  buffer.write('II');
  buffer.writeUInt16LE(42, 2);
  buffer.writeUInt32LE(8, 4);
  buffer.writeUInt16LE(tags.length, 8);
  for (const [i, [tag, type, count, value]] of tags.entries()) {
    const at = 10 + 12 * i;
    buffer.writeUInt16LE(tag, at);
    buffer.writeUInt16LE(type, at + 2);
    buffer.writeUInt32LE(count, at + 4);
    buffer.writeUInt32LE(value, at + 8);
  }
  for (let i = 0; i < 3; i++) buffer.writeUInt16LE(8, buffer.length - 6 + 2 * i);
  return buffer;
}
