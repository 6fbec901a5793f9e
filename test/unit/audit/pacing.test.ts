import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitAuditModel, prepareAudit } from '../../../src/core/audit/auditModel.ts';
import { duplicates } from '../../../src/core/audit/detectors/duplicatePictures.ts';
import { PairLensError } from '../../../src/core/errors.ts';
import { runCooperatively } from '../../../src/core/steps.ts';
import { syntheticBank, syntheticWorld } from '../../support/syntheticWorld.ts';

const N = 600;

async function fitted(pause: () => Promise<void>, signal?: { readonly aborted: boolean }) {
  const { embedded } = syntheticWorld(N);
  const judged = embedded.dataset.pairs.map(() => true);
  const options = { pause, ...(signal && { signal }) };
  const { model } = await fitAuditModel(
    await prepareAudit(embedded, judged, syntheticBank(), options),
    options,
  );
  return { embedded, judged, model };
}

test('learning from a dataset stops for others at least once for every 100 captions it judges', async () => {
  let pauses = 0;
  await fitted(() => {
    pauses++;
    return Promise.resolve();
  });
  // Each pair is judged as it is, and with 33 captions of others; the matching itself makes a handful of pauses.
  assert.ok(pauses > (N * 33) / 100, `${pauses}`);
});

test('learning can be given up at each of its stops', async () => {
  for (const stop of [10, 100, 200]) {
    let pauses = 0;
    const signal = {
      get aborted() {
        return pauses >= stop;
      },
    };
    const pause = () => {
      pauses++;
      return Promise.resolve();
    };
    await assert.rejects(fitted(pause, signal), (error) => PairLensError.is(error, 'cancelled'));
    assert.equal(pauses, stop);
  }
});

test('looking for near-duplicates stops for others every 200 images', async () => {
  const { embedded, model } = await fitted(() => Promise.resolve());
  let pauses = 0;
  const { pairs } = embedded.dataset;
  const context = { embedded, model, elsewhere: [], pairs: () => pairs.keys() };
  const found = runCooperatively(duplicates({ ...context, pair: (p) => pairs[p]! }), () => {
    pauses++;
    return Promise.resolve();
  });
  assert.deepEqual(await found, { findings: [], groups: [] });
  assert.ok(pauses >= N / 200, `${pauses}`);
});
