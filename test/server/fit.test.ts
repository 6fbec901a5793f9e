import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  CancellationTokenSource,
  ExecuteCommandRequest,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver/node';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { matrix } from '../../src/core/matching/matrix.ts';
import { SCORE_NAMES } from '../../src/core/audit/pairScorer.ts';
import { FITTED_FILE, fittedBytes } from '../../src/engine/audit/fittedFile.ts';
import { SERVER_COMMANDS } from '../../src/protocol/commands.ts';
import { REQUESTS } from '../../src/protocol/serverApi.ts';
import { writeGoodPairs } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

const CANCELLED: number = LSPErrorCodes.RequestCancelled;
/** More than the pictures that fitting needs. */
const ENOUGH = 64;

describe('fitting in an editor', { timeout: 240_000 }, () => {
  const place = new ServerPlace();
  const { file, start } = place;

  test('says of a small dataset that it is too small, by request and by command', async () => {
    await writeGoodPairs(place.folder, 3);
    const client = await start();
    const said = 'has 3 pictures; fitting needs 60. Audits stay as they are.';
    const { datasets } = await client.request('fit', {});
    assert.deepEqual(
      datasets.map(({ outcome }) => outcome),
      ['too-few'],
    );
    assert.ok(datasets[0]!.message.includes(said));
    await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: SERVER_COMMANDS.fit,
    });
    await client.until(() => client.messages.some((text) => text.includes(said)), 'the message');
  });

  test('has progress, answers other requests meanwhile and can be cancelled; nothing is written that is not better', async () => {
    await writeGoodPairs(place.folder, ENOUGH);
    const client = await start();
    await client.ready();
    const source = new CancellationTokenSource();
    const cancelled = client.connection.sendRequest(REQUESTS.fit.method, {}, source.token);
    source.cancel();
    await assert.rejects(
      cancelled,
      (error) => error instanceof ResponseError && error.code === CANCELLED,
    );
    const fit = client.request('fit', {});
    const again = assert.rejects(client.request('fit', {}), /A fit is running already/);
    const query = { kind: 'text', text: 'colourful circles' } as const;
    const { hits } = await client.request('search', { query, want: 'images' });
    assert.ok(hits.length > 0);
    await again;
    const { datasets } = await fit;
    assert.ok(client.statuses.some(({ fitting }) => fitting !== undefined));
    await client.until(() => client.status?.fitting === undefined, 'the end of the progress');
    assert.equal(datasets[0]?.outcome, 'no-better');
    assert.match(datasets[0].message, /fitting brings nothing beyond chance/);
    await assert.rejects(readFile(file(FITTED_FILE)));
    assert.equal(client.status?.datasets[0]?.fit, undefined);
  });

  test('shows a fit that lies beside the dataset, whether audits use it, and drops it', async () => {
    await writeGoodPairs(place.folder, ENOUGH);
    await mkdir(path.dirname(file(FITTED_FILE)));
    await writeFile(file(FITTED_FILE), await worthlessFit());
    const client = await start();
    await client.ready();
    const shown = { before: 0.8, after: 0.9, used: false };
    assert.deepEqual(client.status?.datasets[0]?.fit, shown);
    const inventory = async () => (await client.request('inventory', {})).folders[0]!;
    assert.deepEqual((await inventory()).datasets[0]?.fit, shown);
    assert.deepEqual(await client.request('dropFit', {}), { dropped: 1 });
    await assert.rejects(readFile(file(FITTED_FILE)));
    assert.equal((await inventory()).datasets[0]?.fit, undefined);
    assert.deepEqual(await client.request('dropFit', {}), { dropped: 0 });
  });
});

/** A fit of the shipped encoders that tells no caption from another. */
async function worthlessFit(): Promise<Uint8Array> {
  const { imageEncoder, textEncoder, close } = await openEncoders(undefined, undefined);
  const { size, modelId } = imageEncoder;
  const grey = { size, rgb: new Uint8Array(size * size * 3).fill(128) };
  const { visual } = await imageEncoder.encode([grey]);
  const { sentence } = await textEncoder.encode(['a picture']);
  await close();
  const head = matrix(sentence.columns, visual.columns);
  head.data[0] = 1;
  const weights = SCORE_NAMES.slice(1).map(() => 0);
  const fold = { captionOfLook: head, lookOfCaption: head, combination: { weights, offset: 0 } };
  return fittedBytes({
    origin: { encoder: modelId, dataset: '', pairs: ENOUGH, images: ENOUGH, folds: 2, seed: 0 },
    model: { seed: 0, folds: [fold, fold] },
    heldOut: { before: 0.8, after: 0.9, error: 0.01 },
    rounds: 1,
    loss: 0,
  });
}
