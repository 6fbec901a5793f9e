import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../src/core/errors.ts';
import { inFolds } from '../../src/core/audit/auditModel.ts';
import { fitRound } from '../../src/core/audit/fitting/fitRound.ts';
import { foldsOfImages } from '../../src/core/audit/fitting/fittedModel.ts';
import { runToCompletion } from '../../src/core/steps.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { judgeDataset } from '../../src/engine/audit/auditDataset.ts';
import {
  dropFitsOf,
  type FitOutcome,
  fitInPlace,
  type FitRequest,
  prepareFit,
  saidRight,
} from '../../src/engine/audit/fitInPlace.ts';
import { mendedPairs } from '../../src/engine/audit/decisionFile.ts';
import { decisionKey } from '../../src/core/dataset/decisions.ts';
import { FITTED_FILE, PARTIAL_FILE, readFit } from '../../src/engine/audit/fittedFile.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { type MemoryFiles, memoryFiles } from '../support/memoryFiles.ts';
import { gaussian, seeded } from '../support/randomVectors.ts';
import { exchanged, syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const N = 240;
const ROOT = '/data';
const place = { root: ROOT, folder: ROOT };
const hasher = { hash: (text: Uint8Array | string) => `hash of ${text.length}` };
const reference = syntheticBank();

/** A subject that the joint space knows nothing of: only looks and sentences are related. */
function unknownSubject(share: number): { embedded: EmbeddedDataset; wrong: readonly boolean[] } {
  const { embedded, wrong } = syntheticWorld(N, { given: exchanged(N, share) });
  const random = seeded(51);
  for (const { data } of [embedded.images.visual, embedded.texts.sentence]) {
    data.forEach((_, n) => (data[n]! += 0.25 * gaussian(random)));
  }
  for (const { data } of [embedded.images.embedding, embedded.images.prior]) {
    data.forEach((_, n) => (data[n] = gaussian(random) / Math.sqrt(24)));
  }
  return { embedded, wrong };
}

function fit(
  files: MemoryFiles,
  embedded: EmbeddedDataset,
  options: Partial<FitRequest> = {},
): Promise<FitOutcome> {
  return fitInPlace(
    embedded,
    place,
    { files, hasher, reference },
    { rounds: 3, folds: 4, seed: 1, ...options },
  );
}

function bytesAt(files: MemoryFiles, name: string): Uint8Array | undefined {
  const entry = files.entries.get(`${ROOT}/${name}`);
  return entry instanceof Uint8Array ? entry : undefined;
}

test('a fit to a subject that the encoders do not know judges its captions better, also the wrong ones', async () => {
  const { embedded, wrong } = unknownSubject(0.3);
  const files = memoryFiles(ROOT, {});
  const outcome = await fit(files, embedded);
  assert.equal(outcome.kind, 'fitted');
  const { fit: known, problems } = await readFit(files, place, 'synthetic', undefined);
  assert.deepEqual(problems, []);
  const before = await judgeDataset(embedded, { reference });
  const after = await judgeDataset(embedded, { reference, fitted: known!.model });
  const gain = auroc(after.mismatch, wrong) - auroc(before.mismatch, wrong);
  assert.ok(gain > 0.01, `${auroc(before.mismatch, wrong)} ${gain}`);
  assert.equal(bytesAt(files, PARTIAL_FILE), undefined);
});

test('the heads of a fold do not see the captions of its own pairs', async () => {
  const { embedded } = unknownSubject(0);
  const { hashes } = embedded.images;
  const foldOfImage = foldsOfImages(hashes, { folds: 4, seed: 1 });
  // The same pairs, but two of one fold have exchanged their captions.
  const partner = foldOfImage.findLastIndex((fold) => fold === foldOfImage[7]);
  const others = embedded.textRow.slice();
  [others[7], others[partner]] = [others[partner]!, others[7]!];
  const [a, b] = await Promise.all(
    [embedded.textRow, others].map(async (textRow) => {
      const { scorer, pairs } = await prepareFit({ ...embedded, textRow }, { reference }, {});
      const folded = { scorer, pairs: inFolds(pairs, foldOfImage), foldOfImage, folds: 4, seed: 1 };
      const { model } = runToCompletion(fitRound(folded, Array<number>(N).fill(1)));
      return model.folds.map(({ captionOfLook }) => captionOfLook.data);
    }),
  );
  const same = a!.map((data, fold) =>
    data.every((value, n) => Math.abs(value - b![fold]![n]!) < 1e-6),
  );
  assert.deepEqual(
    same,
    a!.map((_, fold) => fold === foldOfImage[7]),
  );
});

test('a fit that is given up at any moment goes on to the same file', async () => {
  const { embedded } = unknownSubject(0.3);
  const files = memoryFiles(ROOT, {});
  let pauses = 0;
  await fit(files, embedded, {
    pause: () => {
      pauses++;
      return Promise.resolve();
    },
  });
  const whole = bytesAt(files, FITTED_FILE);
  assert.ok(whole !== undefined);
  files.entries.clear();
  const random = seeded(2);
  for (let time = 0; time < 10; time++) {
    let left = Math.floor(random() * pauses);
    const signal = { aborted: false };
    const pause = (): Promise<void> => {
      signal.aborted = left-- <= 0;
      return Promise.resolve();
    };
    await fit(files, embedded, { pause, signal }).catch((error: unknown) => {
      assert.ok(PairLensError.is(error, 'cancelled'), String(error));
    });
    files.entries.delete(`${ROOT}/${FITTED_FILE}`);
  }
  await fit(files, embedded);
  assert.deepEqual(bytesAt(files, FITTED_FILE), whole);
  assert.equal(bytesAt(files, PARTIAL_FILE), undefined);
});

test('the state of other pairs, options or a damaged file is not gone on with', async () => {
  const { embedded } = unknownSubject(0.3);
  const files = memoryFiles(ROOT, {});
  await fit(files, embedded, { seed: 2 });
  const whole = bytesAt(files, FITTED_FILE);
  const signal = { aborted: false };
  const cutOff = fit(files, embedded, {
    seed: 1,
    signal,
    onRound: () => {
      signal.aborted = true;
    },
  });
  await assert.rejects(cutOff, (error) => PairLensError.is(error, 'cancelled'));
  assert.ok(bytesAt(files, PARTIAL_FILE) !== undefined);
  await fit(files, embedded, { seed: 2 });
  assert.deepEqual(bytesAt(files, FITTED_FILE), whole);
  files.entries.set(`${ROOT}/${PARTIAL_FILE}`, 'damaged');
  await fit(files, embedded, { seed: 2 });
  assert.deepEqual(bytesAt(files, FITTED_FILE), whole);
});

test('a fit that is no better on held-out captions is not written', async () => {
  const { embedded } = syntheticWorld(N);
  const random = seeded(9);
  // Nothing is related to anything.
  for (const { data } of [
    ...[embedded.images.embedding, embedded.images.prior, embedded.images.visual],
    ...[embedded.texts.embedding, embedded.texts.sentence],
  ]) {
    data.forEach((_, n) => (data[n] = gaussian(random) / Math.sqrt(24)));
  }
  const files = memoryFiles(ROOT, {});
  const outcome = await fit(files, embedded);
  assert.equal(outcome.kind, 'no-better');
  assert.deepEqual([...files.entries.keys()], []);
});

test('fewer than 60 pictures are not learnt from', async () => {
  const files = memoryFiles(ROOT, {});
  const outcome = await fit(files, syntheticWorld(40).embedded);
  assert.deepEqual(outcome, { kind: 'too-few', pictures: 40, least: 60 });
});

test('what was fitted can be dropped, left aside, and named; a file of another encoder or none at all is told of', async () => {
  const { embedded } = unknownSubject(0.3);
  const files = memoryFiles(ROOT, { 'broken.safetensors': 'no tensors' });
  await fit(files, embedded);
  assert.ok((await readFit(files, place, 'synthetic', undefined)).fit);
  assert.ok((await readFit(files, place, 'synthetic', `${ROOT}/${FITTED_FILE}`)).fit);
  assert.deepEqual(await readFit(files, place, 'synthetic', 'none'), { problems: [] });
  const said = async (encoder: string, chosen?: string): Promise<string> => {
    const { fit: known, problems } = await readFit(files, place, encoder, chosen);
    assert.equal(known, undefined);
    return problems.map(({ message }) => inEnglish(message)).join();
  };
  assert.match(await said('other'), /was fitted with the encoder synthetic and is not used/);
  assert.match(
    await said('synthetic', 'broken.safetensors'),
    /broken\.safetensors is not used: it is no/,
  );
  assert.match(await said('synthetic', 'gone.safetensors'), /gone\.safetensors/);
  assert.equal(await dropFitsOf([place], ROOT, files), true);
  assert.equal(await dropFitsOf([place], ROOT, files), false);
  assert.deepEqual(await readFit(files, place, 'synthetic', undefined), { problems: [] });
});

test('pairs that a person verified or mended count in full, and another verdict starts a fit anew', async () => {
  const { embedded } = unknownSubject(0.3);
  const decisions = embedded.dataset.pairs.map((_, p) => (p < 40 ? 'verified' : undefined));
  const mended = embedded.dataset.pairs.map((_, p) => p >= 40 && p < 60);
  const prepared = await prepareFit(embedded, { reference }, { decisions });
  const right = saidRight(prepared, { decisions, mended });
  assert.equal(right.filter(Boolean).length, 60);
  assert.ok(prepared.pairs.every(({ pair }, n) => right[n] === pair < 60));

  const files = memoryFiles(ROOT, {});
  await fit(files, embedded, { decisions, mended });
  const taught = bytesAt(files, FITTED_FILE);
  await fit(files, embedded, {});
  const untaught = bytesAt(files, FITTED_FILE);
  assert.notDeepEqual(taught, untaught);

  const signal = { aborted: false };
  const cutOff = fit(files, embedded, { signal, onRound: () => void (signal.aborted = true) });
  await assert.rejects(cutOff, (error) => PairLensError.is(error, 'cancelled'));
  await fit(files, embedded, { decisions, mended });
  assert.deepEqual(bytesAt(files, FITTED_FILE), taught);
});

test('what was replaced is known by image and caption, and only where the image has one caption', () => {
  const { embedded } = syntheticWorld(4);
  const hash = (text: string): string => `hash of ${text}`;
  const [first, second] = embedded.dataset.pairs;
  const old = (image: string, row: number, caption: string) => ({
    key: decisionKey(embedded.images.hashes[row]!, caption, hash),
    image,
    caption,
  });
  const known = [old(first!.image, 0, 'old'), old(second!.image, 1, second!.caption)];
  assert.deepEqual(mendedPairs(embedded, known, hash), [true, false, false, false]);
  const other = [{ ...known[0]!, key: 'of another picture' }];
  assert.deepEqual(mendedPairs(embedded, other, hash), [false, false, false, false]);
});
