import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openSegmentStore } from '../../src/adapters/segmentStore.ts';
import { openModelFolder } from '../../src/adapters/modelFolder.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { nodeHasher } from '../../src/adapters/nodeHasher.ts';
import { openOnnxImageEncoder } from '../../src/adapters/onnxImageEncoder.ts';
import { onnxRuntime } from '../../src/adapters/onnxRuntime.ts';
import { matrixOutput, openOnnxSession } from '../../src/adapters/onnxSession.ts';
import { openOnnxTextEncoder } from '../../src/adapters/onnxTextEncoder.ts';
import { sharpImageReader } from '../../src/adapters/sharpImageReader.ts';
import type { ImageEncoder, SquareImage } from '../../src/core/ports.ts';
import type { IndexPorts } from '../../src/engine/indexing/indexPorts.ts';
import { indexDataset } from '../../src/engine/indexing/indexDataset.ts';
import { photoFolder, type PhotoFolder } from './photoFolder.ts';
import { writeRandomVit } from './randomVit.ts';

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: console.warn,
  error: console.error,
};

/** The real ports, with a store of their own in `folder`. */
export async function realPorts(folder: string): Promise<IndexPorts> {
  const model = await openModelFolder('models');
  return {
    files: nodeFiles,
    hasher: nodeHasher,
    reader: sharpImageReader(),
    imageEncoder: await openOnnxImageEncoder(model),
    textEncoder: await openOnnxTextEncoder(model),
    store: await openSegmentStore({ folder, log: quiet }),
    clock: { now: () => performance.now() },
  };
}

/** Images a second of `work`, which handles `count` of them. */
async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1000) / (performance.now() - start);
}

/** Every image decoded, `lanes` at a time. */
async function decodeAll(
  photos: PhotoFolder,
  ports: IndexPorts,
  lanes = 16,
): Promise<SquareImage[]> {
  const { root, images } = photos.dataset;
  const decoded: SquareImage[] = [];
  const names = images.values();
  const lane = async (): Promise<void> => {
    for (const name of names) {
      decoded.push(
        await ports.reader.read(await readFile(path.join(root, name)), ports.imageEncoder.size),
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return decoded;
}

async function encodeAll(images: readonly SquareImage[], encoder: ImageEncoder): Promise<void> {
  for (let start = 0; start < images.length; start += encoder.batchSize) {
    await encoder.encode(images.slice(start, start + encoder.batchSize));
  }
}

async function vitEncoder(file: string, like: ImageEncoder): Promise<ImageEncoder> {
  writeRandomVit(file);
  const session = await openOnnxSession(file, 0);
  const { Tensor } = await onnxRuntime();
  return {
    modelId: like.modelId,
    size: 224,
    batchSize: like.batchSize,
    async encode(images) {
      const pixels = new Uint8Array(images.length * 224 * 224 * 3);
      for (const [i, { rgb }] of images.entries()) pixels.set(rgb, i * 224 * 224 * 3);
      const tensor = new Tensor('uint8', pixels, [images.length, 224, 224, 3]);
      const embedding = matrixOutput(await session.run({ pixels: tensor }), 'embedding');
      return { embedding, prior: embedding, visual: embedding };
    },
  };
}

/**
 * Decoding alone, encoding alone and the pipeline, all on all cores in one run; then the same pipeline with a
 * CLIP-B/32-sized encoder, and a second index of the unchanged folder. `rounds` of them, interleaved; the median counts.
 */
export async function benchIndex(count = 400, vitCount = 96, rounds = 7): Promise<void> {
  const photos = await photoFolder(count, 640, 480);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pairlens-bench-store-'));
  try {
    console.log(
      `${count} JPEGs of 640 x 480, ${(photos.meanBytes / 1024).toFixed(0)} KiB each on average`,
    );
    const ports = await realPorts(path.join(folder, 'warm'));
    const squares = await decodeAll(photos, ports);
    await encodeAll(squares.slice(0, 32), ports.imageEncoder);
    const measured: { decode: number; encode: number; pipeline: number; ratio: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const store = await openSegmentStore({
        folder: path.join(folder, String(round)),
        log: quiet,
      });
      const decode = await rate(count, () => decodeAll(photos, ports));
      const encode = await rate(count, () => encodeAll(squares, ports.imageEncoder));
      const pipeline = await rate(count, () => indexDataset(photos.dataset, { ...ports, store }));
      measured.push({ decode, encode, pipeline, ratio: pipeline * (1 / decode + 1 / encode) });
      await store.close();
    }
    for (const { decode, encode, pipeline, ratio } of measured) {
      console.log(
        `decode ${decode.toFixed(0)}/s, encode ${encode.toFixed(0)}/s, pipeline ${pipeline.toFixed(0)}/s: ` +
          `${ratio.toFixed(2)} of 1/(1/decode + 1/encode)`,
      );
    }
    const middle = measured.sort((a, b) => a.ratio - b.ratio)[rounds >> 1];
    console.log(`median ratio ${(middle?.ratio ?? NaN).toFixed(2)} (target 0.85)`);

    let encoded = 0;
    const counting: ImageEncoder = {
      ...ports.imageEncoder,
      encode(images) {
        encoded += images.length;
        return ports.imageEncoder.encode(images);
      },
    };
    const store = await openSegmentStore({ folder: path.join(folder, '0'), log: quiet });
    const again = await rate(count, () =>
      indexDataset(photos.dataset, { ...ports, store, imageEncoder: counting }),
    );
    await store.close();
    console.log(`second index, nothing changed: ${encoded} images encoded, ${again.toFixed(0)}/s`);

    const vit = await vitEncoder(path.join(folder, 'vit.onnx'), ports.imageEncoder);
    const [square] = squares;
    if (square !== undefined) await vit.encode([{ ...square, rgb: new Uint8Array(224 * 224 * 3) }]);
    const few = { ...photos.dataset, images: photos.dataset.images.slice(0, vitCount) };
    const vitStore = await openSegmentStore({ folder: path.join(folder, 'vit'), log: quiet });
    const slow = await rate(vitCount, () =>
      indexDataset(few, { ...ports, store: vitStore, imageEncoder: vit }),
    );
    await vitStore.close();
    await ports.store.close();
    console.log(
      `the same pipeline with a CLIP-B/32-sized ViT: ${slow.toFixed(0)}/s, ` +
        `PairLens is ${((middle?.pipeline ?? NaN) / slow).toFixed(1)} times as fast (target 4)`,
    );
  } finally {
    await photos.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
