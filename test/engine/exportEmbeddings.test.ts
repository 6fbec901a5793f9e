import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { PairLensError } from '../../src/core/errors.ts';
import { fromFloat16 } from '../../src/core/float16.ts';
import { type EmbeddingFiles, exportEmbeddings } from '../../src/engine/batch/exportEmbeddings.ts';
import { fakeDataset, fakePair, fakeVector, fakeWorkspace } from '../support/fakeWorkspace.ts';

/** Files in memory; those that are not there have size and time as images. */
function memoryFiles() {
  const files = new Map<string, Buffer>();
  const modified = new Map<string, number>();
  const written: string[] = [];
  const target: EmbeddingFiles = {
    join: (folder, name) => `${folder}/${name}`,
    files: {
      stat: (path) =>
        Promise.resolve({ kind: 'file', bytes: 5, modified: modified.get(path) ?? 1 }),
      exists: (path) => Promise.resolve(files.has(path)),
      open: (path) => {
        const bytes = files.get(path)!;
        return Promise.resolve({
          bytes: bytes.length,
          modified: 1,
          read: (start: number, length: number) =>
            Promise.resolve(bytes.subarray(start, start + length)),
          close: () => Promise.resolve(),
        });
      },
      walk: (folder) => {
        const paths = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
        return Readable.from(paths.map((path) => ({ path })));
      },
    },
    output: {
      assertWritable: () => Promise.resolve(),
      prepareFolder: () => Promise.resolve(),
      link: () => Promise.resolve(),
      async write(path, chunks) {
        const parts: Buffer[] = [];
        for await (const chunk of chunks) parts.push(Buffer.from(chunk as Uint8Array));
        files.set(path, Buffer.concat(parts));
        written.push(path);
      },
    },
  };
  return { files, modified, written, target };
}

describe('exported embeddings', () => {
  test('row i of both arrays and of the metadata is pair i, and unreadable pairs are counted', async () => {
    const pairs = [
      fakePair('dog.jpg', 'a dog'),
      fakePair('broken.jpg', 'a tram'),
      fakePair('dog.jpg', '犬 😀', 1),
      fakePair('cat.jpg', 'cat'),
    ];
    const { target, files } = memoryFiles();
    const workspace = fakeWorkspace([fakeDataset('/data/set', pairs)]);
    const done = await exportEmbeddings('/data', 'out', workspace, target, { shardPairs: 9 });
    assert.deepEqual([done.pairs, done.left, done.dimensions], [3, 1, 16]);

    const vector = (name: string, r: number): number[] => {
      const bytes = files.get(`out/${name}`)!;
      const start = bytes.length - 3 * 32 + r * 32;
      return Array.from({ length: 16 }, (_u, c) => fromFloat16(bytes.readUInt16LE(start + 2 * c)));
    };
    const near = (actual: number[], expected: Float32Array): void => {
      for (const [c, value] of actual.entries()) {
        assert.ok(Math.abs(value - expected[c]!) < 1e-3);
      }
    };
    near(vector('img_emb/img_emb_0.npy', 1), fakeVector('dog.jpg'));
    near(vector('text_emb/text_emb_0.npy', 0), fakeVector('a dog'));
    near(vector('img_emb/img_emb_0.npy', 2), fakeVector('cat.jpg'));

    const parquet = files.get('out/metadata/metadata_0.parquet')!;
    const buffer = new Uint8Array(parquet).buffer;
    assert.deepEqual(await parquetReadObjects({ file: buffer }), [
      { image_path: 'set/dog.jpg', caption: 'a dog', caption_index: 0, split: null },
      { image_path: 'set/dog.jpg', caption: '犬 😀', caption_index: 1, split: null },
      { image_path: 'set/cat.jpg', caption: 'cat', caption_index: 0, split: null },
    ]);
  });

  test('where no pair can be read nothing is written, and the error says what to run', async () => {
    const { target, files } = memoryFiles();
    const workspace = fakeWorkspace([fakeDataset('/data', [fakePair('broken.jpg', 'x')])]);
    await assert.rejects(
      exportEmbeddings('/data', 'out', workspace, target, { shardPairs: 9 }),
      (error) => PairLensError.is(error) && (error.remedy ?? '').includes('pairlens audit'),
    );
    assert.equal(files.size, 0);
  });

  test('shards hold the pairs of all datasets in order; a second run writes only what has changed', async () => {
    const { target, files, modified, written } = memoryFiles();
    const first = ['dog.jpg', 'cat.jpg', 'broken.jpg'].map((name) => fakePair(name, name));
    const second = ['bus.jpg', 'tram.jpg', 'boat.jpg'].map((name) => fakePair(name, `a ${name}`));
    const workspace = fakeWorkspace([
      fakeDataset('/data/a', first),
      fakeDataset('/data/b', second),
    ]);
    const embed = () => exportEmbeddings('/data', 'out', workspace, target, { shardPairs: 2 });
    const done = await embed();
    assert.deepEqual([done.pairs, done.left, done.shards, done.kept], [5, 1, 3, 0]);
    assert.equal(files.size, 9);
    const rows: unknown[] = [];
    for (const shard of [0, 1, 2]) {
      const buffer = new Uint8Array(files.get(`out/metadata/metadata_${shard}.parquet`)!).buffer;
      rows.push(
        (await parquetReadObjects({ file: buffer })).map((each): unknown => each['image_path']),
      );
    }
    assert.deepEqual(rows, [
      ['a/dog.jpg', 'a/cat.jpg'],
      ['b/bus.jpg'],
      ['b/tram.jpg', 'b/boat.jpg'],
    ]);

    const before = new Map(files);
    written.length = 0;
    assert.equal((await embed()).kept, 3);
    assert.equal(written.length, 0);

    // Another picture, a run that was stopped before the metadata, and an array that was deleted.
    modified.set('/data/a/cat.jpg', 2);
    files.delete('out/metadata/metadata_1.parquet');
    const again = await embed();
    assert.deepEqual([again.pairs, again.kept], [5, 1]);
    assert.deepEqual(
      written.map((path) => path.replace(/^.*\//u, '')),
      [0, 1].flatMap((n) => [`img_emb_${n}.npy`, `text_emb_${n}.npy`, `metadata_${n}.parquet`]),
    );
    for (const [path, bytes] of before) {
      if (path.endsWith('.npy')) assert.deepEqual(files.get(path), bytes, path);
    }
    files.delete('out/img_emb/img_emb_2.npy');
    assert.equal((await embed()).kept, 2);
  });

  test('shards that the run would not write are refused before anything is written', async () => {
    const { target, files, written } = memoryFiles();
    const workspace = fakeWorkspace([fakeDataset('/data', [fakePair('dog.jpg', 'a dog')])]);
    files.set('out/text_emb/text_emb_7.npy', Buffer.from('other'));
    await assert.rejects(
      exportEmbeddings('/data', 'out', workspace, target, { shardPairs: 9 }),
      (error) =>
        PairLensError.is(error, 'invalid-argument') && error.message.includes('text_emb_7'),
    );
    assert.deepEqual(written, []);
  });

  test('shards of another dataset, and those of another program, are not written over', async () => {
    const { target, files } = memoryFiles();
    const embed = (folder: string, name: string) =>
      exportEmbeddings(
        folder,
        'out',
        fakeWorkspace([fakeDataset(folder, [fakePair(name, name)])]),
        target,
        { shardPairs: 9 },
      );
    const refused = (error: unknown): boolean =>
      PairLensError.is(error, 'invalid-argument') && error.message.includes('metadata_0.parquet');
    await embed('/data', 'dog.jpg');
    const before = new Map(files);
    await assert.rejects(embed('/other', 'cat.jpg'), refused);
    assert.deepEqual(files, before);

    const columnData = [{ name: 'image_path', data: ['dog.jpg'] }];
    files.set('out/metadata/metadata_0.parquet', Buffer.from(parquetWriteBuffer({ columnData })));
    await assert.rejects(embed('/data', 'dog.jpg'), refused);
  });
});
