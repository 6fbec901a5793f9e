import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import type { LearntModel } from '../../src/core/audit/learntModel.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { type JudgedDataset, judgeDataset } from '../../src/engine/audit/auditDataset.ts';
import { learnDataset, sampledDataset } from '../../src/engine/audit/learnDataset.ts';
import { learntModelBytes, parseLearntModel } from '../../src/engine/audit/learntModelFile.ts';
import { datasetPart } from '../support/datasetPart.ts';
import { gaussian, seeded } from '../support/randomVectors.ts';
import { exchanged, syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const hasher = { hash: (text: Uint8Array | string) => `hash of ${String(text)}` };
const encoder = 'synthetic';

/** A subject that the joint space knows nothing of, so that the dataset's own predictions count. */
function unknownSubject(): EmbeddedDataset {
  const { embedded } = syntheticWorld(300, { given: exchanged(300, 0.2) });
  const random = seeded(51);
  for (const { data } of [embedded.images.embedding, embedded.images.prior]) {
    data.forEach((_, n) => (data[n] = gaussian(random) / Math.sqrt(24)));
  }
  return embedded;
}

function judge(embedded: EmbeddedDataset, model?: LearntModel): Promise<JudgedDataset> {
  const learnt = model && { model, hash: (text: string) => hasher.hash(text) };
  return judgeDataset(embedded, { reference, ...(learnt && { learnt }) });
}

/** What is written and read back. */
function saved(model: LearntModel): LearntModel {
  return parseLearntModel(learntModelBytes({ encoder, model }), 'model', encoder);
}

for (const [name, embedded] of [
  ['photos that the encoders know', syntheticWorld(300, { given: exchanged(300, 0.2) }).embedded],
  ['a subject that they do not know', unknownSubject()],
] as const) {
  test(`${name}: judged by the model learnt from them, all pairs have the probabilities of their audit`, async () => {
    const own = await judge(embedded);
    const model = await learnDataset(embedded, hasher, { reference });
    const direct = await judge(embedded, model);
    const read = await judge(embedded, saved(model));
    for (const [p, probability] of own.mismatch.entries()) {
      assert.ok(Math.abs(direct.mismatch[p]! - probability) < 1e-6, `pair ${p}`);
      // Rows are stored with 16 bits.
      assert.ok(Math.abs(read.mismatch[p]! - probability) < 0.02, `pair ${p} as read`);
    }
  });
}

test('pairs from outside are judged well, and each the same whatever others are judged with it', async () => {
  const { embedded, wrong } = syntheticWorld(700, { given: exchanged(700, 0.1) });
  const model = saved(await learnDataset(datasetPart(embedded, 0, 500), hasher, { reference }));
  const whole = await judge(datasetPart(embedded, 500, 700), model);
  assert.ok(auroc([...whole.mismatch], wrong.slice(500)) > 0.97);
  const shards = [
    await judge(datasetPart(embedded, 500, 530), model),
    await judge(datasetPart(embedded, 530, 700), model),
  ];
  const apart = shards.flatMap(({ mismatch }) => [...mismatch]);
  for (const [p, probability] of whole.mismatch.entries()) {
    assert.ok(Math.abs(apart[p]! - probability) < 1e-6, `pair ${p}`);
  }
});

test('a model that is cut off, changed or of another encoder is refused with its file name', async () => {
  const { embedded } = syntheticWorld(80);
  const bytes = learntModelBytes({
    encoder,
    model: await learnDataset(embedded, hasher, { reference }),
  });
  const refused = (what: Uint8Array, by = encoder): void => {
    assert.throws(
      () => parseLearntModel(what, 'my.safetensors', by),
      (error) =>
        PairLensError.is(error, 'invalid-model') && error.message.includes('my.safetensors'),
    );
  };
  parseLearntModel(bytes, 'my.safetensors', encoder);
  refused(bytes, 'another');
  for (const end of [0, 7, 100, bytes.length / 2, bytes.length - 1]) {
    refused(bytes.slice(0, end));
  }
  const text = new TextDecoder('latin1').decode(bytes);
  const broken = (from: string, to: string): Uint8Array =>
    Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0));
  refused(broken('pairlens-learnt/1', 'pairlens-learnt/9'));
  refused(broken('bank.images', 'bank.imagez'));
  refused(broken('reportedFrom', 'reportedFrxm'));
  // Not a number in the last tensor.
  refused(bytes.with(bytes.length - 1, 0x7f).with(bytes.length - 2, 0xff));
});

test('too few pairs teach nothing, and of many an even share is drawn', async () => {
  await assert.rejects(learnDataset(syntheticWorld(10).embedded, hasher, { reference }), (error) =>
    PairLensError.is(error, 'invalid-argument'),
  );
  const { dataset } = syntheticWorld(300).embedded;
  const drawn = sampledDataset(dataset, 100);
  assert.equal(drawn.pairs.length, 100);
  assert.deepEqual(drawn.images.slice(0, 3), ['0.jpg', '3.jpg', '6.jpg']);
  assert.equal(sampledDataset(dataset, 300), dataset);
});
