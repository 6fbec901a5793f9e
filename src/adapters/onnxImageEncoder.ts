import type { ImageEncoder } from '../core/ports.ts';
import type { ModelFolder } from './modelFolder.ts';
import { matrixOutput, onnxRuntime, openOnnxSession, tensorOutput } from './onnxSession.ts';

/** Large enough to use all cores in one run, small enough that a batch is a few megabytes. */
const BATCH = 16;

/**
 * The shipped image encoder: backbone (region grid and class logits), then the SAEM head.
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxImageEncoder(
  model: ModelFolder,
  threads = 0,
): Promise<ImageEncoder & { close(): Promise<void> }> {
  const { Tensor } = await onnxRuntime();
  const backbone = await openOnnxSession(await model.checked('imageBackbone'), threads);
  const head = await openOnnxSession(await model.checked('imageHead'), threads);
  const { size } = model.manifest.image;
  const bytes = size * size * 3;
  return {
    modelId: model.manifest.id,
    size,
    batchSize: BATCH,
    async encode(images) {
      const pixels = new Uint8Array(images.length * bytes);
      for (const [i, { rgb }] of images.entries()) pixels.set(rgb, i * bytes);
      const features = await backbone.run({
        pixels: new Tensor('uint8', pixels, [images.length, size, size, 3]),
      });
      const outputs = await head.run({
        grid: tensorOutput(features, 'grid'),
        logits: tensorOutput(features, 'logits'),
      });
      return {
        embedding: matrixOutput(outputs, 'embedding'),
        prior: matrixOutput(outputs, 'prior'),
        visual: matrixOutput(outputs, 'look'),
      };
    },
    async close() {
      await backbone.release();
      await head.release();
    },
  };
}
