import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import type { Finding } from '../../src/core/audit/finding.ts';
import { AuditedPictures } from '../../src/core/audit/picturesElsewhere.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import type { Decision } from '../../src/core/dataset/decisions.ts';
import type { Matrix } from '../../src/core/matching/matrix.ts';
import { opposedWords } from '../../src/core/text/opposedWords.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { auditDataset, type AuditOptions } from '../../src/engine/audit/auditDataset.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const PAIRS = 60;
const COPY = 41;

function copyRow({ data, columns }: Matrix, from: number, to: number): void {
  data.copyWithin(to * columns, from * columns, (from + 1) * columns);
}

/** 60 pictures, of which 41 is 11 once more. `captionOf[41]` is the picture whose caption it carries. */
function world(
  carries: number,
  options: { captions?: readonly string[]; nearly?: true } = {},
): EmbeddedDataset {
  const numbers = Array.from({ length: PAIRS }, (_, i) => i);
  const { embedded } = syntheticWorld(PAIRS, {
    given: numbers.map((i) => (i === COPY ? carries : i)),
    ...(options.captions && { captions: options.captions }),
    ...(options.nearly !== true && { same: numbers.map((i) => (i === COPY ? 11 : i)) }),
  });
  const { images } = embedded;
  for (const table of [images.embedding, images.prior, images.visual]) copyRow(table, 11, COPY);
  images.thumbnails.copyWithin(256 * COPY, 256 * 11, 256 * 12);
  return embedded;
}

async function conflicts(
  embedded: EmbeddedDataset,
  options: Partial<AuditOptions> = {},
): Promise<Finding[]> {
  const audit = await auditDataset(embedded, { levels: DEFAULT_LEVELS, reference, ...options });
  return audit.findings.filter(({ code }) => code === 'conflicting-captions');
}

const told = ({ file, message, relatedFiles, fixes }: Finding) => [
  file,
  inEnglish(message),
  ...relatedFiles,
  ...fixes.flatMap((fix) => (fix.kind === 'replace-caption' ? [fix.caption] : [fix.kind])),
];

describe('captions of one picture', () => {
  test('conflict where one belongs to another picture: told once, of that one, with the other as its fix', async () => {
    for (const nearly of [undefined, true] as const) {
      const { findings } = await auditDataset(world(30, { ...(nearly && { nearly }) }), {
        levels: DEFAULT_LEVELS,
        reference,
      });
      const found = findings.filter(({ code }) => code === 'conflicting-captions');
      assert.deepEqual(found.map(told), [
        [
          '41.txt',
          `11.jpg shows ${nearly ? 'nearly ' : ''}the same picture, with a contradicting caption.`,
          '11.jpg',
          'caption of picture 11',
        ],
      ]);
      const [{ evidence, relatedPairs } = found[0]!] = found;
      assert.deepEqual(relatedPairs, [11]);
      assert.match(inEnglish(evidence[0]!), /11\.jpg is captioned “caption of picture 11”/);
      assert.deepEqual(
        findings.filter(({ code, pair }) => code === 'caption-mismatch' && pair === COPY),
        [],
      );
    }
  });

  test('do not conflict where they are the same, alike, or the pictures are two', async () => {
    assert.deepEqual(await conflicts(world(11)), []);
    const alike = world(COPY);
    for (const table of [alike.texts.embedding, alike.texts.sentence]) copyRow(table, 11, COPY);
    assert.deepEqual(await conflicts(alike), []);
    const { embedded } = syntheticWorld(PAIRS);
    assert.deepEqual(await conflicts(embedded), []);
  });

  test('conflict where their words are opposed, whatever the encoder makes of them', async () => {
    const captions = Array.from({ length: PAIRS }, (_, i) => `caption of picture ${i}`);
    captions[11] = 'a red boat on the river';
    captions[COPY] = 'A blue boat on the river.';
    const alike = world(COPY, { captions });
    for (const table of [alike.texts.embedding, alike.texts.sentence]) copyRow(table, 11, COPY);
    const [found, ...others] = await conflicts(alike);
    assert.deepEqual(others, []);
    assert.match(found!.evidence.map(inEnglish).join(' '), /“(red|blue)”, there “(red|blue)”/);
  });

  test('are left alone where both are verified, or one is ignored; a verified one is right', async () => {
    const decided = (...decisions: [number, Decision][]): Promise<Finding[]> =>
      conflicts(world(30), {
        decisions: Array.from(
          { length: PAIRS },
          (_, p) => decisions.find(([pair]) => pair === p)?.[1],
        ),
      });
    assert.deepEqual(await decided([11, 'verified'], [COPY, 'verified']), []);
    assert.deepEqual(await decided([COPY, 'excluded']), []);
    const [first] = await decided([COPY, 'verified']);
    assert.equal(first?.file, '11.txt');
    assert.deepEqual(told(first).slice(-1), ['caption of picture 30']);
  });

  test('conflict across datasets of a folder', async () => {
    const numbers = Array.from({ length: PAIRS }, (_, i) => i);
    const train = syntheticWorld(PAIRS).embedded;
    const { embedded: val } = syntheticWorld(PAIRS, {
      given: numbers.map((i) => (i === COPY ? 30 : i)),
      captions: numbers.map((i) => `What is on view in place number ${i}`),
    });
    (val.images.hashes as string[]).splice(0, PAIRS, ...numbers.map((i) => `val ${i}`));
    (val.images.hashes as string[])[COPY] = train.images.hashes[11]!;
    const audited = new AuditedPictures('/data');
    audited.add({ ...train, dataset: { ...train.dataset, root: '/data/train' } }, (image) => [
      { caption: `A boat, as in ${image}`, mismatch: 0.01 },
    ]);
    const inVal = { ...val, dataset: { ...val.dataset, root: '/data/val' } };
    const found = await conflicts(inVal, { elsewhere: audited.seenFrom('/data/val') });
    assert.deepEqual(found.map(told), [
      [
        '41.txt',
        'train/11.jpg shows the same picture, with a contradicting caption.',
        '../train/11.jpg',
        'A boat, as in 11.jpg',
      ],
    ]);
  });
});

describe('opposed words', () => {
  const opposed: [string, string, string | undefined][] = [
    ['a red bus', 'a blue bus', 'red blue'],
    ['1girl, red hair, smile', 'smile, 1girl, Blue hair', 'red blue'],
    ['two dogs on a beach', 'three dogs on a beach', 'two three'],
    ['a man in a red shirt', 'a woman in a green shirt', 'man woman'],
    ['a grey bus', 'a gray bus', undefined],
    ['a man on a bus', 'a boy on a bus', undefined],
    ['a bus on the left', 'a bus on the right', undefined],
    ['a red bus and a blue car', 'a blue bus and a red car', undefined],
    ['a red bus', 'a red bus in the rain', undefined],
    ['a red bus', 'a large bus', undefined],
    ['red', 'blue', undefined],
  ];
  for (const [a, b, words] of opposed) {
    test(`${a} / ${b}: ${words ?? 'none'}`, () => {
      assert.equal(opposedWords(a, b)?.join(' '), words);
      assert.equal(opposedWords(b, a)?.toReversed().join(' '), words);
    });
  }
});
