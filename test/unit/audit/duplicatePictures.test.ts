import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AuditFindings } from '../../../src/core/audit/auditFindings.ts';
import { fitAuditModel, prepareAudit } from '../../../src/core/audit/auditModel.ts';
import type { Detected } from '../../../src/core/audit/detectors/detector.ts';
import { duplicates } from '../../../src/core/audit/detectors/duplicatePictures.ts';
import type { EmbeddedDataset } from '../../../src/core/audit/embeddedDataset.ts';
import { AuditedPictures } from '../../../src/core/audit/picturesElsewhere.ts';
import { row } from '../../../src/core/matching/matrix.ts';
import { runToCompletion } from '../../../src/core/steps.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';
import { judgeDataset } from '../../../src/engine/audit/auditDataset.ts';
import { syntheticBank, syntheticWorld } from '../../support/syntheticWorld.ts';

/** A dataset of 30 pictures of its own at a root, its pairs of a split. */
function world(root: string, seed: number, split?: string): EmbeddedDataset {
  const { embedded } = syntheticWorld(30, { seed });
  const { dataset, images } = embedded;
  const pairs = dataset.pairs.map((pair) => ({ ...pair, ...(split !== undefined && { split }) }));
  return {
    ...embedded,
    dataset: { ...dataset, root, pairs },
    images: { ...images, hashes: images.hashes.map((hash) => `${hash} of ${seed}`) },
  };
}

/** Gives a picture of `to` the look and the thumbnail, changed, of one of `from`; with `same`, also its bytes. */
function copy(
  [from, i]: readonly [EmbeddedDataset, number],
  [to, x]: readonly [EmbeddedDataset, number],
  change: 'same' | ((pixels: Uint8Array) => Uint8Array),
): void {
  const { visual, thumbnails } = to.images;
  visual.data.set(row(from.images.visual, i), x * visual.columns);
  const pixels = from.images.thumbnails.slice(i * 256, (i + 1) * 256);
  thumbnails.set(change === 'same' ? pixels : change(pixels), x * 256);
  if (change === 'same') (to.images.hashes as string[])[x] = from.images.hashes[i]!;
}

/** What is found in the last of the datasets of `/data`. */
async function found(...datasets: EmbeddedDataset[]): Promise<Detected[]> {
  const audited = new AuditedPictures('/data');
  for (const before of datasets.slice(0, -1)) audited.add(before);
  const last = datasets.at(-1)!;
  const { pairs, root } = last.dataset;
  const judged = pairs.map(() => true);
  const { model } = await fitAuditModel(await prepareAudit(last, judged, syntheticBank(), {}), {});
  const elsewhere = audited.seenFrom(root);
  const context = { embedded: last, model, elsewhere, pairs: () => pairs.keys() };
  return runToCompletion(duplicates({ ...context, pair: (p) => pairs[p]! })).findings;
}

const told = (all: Detected[]) =>
  all.map(({ code, file, relatedFiles, message }) => [
    code,
    file,
    relatedFiles,
    inEnglish(message),
  ]);

describe('a picture in several datasets of a folder', () => {
  test('of different splits is a leak, exact or nearly, which names the splits', async () => {
    const [train, val] = [world('/data/train', 1, 'train'), world('/data/deep/val', 2, 'val')];
    copy([train, 3], [val, 4], 'same');
    copy([train, 5], [val, 6], (pixels) => pixels.map((value) => value * 0.8));
    copy([train, 7], [val, 8], (p) => p.map((_, at) => p[at - (at % 16) + 15 - (at % 16)]!));
    const findings = await found(train, val);
    assert.deepEqual(told(findings), [
      [
        ...['split-leak', '4.jpg', ['../../train/3.jpg']],
        'The same picture is in several splits: train and val.',
      ],
      ...[
        ['6.jpg', '5'],
        ['8.jpg', '7'],
      ].map(([file, other]) => [
        ...['split-leak', file, [`../../train/${other}.jpg`]],
        'Nearly the same picture is in several splits: train and val.',
      ]),
    ]);
    assert.match(inEnglish(findings[0]!.evidence[0]!), /same as train\/3\.jpg/);
    assert.match(inEnglish(findings[2]!.evidence[0]!), /train\/7\.jpg mirrored/);
    for (const { remedy } of findings)
      assert.match(inEnglish(remedy!), /one of them: what a model/);
  });

  test('of no split, or of one, is a duplicate', async () => {
    for (const split of [undefined, 'train']) {
      const [one, two] = [world('/data/one', 1, split), world('/data/two', 2, split)];
      copy([one, 3], [two, 4], 'same');
      copy([one, 5], [two, 6], (pixels) => pixels.map((value) => value * 0.8));
      assert.deepEqual(
        (await found(one, two)).map(({ code, file, relatedFiles }) => [code, file, relatedFiles]),
        [
          ['exact-duplicate', '4.jpg', ['../one/3.jpg']],
          ['near-duplicate', '6.jpg', ['../one/5.jpg']],
        ],
      );
    }
  });

  test('that both name as one file is no copy, and pictures that only look alike are none', async () => {
    const [outer, inner] = [world('/data', 1), world('/data', 1)];
    assert.deepEqual(await found(outer, inner), []);
    const [one, two] = [world('/data/one', 1), world('/data/two', 2)];
    copy([one, 3], [two, 4], (pixels) => pixels.toReversed());
    assert.deepEqual(await found(one, two), []);
  });
});

describe('within a dataset', () => {
  test('copies in two splits are a leak, and no duplicate as well', async () => {
    const one = world('/data', 1, 'train');
    const pairs = one.dataset.pairs.map((pair, i) => (i < 10 ? { ...pair, split: 'test' } : pair));
    const embedded = { ...one, dataset: { ...one.dataset, pairs } };
    copy([embedded, 3], [embedded, 14], 'same');
    copy([embedded, 15], [embedded, 16], 'same');
    assert.deepEqual(
      (await found(embedded)).map(({ code, file, relatedFiles }) => [code, file, relatedFiles]),
      [
        ['split-leak', '3.jpg', ['14.jpg']],
        ['exact-duplicate', '15.jpg', ['16.jpg']],
      ],
    );
  });

  test('a picture with captions in two splits is a leak; restval is trained on', async () => {
    const one = world('/data', 1, 'train');
    const { pairs } = one.dataset;
    const more = [
      ...pairs,
      { ...pairs[3]!, captionIndex: 1, split: 'val' },
      { ...pairs[5]!, captionIndex: 1, split: 'restval' },
    ];
    const rows = (table: Int32Array) => Int32Array.from([...table, table[3]!, table[5]!]);
    const findings = await found({
      ...one,
      dataset: { ...one.dataset, pairs: more },
      imageRow: rows(one.imageRow),
      textRow: rows(one.textRow),
    });
    assert.deepEqual(told(findings), [
      ['split-leak', '3.jpg', [], 'The picture has captions in several splits: train and val.'],
    ]);
  });
});

test('a change asks for captions of other datasets only where its own picture is there too; theirs are compared when they change', async () => {
  const train = world('/data/train', 1);
  const val = world('/data/val', 2);
  for (const i of [3, 4]) copy([train, i], [val, i], 'same');
  const asked: string[] = [];
  let said = 'a red boat';
  const audited = new AuditedPictures('/data');
  audited.add(train, (image) => {
    asked.push(image);
    return [{ caption: image === '3.jpg' ? said : 'a house', mismatch: 0 }];
  });
  const elsewhere = audited.seenFrom('/data/val');
  const context = await judgeDataset(val, { reference: syntheticBank(), elsewhere });
  const findings = new AuditFindings(context, (code) => code === 'conflicting-captions');
  await findings.detectAll(() => Promise.resolve());
  const conflicts = () => findings.of('conflicting-captions').length;
  assert.equal(asked.length > 0, true);
  asked.length = 0;
  findings.update(new Set([20]), [21]);
  assert.deepEqual(asked, []);
  findings.update(new Set([4]));
  assert.deepEqual(new Set(asked), new Set(['4.jpg']));
  const before = findings.all();
  assert.equal(findings.elsewhereChanged(), false);
  assert.equal(findings.all(), before);
  const [pair] = val.dataset.pairs.slice(3);
  assert.ok(pair);
  Object.assign(pair, { caption: 'a red boat' });
  findings.update(new Set([3]));
  assert.equal(conflicts(), 0);
  said = 'a blue boat';
  assert.equal(findings.elsewhereChanged(), true);
  assert.equal(conflicts(), 1);
});
