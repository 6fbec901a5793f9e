import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { beforeEach, describe, test } from 'node:test';
import { CancellationTokenSource, InitializeRequest } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { textHash } from '../../src/protocol/textHash.ts';
import { writeMetadata } from '../support/datasets.ts';
import { CLI_SERVER, LspClient, uriOf } from '../support/lspClient.ts';
import { ServerPlace } from '../support/serverPlace.ts';

const CAPTIONS = Array.from({ length: 60 }, (_, i) => `picture number ${i} with coloured circles`);

describe('the life of the server', () => {
  let text: string;
  const place = new ServerPlace();
  const { file, start, leave, captionOf } = place;

  beforeEach(async () => {
    text = await writeMetadata(place.folder, CAPTIONS);
  });

  test('edits while indexing are those that count in the end', async () => {
    const client = await start();
    await client.until(() => client.status?.state === 'indexing', 'indexing');
    await client.open(file('metadata.jsonl'), text, 'jsonl');
    for (let i = 0; i < 20; i++) {
      await client.change(file('metadata.jsonl'), text.replace(CAPTIONS[3] ?? '', `edit ${i}`));
      await client.request('status', {});
    }
    await client.ready();
    await client.published(file('metadata.jsonl'), 21);
    assert.equal(await captionOf(client, '00003.jpg'), 'edit 19');
  });

  test('1,000 rapid changes settle on the last', async () => {
    const client = await start();
    await client.ready();
    await client.open(file('metadata.jsonl'), text, 'jsonl');
    await client.published(file('metadata.jsonl'), 1);
    const before = client.publications;
    const line = text.split('\n')[5] ?? '';
    const character = line.indexOf(CAPTIONS[5] ?? '');
    const position = { line: 5, character };
    for (let i = 0; i < 1000; i++) {
      const letter = String.fromCharCode(97 + (i % 26));
      void client.change(file('metadata.jsonl'), [
        { range: { start: position, end: position }, text: letter },
      ]);
    }
    await client.published(file('metadata.jsonl'), 1001);
    const caption = await captionOf(client, '00005.jpg');
    assert.equal(caption?.length, 1000 + (CAPTIONS[5]?.length ?? 0));
    assert.ok(client.text(file('metadata.jsonl')).includes(`"${caption}"`));
    assert.ok(client.publications - before < 50, `${client.publications - before} publications`);
  });

  test('a caption added right after a keystroke is added to what the editor shows', async () => {
    const [first = '', ...others] = text.split('\n');
    await writeFile(file('metadata.jsonl'), others.join('\n'));
    const client = await start();
    await client.ready();
    await client.open(file('metadata.jsonl'), others.join('\n'), 'jsonl');
    await client.published(file('metadata.jsonl'), 1);
    // In one go, so that the pause after a keystroke cannot have passed.
    const shown = others.slice(0, 20).join('\n');
    void client.change(file('metadata.jsonl'), shown);
    const { documents } = await client.request('createCaptionEdit', {
      imageUri: uriOf(file('00000.jpg')),
      caption: CAPTIONS[0] ?? '',
    });
    const [edit] = documents;
    assert.equal(edit?.version, 2);
    assert.equal(edit.textHash, await textHash(shown));
    const document = TextDocument.create('', '', 0, shown);
    assert.equal(TextDocument.applyEdits(document, edit.edits), `${shown}\n${first}\n`);
  });

  test('a request is cancelled, and an audit is stopped and gone on with', async () => {
    const client = await start();
    await client.ready();
    const source = new CancellationTokenSource();
    const before = client.statuses.length;
    const asked = client.connection.sendRequest('pairlens/audit', { rebuild: true }, source.token);
    await client.until(
      () => client.statuses.slice(before).some(({ state }) => state === 'indexing'),
      'indexing anew',
    );
    source.cancel();
    await assert.rejects(
      asked,
      (error: { code?: number; data?: { code?: string } }) =>
        error.code === -32800 && error.data?.code === 'cancelled',
    );
    await client.until(() => client.status?.state === 'failed', 'stopped');
    assert.match(client.status?.error?.remedy ?? '', /Audit Dataset/);
    await client.request('audit', {});
    await client.ready();
  });

  test('killed in the middle of its work it starts again where it was', async () => {
    const first = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await first.until(() => (first.status?.done ?? 0) > 0, 'some progress');
    first.process.kill('SIGKILL');
    await first.exited;
    const second = await start();
    await second.ready();
    assert.equal(second.status?.datasets[0]?.pairs, 60);
  });

  test('two servers share a folder and its cache', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await Promise.all([one.ready(), two.ready()]);
    const [a, b] = await Promise.all([one.request('findings', {}), two.request('findings', {})]);
    assert.deepEqual(a, b);
    assert.deepEqual(
      (await readdir(place.cache)).filter((name) => name.includes('damaged')),
      [],
    );
  });

  test('it ends with the process that started it', async () => {
    const parent = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const client = await start();
    leave(client);
    await client.connection
      .sendRequest(InitializeRequest.type, {
        processId: parent.pid ?? 0,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- the type demands it
        rootUri: null,
        capabilities: {},
      })
      .catch(() => undefined);
    parent.kill('SIGKILL');
    const late = setTimeout(() => client.process.kill('SIGKILL'), 15_000);
    assert.equal(await client.exited, 1);
    clearTimeout(late);
  });

  test('it ends when its input ends', async () => {
    const client = await start();
    leave(client);
    client.process.stdin?.end();
    assert.equal(await client.exited, 1);
  });

  test('the command line starts the same server, and nothing leaves the machine', async () => {
    const tattle = `data:text/javascript,${encodeURIComponent(
      "import net from 'node:net'; import dgram from 'node:dgram'; import dns from 'node:dns';" +
        "const say = (what) => () => { process.stderr.write('NETWORK ' + what); throw new Error(what); };" +
        "net.Socket.prototype.connect = say('connect'); dgram.Socket.prototype.send = say('send'); dns.lookup = say('lookup');",
    )}`;
    const client = await start({ command: ['--import', tattle, ...CLI_SERVER] });
    await client.ready();
    await client.request('search', { query: { kind: 'text', text: 'circles' }, want: 'images' });
    assert.doesNotMatch(client.stderr, /NETWORK/);
  });

  test('an audit that cannot find its folder any more says so and lives on', async () => {
    const client = await start();
    await client.ready();
    await rm(place.folder, { recursive: true });
    await client.request('audit', {});
    assert.notEqual((await client.request('status', {})).state, 'ready');
    await mkdir(place.folder);
    await writeMetadata(place.folder, CAPTIONS.slice(0, 5));
    await client.request('audit', {});
    assert.equal((await client.request('status', {})).state, 'ready');
  });
});
