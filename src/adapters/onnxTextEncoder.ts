import type { TextEncoder } from '../core/ports.ts';
import { openTextBackbone } from './backbones.ts';
import type { openModelFolder } from './modelFolder.ts';
import { matrixOutput, openOnnxSession } from './onnxSession.ts';

const BATCH = 32;

/**
 * A text encoder in the layout of the shipped one: tokenizer, backbone (token states), then a head. Results do not depend on padding.
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxTextEncoder(
  model: Awaited<ReturnType<typeof openModelFolder>>,
  threads = 0,
): Promise<TextEncoder & { close(): Promise<void> }> {
  const backbone = await openTextBackbone(model, threads);
  const head = await openOnnxSession(await model.checked('textHead'), threads);
  return {
    modelId: model.manifest.id,
    batchSize: BATCH,
    async encode(texts) {
      const { states, attention_mask } = await backbone.run(texts);
      const outputs = await head.run({ states, attention_mask });
      return {
        embedding: matrixOutput(outputs, 'embedding'),
        sentence: matrixOutput(outputs, 'sentence'),
      };
    },
    async close() {
      await backbone.release();
      await head.release();
    },
  };
}
