import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withArchives } from '../../src/adapters/archiveFiles.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto, openDatasets } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { likeJpeg, parquetOf, type ParquetColumns } from '../support/parquetWriter.ts';
import { runs } from '../support/runs.ts';
import { tarOf } from '../support/tarWriter.ts';

const CAPTIONS = ['a dog on a beach', 'two cats asleep', 'a red bus', 'a bowl of soup'];
const pictures = CAPTIONS.map((text) => ({ bytes: likeJpeg(text), path: null }));

function fileSystem(entries: Readonly<Record<string, MemoryEntry>>) {
  return withArchives(memoryFiles('/d', entries));
}

async function pairsOf(entries: Readonly<Record<string, MemoryEntry>>) {
  const datasets = await openDatasets(fileSystem(entries), '/d');
  return datasets.flatMap(({ pairs }) => pairs);
}

async function unreadOf(entries: Readonly<Record<string, MemoryEntry>>): Promise<string[]> {
  const { inventory } = await lookInto(fileSystem(entries), '/d');
  return inventory.unread.map(({ files, what }) => `${files.join(', ')}: ${inEnglish(what)}`);
}

test('pictures and captions of Hugging Face shards are read in place', async () => {
  const entries = {
    'data/train-00000-of-00002.parquet': parquetOf({
      pictures: { image: pictures.slice(0, 2) },
      texts: { text: CAPTIONS.slice(0, 2) },
    }),
    'data/train-00001-of-00002.parquet': parquetOf({
      pictures: { image: pictures.slice(2) },
      texts: { text: CAPTIONS.slice(2) },
    }),
  };
  const [dataset, ...others] = await openDatasets(fileSystem(entries), '/d');
  assert.equal(others.length, 0);
  assert.equal(dataset?.root, '/d/data');
  assert.deepEqual(dataset.problems, []);
  assert.deepEqual(
    dataset.pairs.map(({ image, caption, source, split }) => [image, caption, source.file, split]),
    CAPTIONS.map((caption, i) => {
      const shard = `train-0000${Math.floor(i / 2)}-of-00002.parquet`;
      return [`${shard}/00000${i % 2}.jpg`, caption, shard, 'train'];
    }),
  );
  const member = '/d/data/train-00001-of-00002.parquet/000001.jpg';
  assert.deepEqual(await fileSystem(entries).read(member), pictures[3]?.bytes);
});

test('line n of its text is row n, so that findings name the row', async () => {
  const files = fileSystem({
    'a.parquet': parquetOf({ pictures: { image: pictures }, texts: { caption: CAPTIONS } }),
  });
  const text = Buffer.from(await files.read('/d/a.parquet')).toString();
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
    CAPTIONS.map((caption, i) => ({ image: `a.parquet/00000${i}.jpg`, caption })),
  );
});

test('several captions of a row stay apart', async () => {
  const pairs = await pairsOf({
    'a.parquet': parquetOf({
      pictures: { image: pictures.slice(0, 2) },
      lists: { captions: [CAPTIONS.slice(0, 2), CAPTIONS.slice(2)] },
    }),
  });
  assert.deepEqual(
    pairs.map(({ image, caption, captionIndex }) => [image, caption, captionIndex]),
    CAPTIONS.map((caption, i) => [`a.parquet/00000${Math.floor(i / 2)}.jpg`, caption, i % 2]),
  );
});

test('plain bytes are pictures where they begin like one, whatever the column is called', async () => {
  const pairs = await pairsOf({
    'a.parquet': parquetOf({
      bytes: {
        jpg: pictures.map(({ bytes }) => bytes),
        hash: CAPTIONS.map(() => new Uint8Array(8)),
      },
      texts: { txt: CAPTIONS },
    }),
  });
  assert.deepEqual(
    pairs.map(({ caption }) => caption),
    CAPTIONS,
  );
  assert.equal(pairs[0]?.image, 'a.parquet/000000.jpg');
});

test('a control image of a row is its companion, not an image without a caption', async () => {
  const [dataset] = await openDatasets(
    fileSystem({
      'a.parquet': parquetOf({
        pictures: { conditioning_image: pictures, image: pictures },
        texts: { text: CAPTIONS },
      }),
    }),
    '/d',
  );
  assert.deepEqual(
    dataset?.pairs.map(({ image }) => image),
    [0, 1, 2, 3].map((i) => `a.parquet/00000${i}.jpg`),
  );
  assert.deepEqual(dataset.problems, []);
});

test('images that are only named are found beside the file', async () => {
  const images = Object.fromEntries(CAPTIONS.map((text, i) => [`images/${i}.jpg`, text]));
  const names = CAPTIONS.map((_, i) => `images/${i}.jpg`);
  const byColumn = { texts: { file_name: names, text: CAPTIONS } };
  const byStruct: ParquetColumns = {
    pictures: { image: names.map((path) => ({ bytes: null, path })) },
    texts: { text: CAPTIONS },
  };
  for (const columns of [byColumn, byStruct]) {
    const pairs = await pairsOf({ ...images, 'a.parquet': parquetOf(columns) });
    assert.deepEqual(
      pairs.map(({ image }) => image),
      names,
    );
  }
});

test('a table of addresses, one without captions and a damaged one are named as that', async () => {
  const whole = parquetOf({ pictures: { image: pictures }, texts: { text: CAPTIONS } });
  const urls = CAPTIONS.map((_, i) => `https://example.org/${i}.jpg`);
  assert.deepEqual(
    await unreadOf({ 'a.parquet': parquetOf({ texts: { url: urls, caption: CAPTIONS } }) }),
    [
      'a.parquet: a parquet table with the columns url, caption: it names pictures by their addresses',
    ],
  );
  const labels = parquetOf({ pictures: { image: pictures }, numbers: { label: [0, 1, 2, 3] } });
  assert.deepEqual(await unreadOf({ 'a.parquet': labels }), [
    'a.parquet: a parquet table with the columns image, label: none of them is known as a caption',
  ]);
  assert.deepEqual(await unreadOf({ 'a.parquet': whole.subarray(0, whole.length - 9) }), [
    'a.parquet: is damaged or cut off',
  ]);
});

test('the record of img2dataset is left alone beside its shard, and the metadata of embeddings', async () => {
  const record = parquetOf({
    texts: { url: ['https://example.org/1.jpg'], caption: ['a dog'], key: ['000000000'] },
  });
  const shard = tarOf([
    { name: '000000000.jpg', bytes: 'x' },
    { name: '000000000.txt', bytes: 'a dog' },
  ]);
  const embeddings = {
    'out/img_emb/img_emb_0.npy': 'x',
    'out/metadata/metadata_0.parquet': parquetOf({
      texts: { image_path: ['00000.tar/000000000.jpg'], caption: ['a dog'] },
    }),
  };
  const entries = { '00000.tar': shard, '00000.parquet': record, ...embeddings };
  assert.equal((await pairsOf(entries)).length, 1);
  const { inventory } = await lookInto(fileSystem(entries), '/d');
  assert.deepEqual(
    inventory.unread.map(({ files, isLeftAlone }) => [...files, isLeftAlone]),
    [
      ['00000.parquet', true],
      ['out/metadata/metadata_0.parquet', true],
    ],
  );
});

test('a row without a picture is said to have none', async () => {
  const files = fileSystem({
    'a.parquet': parquetOf({
      pictures: { image: pictures.map((picture, i) => (i === 2 ? null : picture)) },
      texts: { text: CAPTIONS },
    }),
  });
  await assert.rejects(
    files.read('/d/a.parquet/000002.jpg'),
    /Row 2 of \/d\/a\.parquet has no picture/,
  );
  assert.deepEqual(await files.read('/d/a.parquet/000003.jpg'), pictures[3]?.bytes);
});

test('a parquet file is never written', async () => {
  const files = fileSystem({ 'a.parquet': parquetOf({ texts: { text: ['a'] } }) });
  await assert.rejects(
    files.update('/d/a.parquet', '/d', () => new Uint8Array(1)),
    (error) => PairLensError.is(error, 'write-failed'),
  );
});

const row = fc.record({
  bytes: fc.option(
    fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.from([0xff, 0xd8, 0xff, ...tail])),
  ),
  text: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
});
const rows = fc.array(row, { minLength: 1, maxLength: 40 });
const layout = fc.record({
  rowGroupSize: fc.integer({ min: 1, max: 50 }),
  pageSize: fc.integer({ min: 1, max: 2000 }),
  codec: fc.constantFrom('SNAPPY' as const, 'UNCOMPRESSED' as const),
});

function fileOf(
  written: readonly { bytes: Uint8Array | null; text: string | null }[],
  how: object,
) {
  return parquetOf(
    {
      pictures: { image: written.map(({ bytes }) => ({ bytes, path: null })) },
      texts: { text: written.map(({ text }) => text) },
    },
    how,
  );
}

test('every picture and text is read back, whatever the row groups, pages and compression', async () => {
  await fc.assert(
    fc.asyncProperty(rows, layout, async (written, how) => {
      if (written.every(({ bytes }) => bytes === null)) return;
      const files = fileSystem({ 'a.parquet': fileOf(written, how) });
      const lines = Buffer.from(await files.read('/d/a.parquet'))
        .toString()
        .trimEnd()
        .split('\n');
      const texts = lines.map(
        (line) => (JSON.parse(line) as { text?: string | null }).text ?? null,
      );
      assert.deepEqual(
        texts,
        written.map(({ text }) => text),
      );
      for (const [i, { bytes }] of written.entries()) {
        const member = `/d/a.parquet/${String(i).padStart(6, '0')}.jpg`;
        const found = await files.read(member).catch((error: unknown) => {
          assert.ok(PairLensError.is(error, 'unreadable-file'));
          return null;
        });
        assert.deepEqual(found, bytes);
      }
    }),
    { numRuns: runs(100), endOnFailure: true },
  );
});

test('a file that is cut off anywhere is named, and the rest of the folder is read', async () => {
  await fc.assert(
    fc.asyncProperty(rows, layout, fc.nat(), async (written, how, at) => {
      const whole = fileOf(written, how);
      const cut = whole.subarray(0, at % whole.length);
      const files = fileSystem({ 'a.jpg': 'x', 'a.txt': 'a dog', 'b.parquet': cut });
      const { datasets, inventory } = await lookInto(files, '/d');
      assert.equal(datasets.length, 1);
      assert.deepEqual(
        inventory.unread.map((entry) => entry.files),
        [['b.parquet']],
      );
      assert.deepEqual(
        datasets[0]?.problems.map(({ code, file }) => [code, file]),
        [['unreadable-archive', 'b.parquet']],
      );
    }),
    { numRuns: runs(200), endOnFailure: true },
  );
});

test('a page whose header has no sizes is told of, and not read for ever', async () => {
  const whole = parquetOf({ pictures: { image: pictures }, texts: { text: CAPTIONS } });
  // The first page begins behind the four magic bytes, with fields of one byte before each value.
  for (const at of [4, 6, 8, 10]) {
    const files = fileSystem({ 'a.parquet': whole.with(at, 0) });
    await assert.rejects(files.read('/d/a.parquet/000000.jpg'), /is damaged or cut off/);
  }
});
