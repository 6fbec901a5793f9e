import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { withArchives } from '../../src/adapters/archiveFiles.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { PairLensError } from '../../src/core/errors.ts';
import type { UnreadFiles } from '../../src/core/dataset/inventory.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { openDatasets, lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { parquetOf } from '../support/parquetWriter.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { tarOf, type TarEntry } from '../support/tarWriter.ts';

const CAPTIONS = ['a dog on a beach', 'two cats asleep', 'a red bus', 'a bowl of soup'];

function samples(from: number, count: number): TarEntry[] {
  return CAPTIONS.slice(from, from + count).flatMap((caption, i) => {
    const key = String(from + i).padStart(6, '0');
    return [
      { name: `${key}.jpg`, bytes: `picture ${key}` },
      { name: `${key}.txt`, bytes: caption },
      { name: `${key}.json`, bytes: JSON.stringify({ caption, url: 'https://example.org' }) },
    ];
  });
}

const shards = {
  'shards/00000.tar': tarOf(samples(0, 2)),
  'shards/00001.tar': tarOf(samples(2, 2), 'gnu'),
  'shards/00000_stats.json': '{"count": 2, "successes": 2}',
};

async function open(entries: Parameters<typeof memoryFiles>[1]) {
  const [dataset, ...others] = await openDatasets(withArchives(memoryFiles('/d', entries)), '/d');
  assert.equal(others.length, 0);
  return dataset!;
}

test('the shards of a webdataset are read in place, as one dataset', async () => {
  const { root, pairs, problems } = await open(shards);
  assert.equal(root, '/d');
  assert.deepEqual(
    pairs.map(({ image, caption, source }) => [image, caption, source.file]),
    CAPTIONS.map((caption, i) => {
      const stem = `shards/0000${Math.floor(i / 2)}.tar/00000${i}`;
      return [`${stem}.jpg`, caption, `${stem}.txt`];
    }),
  );
  assert.deepEqual(problems, []);
});

test('a shard is listed again as it was listed first', async () => {
  const files = withArchives(memoryFiles('/d', shards));
  const list = async () => (await lookInto(files, '/d')).inventory.images;
  assert.deepEqual([await list(), await list()], [4, 4]);
});

test('captions in the .json of img2dataset are read where there is no .txt', async () => {
  const { pairs } = await open({
    'a.tar': tarOf(samples(0, 4).filter(({ name }) => !name.endsWith('.txt'))),
  });
  assert.deepEqual(
    pairs.map(({ caption }) => caption),
    CAPTIONS,
  );
});

test('a sample is what is before the first dot: its other pictures are no images without captions', async () => {
  const { pairs, problems, images } = await open({
    'a.tar': tarOf([
      { name: 'x/1.jpg', bytes: 'a' },
      { name: 'x/1.depth.png', bytes: 'b' },
      { name: 'x/1.txt', bytes: 'a dog' },
      { name: 'y/1.input.jpg', bytes: 'c' },
      { name: 'y/1.txt', bytes: 'a cat' },
    ]),
  });
  assert.deepEqual(
    pairs.map(({ image, caption }) => [image, caption]),
    [
      ['a.tar/x/1.jpg', 'a dog'],
      ['a.tar/y/1.input.jpg', 'a cat'],
    ],
  );
  assert.deepEqual(
    problems.filter(({ code }) => code !== 'companion-pictures'),
    [],
  );
  assert.ok(!images.includes('a.tar/x/1.depth.png'));
});

test('the split is in the name of the shard', async () => {
  const { pairs } = await open({
    'train-000001.tar': tarOf(samples(0, 1)),
    'val-000001.tar': tarOf(samples(1, 1)),
  });
  assert.deepEqual(
    pairs.map(({ split }) => split),
    ['train', 'val'],
  );
});

test('a table in a tar names images of the tar; the dataset lies outside', async () => {
  const dataset = await open({
    'sets/a.tar': tarOf([
      { name: 'img/1.jpg', bytes: 'a' },
      { name: 'captions.jsonl', bytes: '{"image": "img/1.jpg", "caption": "a dog"}\n' },
    ]),
  });
  assert.equal(dataset.root, '/d/sets');
  assert.deepEqual(
    dataset.pairs.map(({ image }) => image),
    ['a.tar/img/1.jpg'],
  );
});

test('a shard that is cut off is read up to there, and the finding names what is lost', async () => {
  const whole = tarOf(samples(0, 4));
  const { pairs, problems } = await open({ 'a.tar': whole.subarray(0, 9 * 1024 + 520) });
  assert.equal(pairs.length, 3);
  const [problem] = problems.filter(({ code }) => code === 'unreadable-archive');
  assert.equal(problem?.file, 'a.tar');
  assert.match(JSON.stringify(problem.message), /ends in the middle of/);
});

test('a tar of images without captions is named in the inventory', async () => {
  const tar = tarOf(samples(0, 2).filter(({ name }) => name.endsWith('.jpg')));
  const files = withArchives(memoryFiles('/d', { 'a.tar': tar }));
  const { inventory } = await lookInto(files, '/d');
  assert.deepEqual(
    inventory.unread.map(({ files: [file], what }) => `${file}: ${inEnglish(what)}`),
    ['a.tar: its images have no .txt, .caption or .json of their names in it'],
  );
});

test('a whole tar without images is named in the inventory', async () => {
  const files = withArchives(
    memoryFiles('/d', {
      'a.jpg': 'x',
      'model.tar': tarOf([{ name: 'weights.bin', bytes: 'x' }]),
    }),
  );
  const { inventory } = await lookInto(files, '/d');
  assert.deepEqual(inventory.unread.map(said), ['model.tar: a tar archive without images']);
});

const said = ({ files, what }: UnreadFiles): string => `${files[0]}: ${inEnglish(what)}`;

const FIRST_CUT = tarOf(samples(0, 1)).subarray(0, 515);
const IMAGE_LAST = tarOf([
  { name: 'a.txt', bytes: 'a dog' },
  { name: 'a.jpg', bytes: 'picture' },
]).subarray(0, 1540);
const damagedTars: readonly (readonly [title: string, bytes: Uint8Array | string, what: string])[] =
  [
    [
      'cut in its first image',
      FIRST_CUT,
      'ends in the middle of 000000.jpg; there is no image before that',
    ],
    [
      'cut before its images',
      IMAGE_LAST,
      'ends in the middle of a.jpg; there is no image before that',
    ],
    ['that is another file', 'not a tar', 'is no tar archive, or is damaged'],
    ['that is a longer file', 'no tar '.repeat(400), 'is no tar archive, or is damaged'],
    ['of no bytes', '', 'is no tar archive, or is damaged'],
  ];

for (const [title, bytes, what] of damagedTars) {
  test(`a .tar ${title} is damaged, not without images`, async () => {
    const entries = { 'a.jpg': 'x', 'a.txt': 'a dog', 'b.tar': bytes };
    const { problems } = await open(entries);
    assert.deepEqual(
      problems.map(({ code, message }) => [code, inEnglish(message)]),
      [['unreadable-archive', `b.tar ${what}.`]],
    );
    const { inventory } = await lookInto(withArchives(memoryFiles('/d', { 'b.tar': bytes })), '/d');
    assert.deepEqual(inventory.unread.map(said), [`b.tar: ${what}`]);
  });
}

test('where there is nothing but a damaged archive, the error says so once', async () => {
  const whole = parquetOf({ texts: { caption: CAPTIONS } });
  for (const [name, bytes, what] of [
    ['a.parquet', whole.subarray(0, whole.length / 2), 'is damaged or cut off'],
    ['a.tar', FIRST_CUT, 'ends in the middle of 000000.jpg; there is no image before that'],
  ] as const) {
    await assert.rejects(open({ [name]: bytes }), (error) => {
      assert.ok(PairLensError.is(error, 'no-dataset'));
      const [, clue] = error.message.split('no captions that belong to images. ');
      assert.equal(clue, `${name}: ${what}.`);
      return true;
    });
  }
});

test('nothing in an archive is written', async () => {
  const files = withArchives(memoryFiles('/d', shards));
  await assert.rejects(
    files.update('/d/shards/00000.tar/000000.txt', '/d', () => new Uint8Array(1)),
    (error) =>
      PairLensError.is(error, 'write-failed') && error.message.includes('inside an archive'),
  );
});

test('an archive is read again when it has changed', async () => {
  const memory = memoryFiles('/d', shards);
  const files = withArchives(memory);
  const member = '/d/shards/00000.tar/000001.txt';
  const before = await files.stat(member);
  assert.equal(Buffer.from(await files.read(member)).toString(), CAPTIONS[1]);
  memory.entries.set('/d/shards/00000.tar', tarOf([{ name: '000001.txt', bytes: 'another' }]));
  assert.equal(Buffer.from(await files.read(member)).toString(), 'another');
  assert.notDeepEqual(await files.stat(member), before);
  assert.equal(await files.exists('/d/shards/00000.tar/000000.txt'), false);
  memory.entries.delete('/d/shards/00000.tar');
  assert.equal(await files.exists(member), false);
});

test('on a disk: ranges are read, links lead out as ever, and a folder may be called x.tar', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'pairlens-tar-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(path.join(dir, 'a.tar'), tarOf(samples(0, 4)));
  mkdirSync(path.join(dir, 'folder.tar'));
  writeFileSync(path.join(dir, 'folder.tar', 'b.jpg'), 'b');
  writeFileSync(path.join(dir, 'folder.tar', 'b.txt'), 'a caption');
  const files = withArchives(nodeFiles);
  const [dataset] = await openDatasets(files, dir);
  assert.equal(dataset?.pairs.length, 5);
  const member = path.join(dir, 'a.tar', '000002.jpg');
  const all = await Promise.all(Array.from({ length: 20 }, () => files.read(member)));
  for (const bytes of all) assert.equal(Buffer.from(bytes).toString(), 'picture 000002');
  assert.equal(await files.outsideTarget(member, dir), undefined);
  assert.equal(
    Buffer.from(await files.read(path.join(dir, 'folder.tar', 'b.jpg'))).toString(),
    'b',
  );
  await assert.rejects(files.read(member, { maxBytes: 3 }), /too large/);
  await assert.rejects(files.read(path.join(dir, 'a.tar', 'z.jpg')), /has no file z\.jpg/);
});
