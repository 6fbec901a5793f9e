import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile, mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openDualEncoder } from '../../src/adapters/dualEncoder.ts';
import { download, type Hub, planDownload } from '../../src/adapters/hubDownload.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { fixtureEncoder } from '../support/fixtureEncoders.ts';

const REVISION = 'a'.repeat(40);
const ID = 'tiny/clip';
const BIG = 'onnx/text_model.onnx';

/** A hub on loopback with one encoder; `answer` may take over a request. */
let answer: (request: IncomingMessage, response: ServerResponse, name: string) => boolean;
let asked: { readonly name: string; readonly range: string | undefined }[];

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  const folder = fixtureEncoder('clip');
  if (url.startsWith('/api/models/')) {
    const graphs = (await readdir(path.join(folder, 'onnx'))).map((name) => `onnx/${name}`);
    const names = [...(await readdir(folder)).filter((name) => name !== 'onnx'), ...graphs];
    const siblings = names.map((rfilename) => ({ rfilename, size: 1000 }));
    if (!answer(request, response, '')) response.end(JSON.stringify({ sha: REVISION, siblings }));
    return;
  }
  const name = url.replace(`/${ID}/resolve/${REVISION}/`, '').replace('/cdn/', '');
  const bytes = await readFile(path.join(folder, name));
  const sha = createHash('sha256').update(bytes).digest('hex');
  // Large files are elsewhere, as at the real hub: the token must not follow.
  if (name === BIG && !url.startsWith('/cdn/')) {
    response.writeHead(302, { Location: `/cdn/${name}`, 'x-linked-etag': `"${sha}"` }).end();
    return;
  }
  const { range } = request.headers;
  asked.push({ name, range });
  if (answer(request, response, name)) return;
  const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  if (start >= bytes.length) response.writeHead(416).end();
  else {
    response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': bytes.length - start });
    response.end(bytes.subarray(start));
  }
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
let hub: Hub;
const signal = new AbortController().signal;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' };
});
after(() => server.close());
beforeEach(() => {
  asked = [];
  answer = () => false;
});

/** Downloads into a new folder, or one with what an earlier run left. */
async function fetched(folder: string): Promise<number[]> {
  const progress: number[] = [];
  const plan = await planDownload(hub, ID, undefined, signal);
  await download(hub, plan, folder, (bytes) => progress.push(bytes), signal);
  return progress;
}

async function errorOf(): Promise<PairLensError> {
  const folder = await temporaryFolder();
  const error = await fetched(path.join(folder.path, 'mine')).catch((reason: unknown) => reason);
  await folder.remove();
  assert.ok(PairLensError.is(error, 'download-failed'), String(error));
  assert.ok(error.remedy);
  return error;
}

describe('an encoder from a hub', () => {
  test('has the files of the most exact graphs, and can be opened', async () => {
    const folder = await temporaryFolder();
    const progress = await fetched(folder.path);
    const files = (await readdir(folder.path, { recursive: true })).map((file) =>
      file.replaceAll('\\', '/'),
    );
    assert.deepEqual(files.sort(), [
      'config.json',
      'onnx',
      'onnx/text_model.onnx',
      'onnx/vision_model.onnx',
      'preprocessor_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    assert.equal(asked.at(-1)?.name, 'config.json');
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    const encoder = await openDualEncoder({ path: folder.path });
    await encoder.close();
    await folder.remove();
  });

  test('goes on where a connection broke off, in one run and in the next', async () => {
    const folder = await temporaryFolder();
    const whole = await readFile(path.join(fixtureEncoder('clip'), BIG));
    let broken = 0;
    answer = (_request, response, name) => {
      if (name !== BIG || broken++ > 0) return false;
      response.writeHead(200, { 'Content-Length': whole.length });
      response.write(whole.subarray(0, 50_000), () => response.destroy());
      return true;
    };
    await fetched(folder.path);
    const tries = asked.filter(({ name }) => name === BIG);
    assert.equal(tries.length, 2);
    const start = Number(/bytes=(\d+)-/.exec(tries[1]?.range ?? '')?.[1]);
    assert.ok(start > 0 && start <= 50_000, tries[1]?.range);
    assert.deepEqual(await readFile(path.join(folder.path, BIG)), whole);

    asked = [];
    const again = path.join(folder.path, 'again');
    await mkdir(path.join(again, 'onnx'), { recursive: true });
    await writeFile(path.join(again, `${BIG}.part`), whole.subarray(0, 70_000));
    await fetched(again);
    assert.equal(asked.find(({ name }) => name === BIG)?.range, 'bytes=70000-');
    assert.deepEqual(await readFile(path.join(again, BIG)), whole);
    await folder.remove();
  });

  test('is refused with a wrong checksum, and the file is deleted', async () => {
    const folder = await temporaryFolder();
    answer = (_request, response, name) => {
      if (name !== BIG) return false;
      response.end('damaged');
      return true;
    };
    await assert.rejects(fetched(folder.path), /text_model\.onnx arrived with a wrong checksum/);
    for (const left of [BIG, `${BIG}.part`, 'config.json']) {
      await assert.rejects(stat(path.join(folder.path, left)), left);
    }
    await folder.remove();
  });

  test('says why the hub gives nothing', async () => {
    const statuses: readonly (readonly [number, RegExp, RegExp])[] = [
      [404, /The hub has no/, /Check the ID/],
      [401, /does not give .* to you \(status 401\)/, /HF_TOKEN/],
      [403, /does not give .* to you \(status 403\)/, /HF_TOKEN/],
    ];
    for (const [status, message, remedy] of statuses) {
      answer = (_request, response) => {
        response.writeHead(status).end('{}');
        return true;
      };
      const error = await errorOf();
      assert.match(error.message, message);
      assert.match(error.remedy ?? '', remedy);
    }
    const page = (_request: IncomingMessage, response: ServerResponse, name: string): boolean => {
      if (name !== '' && name !== 'tokenizer.json') return false;
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>');
      return true;
    };
    answer = page;
    assert.match((await errorOf()).message, /answered with a page, not with a file/);
    answer = (...args) => args[2] !== '' && page(...args);
    assert.match((await errorOf()).message, /tokenizer\.json answered with a page/);
    await assert.rejects(planDownload(hub, '../../etc', undefined, signal), /no ID of an encoder/);
    const nowhere = { url: 'http://127.0.0.1:9' };
    await assert.rejects(planDownload(nowhere, ID, undefined, signal), /cannot be reached/);
  });

  test('gets the token, and no other server does', async () => {
    const other = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.end('x');
    });
    const tokens: (string | undefined)[] = [];
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    let own: string | undefined;
    answer = (request, response, name) => {
      if (name !== 'tokenizer.json') return false;
      own = request.headers.authorization;
      response.writeHead(302, { Location: `http://127.0.0.1:${port}/` }).end();
      return true;
    };
    const folder = await temporaryFolder();
    await fetched(folder.path);
    assert.equal(own, 'Bearer secret');
    assert.deepEqual(tokens, [undefined]);
    other.close();
    await folder.remove();
  });
});
