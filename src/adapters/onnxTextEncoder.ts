import type { TextEncoder } from '../core/ports.ts';
import { openTokenizer } from './shippedTokenizer.ts';
import type { ModelFolder } from './modelFolder.ts';
import { matrixOutput, onnxRuntime, openOnnxSession, tensorOutput } from './onnxSession.ts';

const BATCH = 32;

/**
 * The shipped text encoder: tokenizer, backbone (token states), then the SAEM head. Results do not depend on padding.
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxTextEncoder(
  model: ModelFolder,
  threads = 0,
): Promise<TextEncoder & { close(): Promise<void> }> {
  const { Tensor } = await onnxRuntime();
  const tokenIds = await openTokenizer(model);
  const backbone = await openOnnxSession(await model.checked('textBackbone'), threads);
  const head = await openOnnxSession(await model.checked('textHead'), threads);
  const { padId } = model.manifest.text;
  return {
    modelId: model.manifest.id,
    batchSize: BATCH,
    async encode(texts) {
      const tokens = texts.map(tokenIds);
      const width = Math.max(1, ...tokens.map(({ length }) => length));
      const ids = new BigInt64Array(texts.length * width).fill(BigInt(padId));
      const mask = new BigInt64Array(texts.length * width);
      for (const [i, row] of tokens.entries()) {
        for (const [t, id] of row.entries()) {
          ids[i * width + t] = BigInt(id);
          mask[i * width + t] = 1n;
        }
      }
      const shape = [texts.length, width];
      const attention = new Tensor('int64', mask, shape);
      const features = await backbone.run({
        input_ids: new Tensor('int64', ids, shape),
        attention_mask: attention,
        token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
      });
      const outputs = await head.run({
        states: tensorOutput(features, 'states'),
        attention_mask: attention,
      });
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
