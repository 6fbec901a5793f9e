import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { openTokenizer } from '../../src/adapters/shippedTokenizer.ts';
import { shippedModels } from '../../src/adapters/installation.ts';
import { openModelFolder } from '../../src/adapters/modelFolder.ts';
import { onnxRuntime } from '../../src/adapters/onnxRuntime.ts';
import { openOnnxSession, tensorOutput } from '../../src/adapters/onnxSession.ts';
import { scanImageToText, scanTextToImage } from '../../src/core/matching/crossAttention.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import {
  type CharacterRange,
  type SupportedWord,
  wordSupport,
} from '../../src/core/matching/wordSupport.ts';
import type { PixelSquare } from '../../src/core/ports.ts';

/** Says of each word of a caption how well SCAN finds it in a picture, and in which of the 4 x 4 regions. */
export interface ScanScorer {
  /** Side of the picture, in pixels. */
  readonly size: number;
  words(picture: PixelSquare, caption: string): Promise<SupportedWord[]>;
}

const vocabularySchema = z.object({
  model: z.object({ vocab: z.record(z.string(), z.number()) }),
});

/**
 * A SCAN head that `npm run zoo` trained, on the shipped backbones.
 * @param stem path of its two graphs without `.image.onnx` and `.text.onnx`; its name says which way it attends
 */
export async function openScan(stem: string): Promise<ScanScorer> {
  const { Tensor } = await onnxRuntime();
  const models = await openModelFolder(shippedModels());
  const [imageBackbone, textBackbone, imageHead, textHead] = await Promise.all(
    [
      await models.checked('imageBackbone'),
      await models.checked('textBackbone'),
      `${stem}.image.onnx`,
      `${stem}.text.onnx`,
    ].map((file) => openOnnxSession(file, 0)),
  );
  const tokenIds = await openTokenizer(models);
  const json: unknown = JSON.parse(await readFile(await models.checked('tokenizer'), 'utf8'));
  const { vocab } = vocabularySchema.parse(json).model;
  const tokens = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  const scan = path.basename(stem).includes('t2i') ? scanTextToImage : scanImageToText;
  const isTextToImage = scan === scanTextToImage;

  async function regionsOf({ size, rgb }: PixelSquare): Promise<Matrix> {
    const features = await imageBackbone!.run({
      pixels: new Tensor('uint8', rgb, [1, size, size, 3]),
    });
    const fragments = await imageHead!.run({
      grid: tensorOutput(features, 'grid'),
      logits: tensorOutput(features, 'logits'),
    });
    return fragmentsOf(tensorOutput(fragments, 'regions'));
  }

  async function wordsOf(ids: readonly number[]): Promise<Matrix> {
    const shape = [1, ids.length];
    const attention_mask = new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape);
    const features = await textBackbone!.run({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      attention_mask,
      token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
    });
    const fragments = await textHead!.run({
      states: tensorOutput(features, 'states'),
      attention_mask,
    });
    return fragmentsOf(tensorOutput(fragments, 'words'));
  }

  return {
    size: models.manifest.image.size,
    async words(picture, caption) {
      const ids = tokenIds(caption);
      const all = await wordsOf(ids);
      // Without the marks at both ends, as it was trained.
      const inner = ids.slice(1, -1);
      const d = all.columns;
      const words = matrix(inner.length, d, all.data.subarray(d, (1 + inner.length) * d));
      const regions = await regionsOf(picture);
      const result = scan(regions, words);
      const attention = isTextToImage ? result.attention : transposed(result.attention);
      const ranges = rangesOf(
        caption,
        inner.map((id) => tokens.get(id) ?? ''),
      );
      // The last region is the class-name prior of the whole picture.
      const places = withoutLastColumn(attention);
      return wordSupport(caption, ranges, result.wordSupport, places);
    },
  };
}

function fragmentsOf({ dims, data }: ReturnType<typeof tensorOutput>): Matrix {
  return matrix(dims[1]!, dims[2]!, data as Float32Array);
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out.data[c * rows + r] = data[r * columns + c]!;
  }
  return out;
}

function withoutLastColumn({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(rows, columns - 1);
  for (let r = 0; r < rows; r++) {
    out.data.set(data.subarray(r * columns, (r + 1) * columns - 1), r * (columns - 1));
  }
  return out;
}

/** Where WordPiece tokens stand in an English caption: one behind the other, in lower case. */
function rangesOf(caption: string, tokens: readonly string[]): CharacterRange[] {
  const text = caption.toLowerCase();
  let from = 0;
  return tokens.map((token) => {
    const start = text.indexOf(token.replace(/^##/, ''), from);
    if (start < 0) return { start: 0, end: 0 };
    const end = start + token.replace(/^##/, '').length;
    from = end;
    return { start, end };
  });
}
