import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitAuditModel, prepareAudit } from '../../../src/core/audit/auditModel.ts';
import { duplicates } from '../../../src/core/audit/detectors/duplicatePictures.ts';
import type { Detected } from '../../../src/core/audit/detectors/detector.ts';
import { runToCompletion } from '../../../src/core/steps.ts';
import { row } from '../../../src/core/matching/matrix.ts';
import { syntheticBank, syntheticWorld } from '../../support/syntheticWorld.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';

/** Image `copy` gets the look of image 0 and its thumbnail, changed. */
async function detected(change: (pixels: Uint8Array) => Uint8Array, copy = 5): Promise<Detected[]> {
  const { embedded } = syntheticWorld(30);
  const { visual, thumbnails } = embedded.images;
  visual.data.set(row(visual, 0), copy * visual.columns);
  thumbnails.set(change(thumbnails.subarray(0, 256)), copy * 256);
  const judged = embedded.dataset.pairs.map(() => true);
  const { model } = await fitAuditModel(
    await prepareAudit(embedded, judged, syntheticBank(), {}),
    {},
  );
  const { pairs } = embedded.dataset;
  const context = { embedded, model, elsewhere: [], pairs: () => pairs.keys() };
  return runToCompletion(duplicates({ ...context, pair: (p) => pairs[p]! })).findings;
}
const files = (found: Detected[]): (string | undefined)[][] =>
  found.map(({ image, relatedFiles }) => [image, ...relatedFiles]);

test('a darker copy is a near-duplicate', async () => {
  assert.deepEqual(files(await detected((p) => p.map((v) => v * 0.8))), [['0.jpg', '5.jpg']]);
});

test('a mirrored copy is a near-duplicate and said to be mirrored', async () => {
  const found = await detected((p) => p.map((_, at) => p[at - (at % 16) + 15 - (at % 16)]!));
  assert.deepEqual(files(found), [['0.jpg', '5.jpg']]);
  assert.match(inEnglish(found[0]!.evidence[0]!), /mirrored/);
});

test('a picture that only looks alike to the encoder is none, nor are two plain grey ones', async () => {
  assert.deepEqual(await detected((p) => p.toReversed()), []);
  assert.deepEqual(await detected((p) => p.map(() => 127)), []);
});
