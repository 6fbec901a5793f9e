import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CodeActionRequest } from 'vscode-languageserver/node';
import { uriOf } from '../support/lspClient.ts';
import { writeGoodPairs } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

const POSIX = process.platform === 'win32' ? 'no such files on Windows' : false;

describe('links and pipes in an opened folder', { skip: POSIX, timeout: 240_000 }, () => {
  const place = new ServerPlace();
  const { file, start, captionOf } = place;
  const pair = (image: string) => ({ root: uriOf(place.folder), image, captionIndex: 0 });

  test('a decision is not written through a link out of the folder, in whatever place it is', async () => {
    await writeGoodPairs(place.folder, 4);
    const home = path.join(place.folder, '../home');
    await mkdir(path.join(home, 'folder'), { recursive: true });
    await writeFile(path.join(home, '.bashrc'), '# mine\n');
    const client = await start();
    await client.ready();
    for (const make of [
      async () => {
        await mkdir(file('.pairlens'));
        await symlink(path.join(home, '.bashrc'), file('.pairlens/decisions.jsonl'));
      },
      async () => {
        await mkdir(file('.pairlens'));
        await symlink(path.join(home, 'nothing-yet'), file('.pairlens/decisions.jsonl'));
      },
      () => symlink(path.join(home, 'folder'), file('.pairlens')),
    ]) {
      await make();
      await assert.rejects(
        client.request('decide', { pair: pair('good-0.jpg'), decision: 'verified' }),
        /outside of the opened folder/,
      );
      await rm(file('.pairlens'), { recursive: true });
    }
    assert.equal(await readFile(path.join(home, '.bashrc'), 'utf8'), '# mine\n');
    assert.deepEqual((await readdir(home)).sort(), ['.bashrc', 'folder']);
    assert.deepEqual(await readdir(path.join(home, 'folder')), []);
    await client.request('decide', { pair: pair('good-0.jpg'), decision: 'verified' });
    assert.match(await readFile(file('.pairlens/decisions.jsonl'), 'utf8'), /good-0\.jpg/);
  });

  test('a caption that lies outside is read, named, and not edited', async () => {
    await writeGoodPairs(place.folder, 4);
    const outside = path.join(place.folder, '../secret.txt');
    await writeFile(outside, 'circles of a secret');
    await rm(file('good-1.txt'));
    await symlink(outside, file('good-1.txt'));
    const client = await start();
    await client.ready();
    assert.equal(await captionOf(client, 'good-1.jpg'), 'circles of a secret');
    await client.until(() => client.codes(file('good-1.txt')).includes('outside-link'), 'the link');
    await assert.rejects(
      client.request('captionEdit', { pair: pair('good-1.jpg'), caption: 'x' }),
      /outside of the opened folder/,
    );
    await assert.rejects(
      client.request('swapEdit', { pair: pair('good-0.jpg'), other: pair('good-1.jpg') }),
      /outside of the opened folder/,
    );
    const edit = await client.request('captionEdit', { pair: pair('good-0.jpg'), caption: 'x' });
    assert.equal(edit.documents.length, 1);
  });

  test('a pipe by the name of a caption stops nothing: the fix is refused, the server lives on', async () => {
    await writeGoodPairs(place.folder, 4);
    await rm(file('good-0.txt'));
    await promisify(execFile)('mkfifo', [file('good-0.txt')]);
    const client = await start();
    await client.ready();
    await client.until(() => client.codes(file('good-0.jpg')).length > 0, 'the missing caption');
    const [missing] = client.of(file('good-0.jpg'));
    assert.ok(missing && typeof missing.message === 'string');
    assert.match(missing.message, /good-0\.txt is a named pipe, not a file/);
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: uriOf(file('good-0.jpg')) },
      range: missing.range,
      context: { diagnostics: [missing] },
    });
    assert.deepEqual(actions, []);
    await assert.rejects(
      client.request('createCaptionEdit', { imageUri: uriOf(file('good-0.jpg')), caption: 'x' }),
      /is a named pipe, not a file/,
    );
    await client.open(file('good-1.txt'), await readFile(file('good-1.txt'), 'utf8'));
    const version = await client.change(file('good-1.txt'), 'two cats');
    await client.published(file('good-1.txt'), version);
    assert.equal(await captionOf(client, 'good-1.jpg'), 'two cats');
  });
});
