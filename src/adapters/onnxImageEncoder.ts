import type { ImageEncoder } from '../core/ports.ts';
import { openImageBackbone } from './backbones.ts';
import type { openModelFolder } from './modelFolder.ts';
import { matrixOutput, openOnnxSession } from './onnxSession.ts';

/** Large enough to use all cores in one run, small enough that a batch is a few megabytes. */
const BATCH = 16;

/**
 * An image encoder in the layout of the shipped one: backbone (region grid and class logits), then a head.
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxImageEncoder(
  model: Awaited<ReturnType<typeof openModelFolder>>,
  threads = 0,
): Promise<ImageEncoder & { close(): Promise<void> }> {
  const backbone = await openImageBackbone(model, threads);
  const head = await openOnnxSession(await model.checked('imageHead'), threads);
  return {
    modelId: model.manifest.id,
    size: model.manifest.image.size,
    batchSize: BATCH,
    async encode(images) {
      const outputs = await head.run(await backbone.run(images));
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
