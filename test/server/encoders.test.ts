import assert from 'node:assert/strict';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import {
  CancellationTokenSource,
  DidChangeConfigurationNotification,
} from 'vscode-languageserver/node';
import { readDualEncoderFolder } from '../../src/adapters/dualEncoderFolder.ts';
import { openSegmentStore } from '../../src/adapters/segmentStore.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { REQUESTS } from '../../src/protocol/serverApi.ts';
import { fixtureEncoder } from '../support/fixtureEncoders.ts';
import type { LspClient } from '../support/lspClient.ts';
import { writeGoodPairs } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

describe('choosing an encoder in an editor', { timeout: 240_000 }, () => {
  const place = new ServerPlace();
  let stored: string;
  const at = (name: string): string => path.join(stored, ...name.split('/'));
  const start = (): Promise<LspClient> => place.start({ env: { PAIRLENS_ENCODERS: stored } });

  beforeEach(async () => {
    await writeGoodPairs(place.folder, 4);
    stored = path.join(place.cache, '..', 'encoders');
    await cp(fixtureEncoder('clip'), at('tiny/clip'), { recursive: true });
    await mkdir(at('tiny/cut-off'));
    await cp(
      path.join(at('tiny/clip'), 'config.json'),
      path.join(at('tiny/cut-off'), 'config.json'),
    );
  });

  test('lists those that are stored; one that cannot be used is refused in the words of the command line', async () => {
    const client = await start();
    const { encoders, inUse } = await client.request('encoders', {});
    assert.equal(inUse, '');
    assert.deepEqual(
      encoders.map(({ name, path: folder }) => [name, folder]),
      ['tiny/clip', 'tiny/cut-off'].map((name) => [name, at(name)]),
    );
    assert.ok((encoders[0]?.bytes ?? 0) > 10_000);
    assert.equal(encoders[1]?.bytes, undefined);
    const { model, bytes } = await client.request('tryEncoder', { path: at('tiny/clip') });
    assert.match(model, /^clip-fp32-/);
    assert.equal(bytes, encoders[0]?.bytes);
    const refusal = await readDualEncoderFolder({ path: at('tiny/cut-off') }).catch(
      (error: unknown) => error,
    );
    assert.ok(PairLensError.is(refusal, 'invalid-model'));
    await assert.rejects(client.request('tryEncoder', { path: at('tiny/cut-off') }), {
      message: refusal.message,
    });
    await client.ready();
    assert.equal((await client.request('encoders', {})).inUse, '');
  });

  test('encoders are measured on the open dataset, one that cannot be used says why, and it can be cancelled', async () => {
    const client = await start();
    const shipped = await client.request('measureEncoder', { path: '' });
    const [dataset] = shipped.datasets;
    assert.equal(dataset?.images, 4);
    assert.ok((shipped.picturesPerSecond ?? 0) > 0 && (shipped.bytes ?? 0) > 30e6);
    assert.ok(dataset.imageToText >= 0 && dataset.imageToText <= 100);
    assert.equal(path.relative(place.folder, dataset.root), '');
    const cutOff = await client.request('measureEncoder', { path: at('tiny/cut-off') });
    assert.match(cutOff.error ?? '', /is no encoder: it has no/);
    assert.deepEqual(cutOff.datasets, []);
    await assert.rejects(client.request('measureEncoder', { path: at('tiny/gone') }), {
      message: /no encoder .*tiny.gone/,
    });

    const stopped = new CancellationTokenSource();
    const running = client.connection.sendRequest(
      REQUESTS.measureEncoder.method,
      { path: '' },
      stopped.token,
    );
    stopped.cancel();
    await assert.rejects(running, /[Cc]ancel/);
  });

  test('switching back and forth computes nothing twice', async () => {
    const client = await start();
    await client.ready();
    const use = async (encoder: string): Promise<number> => {
      const reads = (): number => client.logs.filter((line) => line.includes('again')).length;
      const before = reads();
      client.settings = { encoder };
      await client.connection.sendNotification(DidChangeConfigurationNotification.type, {
        settings: null,
      });
      await client.until(() => reads() > before, 'the other encoder');
      await client.request('idle', {});
      assert.equal((await client.request('encoders', {})).inUse, encoder);
      return kept(place.cache);
    };
    const shipped = await kept(place.cache);
    const both = await use(at('tiny/clip'));
    const note = async () => (await client.request('status', {})).encoderNote;
    assert.match((await note()) ?? '', /has no reference pairs/);
    // Some facts of files are noted anew, but no embeddings.
    const computed = both - shipped;
    assert.ok(computed > 2000, `${shipped} ${both}`);
    assert.ok((await use('')) < both + computed / 4);
    assert.equal(await note(), undefined);
    assert.ok((await use(at('tiny/clip'))) < both + computed / 4);
  });
});

/** Bytes of the cache: more after anything was computed that it did not hold. */
async function kept(folder: string): Promise<number> {
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const cache = await openSegmentStore({ folder, log });
  const { bytes } = cache.stats();
  await cache.close();
  return bytes;
}
