import assert from 'node:assert/strict';
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
import { BIG, HUB_ID, LoopbackHub } from '../support/loopbackHub.ts';

const loopback = new LoopbackHub();
let hub: Hub;
const signal = new AbortController().signal;

before(async () => {
  await loopback.open();
  hub = { url: loopback.url, token: 'secret' };
});
after(() => loopback.close());
beforeEach(() => loopback.reset());

/** Downloads into a new folder, or one with what an earlier run left. */
async function fetched(folder: string): Promise<number[]> {
  const progress: number[] = [];
  const plan = await planDownload(hub, HUB_ID, undefined, signal);
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
    assert.equal(loopback.asked.at(-1)?.name, 'config.json');
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
    loopback.answer = (_request, response, name) => {
      if (name !== BIG || broken++ > 0) return false;
      response.writeHead(200, { 'Content-Length': whole.length });
      response.write(whole.subarray(0, 50_000), () => response.destroy());
      return true;
    };
    await fetched(folder.path);
    const tries = loopback.asked.filter(({ name }) => name === BIG);
    assert.equal(tries.length, 2);
    const start = Number(/bytes=(\d+)-/.exec(tries[1]?.range ?? '')?.[1]);
    assert.ok(start > 0 && start <= 50_000, tries[1]?.range);
    assert.deepEqual(await readFile(path.join(folder.path, BIG)), whole);

    loopback.asked = [];
    const again = path.join(folder.path, 'again');
    await mkdir(path.join(again, 'onnx'), { recursive: true });
    await writeFile(path.join(again, `${BIG}.part`), whole.subarray(0, 70_000));
    await fetched(again);
    assert.equal(loopback.asked.find(({ name }) => name === BIG)?.range, 'bytes=70000-');
    assert.deepEqual(await readFile(path.join(again, BIG)), whole);
    await folder.remove();
  });

  test('is refused with a wrong checksum, and the file is deleted', async () => {
    const folder = await temporaryFolder();
    loopback.answer = (_request, response, name) => {
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
      loopback.answer = (_request, response) => {
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
    loopback.answer = page;
    assert.match((await errorOf()).message, /answered with a page, not with a file/);
    loopback.answer = (...args) => args[2] !== '' && page(...args);
    assert.match((await errorOf()).message, /tokenizer\.json answered with a page/);
    await assert.rejects(planDownload(hub, '../../etc', undefined, signal), /no ID of an encoder/);
    const nowhere = { url: 'http://127.0.0.1:9' };
    await assert.rejects(planDownload(nowhere, HUB_ID, undefined, signal), /cannot be reached/);
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
    loopback.answer = (request, response, name) => {
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
