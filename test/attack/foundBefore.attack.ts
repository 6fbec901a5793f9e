import type { WireEdit } from '../../src/protocol/workspaceEdit.ts';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CodeActionRequest } from 'vscode-languageserver/node';
import { eventually } from '../support/eventually.ts';
import { EDITOR, uriOf, type LspClient } from '../support/lspClient.ts';
import { photo, writePair } from '../support/photos.ts';
import { attackFolder } from './support/data.ts';
import { orItsEnd, refusalOf, startServer, stopServer, within } from './support/server.ts';

// Faults that were found once, by the smallest way there, against the built server. Each has a wider test elsewhere; a full
// disk under the cache is fullDisk.attack.ts.

const root = await attackFolder('found');
const cache = path.join(root, 'cache');
const IMAGES = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
const CAPTION = 'a dog runs over the grass';

/** Image files without captions, in a folder of their own. */
async function pictures(name: string, images: readonly string[]): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder);
  for (const [i, image] of images.entries()) {
    await photo(i).jpeg().toFile(path.join(folder, image));
  }
  return folder;
}

async function ready(folder: string, capabilities = EDITOR): Promise<LspClient> {
  const server = await startServer({ folder, cache, capabilities });
  await server.ready(120);
  return server;
}

const TABLES: Readonly<Record<string, (images: readonly string[]) => string>> = {
  'metadata.csv': (images) =>
    `file_name,text\n${images.map((image) => `${image},${CAPTION}\n`).join('')}`,
  'metadata.jsonl': (images) =>
    images.map((file_name) => `${JSON.stringify({ file_name, text: CAPTION })}\n`).join(''),
  'captions_val.json': (images) =>
    JSON.stringify({
      images: images.map((file_name, id) => ({ id, file_name })),
      annotations: images.map((_, id) => ({ id, image_id: id, caption: CAPTION })),
    }),
};

describe('a table that was broken while the folder was read', () => {
  for (const [name, write] of Object.entries(TABLES)) {
    test(`${name}: it is heard again, and its disk counts once it is closed`, async () => {
      const folder = await pictures(name.replace('.', '-'), IMAGES);
      const file = path.join(folder, name);
      const text = write(IMAGES);
      await writeFile(file, text);
      const server = await ready(folder);
      const pairs = async () => {
        await within(server.request('audit', {}), 'an audit', 60_000);
        const { datasets } = await server.request('status', {});
        return datasets[0]?.pairs ?? 0;
      };
      assert.equal(await pairs(), IMAGES.length);
      await server.open(file, text);
      const range = { start: { line: 0, character: 1 }, end: { line: 0, character: 1 } };
      await server.change(file, [{ range, text: '\n"' }]);
      await pairs();
      await server.change(file, text);
      assert.equal(await pairs(), IMAGES.length, 'the mended document');
      await server.change(file, [{ range, text: '\n"' }]);
      await pairs();
      await server.close(file);
      assert.equal(await pairs(), IMAGES.length, 'the disk after the document');
      await stopServer(server);
    });
  }
});

describe('a fix for a text that was just typed', () => {
  for (const versions of [true, false]) {
    test(`a caption for an image without one, ${versions ? 'with' : 'without'} versions`, async () => {
      const folder = await pictures(`create-${versions}`, IMAGES);
      const file = path.join(folder, 'metadata.jsonl');
      const text = TABLES['metadata.jsonl']!(IMAGES.slice(1));
      await writeFile(file, text);
      const workspaceEdit = versions
        ? { documentChanges: true, resourceOperations: ['create' as const] }
        : {};
      const capabilities = { ...EDITOR, workspace: { ...EDITOR.workspace, workspaceEdit } };
      const server = await ready(folder, capabilities);
      await server.open(file, text);
      const at = { line: 0, character: text.indexOf('dog') };
      await server.change(file, [{ range: { start: at, end: at }, text: 'very large ' }]);
      const secondLine = { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } };
      await server.change(file, [{ range: secondLine, text: '' }]);
      const edit = await within(
        server.request('createCaptionEdit', {
          imageUri: uriOf(path.join(folder, 'a.jpg')),
          caption: 'NEW',
        }),
        'the edit',
      );
      const rows = applied(server.text(file), edit)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { file_name: string; text: string });
      assert.deepEqual(rows.map((row) => `${row.file_name} ${row.text}`).sort(), [
        'a.jpg NEW',
        'b.jpg a very large dog runs over the grass',
        `d.jpg ${CAPTION}`,
      ]);
      await stopServer(server);
    });
  }

  test('blank lines typed inside a quoted CSV caption', async () => {
    const folder = await pictures('blank', IMAGES.slice(0, 2));
    const file = path.join(folder, 'metadata.csv');
    const text = 'file_name,text\na.jpg,"A girl on stairs\n\nin a pink dress"\nb.jpg,two dogs\n';
    await writeFile(file, text);
    const server = await ready(folder);
    await server.open(file, text);
    const at = { line: 2, character: 0 };
    await server.change(file, [{ range: { start: at, end: at }, text: '\n\n\n\n\n' }]);
    const pair = { root: uriOf(folder), image: 'a.jpg', captionIndex: 0 };
    const edit = await within(server.request('captionEdit', { pair, caption: 'NEW' }), 'the edit');
    assert.match(
      applied(server.text(file), edit),
      /^file_name,text\na\.jpg,"?NEW"?\nb\.jpg,two dogs\n$/,
    );
    await stopServer(server);
  });
});

test('a decision through a link that leads out is refused, and no shell will run the caption', async () => {
  const home = path.join(root, 'home');
  const folder = path.join(home, 'downloads/dataset');
  const shell = path.join(home, '.bashrc');
  await mkdir(path.join(folder, '.pairlens'), { recursive: true });
  await writeFile(shell, '# my shell settings\n');
  await symlink('../../../.bashrc', path.join(folder, '.pairlens/decisions.jsonl'));
  for (let i = 0; i < 4; i++) await writePair(folder, `${i}`, `${CAPTION} $(touch PWNED)`, i);
  const server = await ready(folder);
  const pair = { root: uriOf(folder), image: '0.jpg', captionIndex: 0 };
  const decision = server.request('decide', { pair, decision: 'verified' });
  assert.match((await refusalOf(orItsEnd(server, decision), 'a decision')) ?? '', /decisions/);
  assert.equal(await readFile(shell, 'utf8'), '# my shell settings\n');
  await stopServer(server);
});

test('a quick fix beside a named pipe is answered, and the server goes on', async () => {
  const folder = path.join(root, 'pipe');
  for (let i = 1; i < 5; i++) await writePair(folder, `${i}`, CAPTION, i);
  await photo(0).jpeg().toFile(path.join(folder, '0.jpg'));
  execFileSync('mkfifo', [path.join(folder, '0.txt')]);
  const server = await ready(folder);
  const image = path.join(folder, '0.jpg');
  const uri = uriOf(image);
  await server.until(() => server.of(image).length > 0, 'the problem of the image');
  const [diagnostic] = server.of(image);
  const asked = server.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic!.range,
    context: { diagnostics: [diagnostic!] },
  });
  await within(asked, 'the quick fixes beside a pipe');
  await refusalOf(
    server.request('createCaptionEdit', { imageUri: uri, caption: 'x' }),
    'a caption',
  );
  const file = path.join(folder, '2.txt');
  await server.open(file, CAPTION);
  await server.change(file, 'two cats');
  const other = uriOf(path.join(folder, '2.jpg'));
  await eventually(async () => {
    const { items } = await within(server.request('pairsOfImage', { uri: other }), 'pairs');
    return items[0]?.caption === 'two cats';
  }, 'what is typed elsewhere is heard');
  await stopServer(server);
});

/** The document after the edit, which must be for it alone. */
function applied(text: string, edit: WireEdit): string {
  assert.equal(edit.documents.length, 1);
  const document = TextDocument.create('file:///x', 'plaintext', 1, text);
  return TextDocument.applyEdits(document, [...edit.documents[0]!.edits]);
}
