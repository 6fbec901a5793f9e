import type { Tensor } from 'onnxruntime-node';
import type { PixelSquare } from '../core/ports.ts';
import type { ModelFolder } from './modelFolder.ts';
import { onnxRuntime } from './onnxRuntime.ts';
import { openOnnxSession, tensorOutput } from './onnxSession.ts';
import { openTokenizer } from './shippedTokenizer.ts';

/** The shipped image backbone: pictures to features, which heads read. */
export interface ImageBackbone {
  /** `grid` (B, cells, 1280) and `logits` (B, 1000). */
  run(pictures: readonly PixelSquare[]): Promise<Readonly<Record<'grid' | 'logits', Tensor>>>;
  release(): Promise<void>;
}

/** The shipped text backbone with its tokenizer: texts to token states, which heads read. */
export interface TextBackbone {
  /** `input_ids`, `attention_mask` (B, L) int64 and `states` (B, L, 384). */
  run(
    texts: readonly string[],
  ): Promise<Readonly<Record<'input_ids' | 'attention_mask' | 'states', Tensor>>>;
  release(): Promise<void>;
}

/** @param threads per run; 0 for all cores @throws PairLensError `invalid-model`, `missing-native-package`. */
export async function openImageBackbone(
  model: ModelFolder,
  threads: number,
): Promise<ImageBackbone> {
  const { Tensor } = await onnxRuntime();
  const session = await openOnnxSession(await model.checked('imageBackbone'), threads);
  const { size } = model.manifest.image;
  const bytes = size * size * 3;
  return {
    async run(pictures) {
      const pixels = new Uint8Array(pictures.length * bytes);
      for (const [i, { rgb }] of pictures.entries()) pixels.set(rgb, i * bytes);
      const features = await session.run({
        pixels: new Tensor('uint8', pixels, [pictures.length, size, size, 3]),
      });
      return { grid: tensorOutput(features, 'grid'), logits: tensorOutput(features, 'logits') };
    },
    release: () => session.release(),
  };
}

/** @param threads per run; 0 for all cores @throws PairLensError `invalid-model`, `missing-native-package`. */
export async function openTextBackbone(model: ModelFolder, threads: number): Promise<TextBackbone> {
  const { Tensor } = await onnxRuntime();
  const tokenIds = await openTokenizer(model);
  const session = await openOnnxSession(await model.checked('textBackbone'), threads);
  const { padId } = model.manifest.text;
  return {
    async run(texts) {
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
      const input_ids = new Tensor('int64', ids, shape);
      const attention_mask = new Tensor('int64', mask, shape);
      const features = await session.run({
        input_ids,
        attention_mask,
        token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
      });
      return { input_ids, attention_mask, states: tensorOutput(features, 'states') };
    },
    release: () => session.release(),
  };
}
