import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { PairLensError } from '../../src/core/errors.ts';
import type { OutputFiles } from '../../src/core/export/outputFiles.ts';
import { fromFloat16 } from '../../src/core/float16.ts';
import { exportEmbeddings } from '../../src/engine/batch/exportEmbeddings.ts';
import { fakeDataset, fakePair, fakeVector, fakeWorkspace } from '../support/fakeWorkspace.ts';

function memoryOutput(): { output: OutputFiles; files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>();
  return {
    files,
    output: {
      assertWritable: () => Promise.resolve(),
      prepareFolder: () => Promise.resolve(),
      link: () => Promise.resolve(),
      async write(path, chunks) {
        const parts: Buffer[] = [];
        for await (const chunk of chunks) parts.push(Buffer.from(chunk as Uint8Array));
        files.set(path, Buffer.concat(parts));
      },
    },
  };
}

const join = (folder: string, name: string): string => `${folder}/${name}`;

describe('exported embeddings', () => {
  test('row i of both arrays and of the metadata is pair i, and unreadable pairs are counted', async () => {
    const pairs = [
      fakePair('dog.jpg', 'a dog'),
      fakePair('broken.jpg', 'a tram'),
      fakePair('dog.jpg', '犬 😀', 1),
      fakePair('cat.jpg', 'cat'),
    ];
    const { output, files } = memoryOutput();
    const workspace = fakeWorkspace([fakeDataset('/data/set', pairs)]);
    const done = await exportEmbeddings('/data', 'out', workspace, output, join, {});
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
    const { output, files } = memoryOutput();
    const workspace = fakeWorkspace([fakeDataset('/data', [fakePair('broken.jpg', 'x')])]);
    await assert.rejects(
      exportEmbeddings('/data', 'out', workspace, output, join, {}),
      (error) => PairLensError.is(error) && (error.remedy ?? '').includes('pairlens audit'),
    );
    assert.equal(files.size, 0);
  });
});
