import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { openDualEncoder } from '../../src/adapters/dualEncoder.ts';
import { readDualEncoderFolder } from '../../src/adapters/dualEncoderFolder.ts';
import { openDualEncoderTokens } from '../../src/adapters/dualEncoderTokens.ts';
import type { Precision } from '../../src/core/encoderChoice.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { row } from '../../src/core/matching/matrix.ts';
import { ENCODERS, fixtureEncoder, SAMPLES } from '../support/fixtureEncoders.ts';
import { temporaryFolder } from '../support/commandLine.ts';

const VECTOR = z.array(z.number());
/** What transformers gives for the same files (models/build/pairlens_models/tiny_encoders.py). */
const REFERENCE = z.object({
  texts: z.array(z.object({ text: z.string(), ids: z.array(z.number()), vector: VECTOR })),
  images: z.array(z.object({ image: z.string(), vector: VECTOR })),
});

async function referenceOf(name: string): Promise<z.infer<typeof REFERENCE>> {
  const file = path.join(fixtureEncoder(name), 'reference.json');
  return REFERENCE.parse(JSON.parse(await readFile(file, 'utf8')));
}

function largestDifference(found: Float32Array, wanted: readonly number[]): number {
  assert.equal(found.length, wanted.length);
  return Math.max(...found.map((value, c) => Math.abs(value - (wanted[c] ?? NaN))));
}

function cosine(found: Float32Array, wanted: readonly number[]): number {
  return found.reduce((sum, value, c) => sum + value * (wanted[c] ?? NaN), 0);
}

for (const name of ENCODERS) {
  describe(`a tiny ${name}`, () => {
    test('has the tokens of the Python library', async () => {
      const { texts } = await referenceOf(name);
      const tokens = await openDualEncoderTokens(
        await readDualEncoderFolder({ path: fixtureEncoder(name) }),
        undefined,
      );
      for (const { text, ids } of texts) {
        const own = tokens.ids(text);
        assert.deepEqual(own, ids.slice(0, own.length), text);
        const padding = ids.slice(own.length);
        assert.deepEqual(padding, Array(padding.length).fill(tokens.padId), text);
      }
    });

    test('embeds texts, alone and in a batch, as the Python library', async () => {
      const { texts } = await referenceOf(name);
      const encoder = await openDualEncoder({ path: fixtureEncoder(name) });
      const { textEncoder } = encoder;
      const { embedding } = await textEncoder.encode(texts.map(({ text }) => text));
      for (const [t, { text, vector }] of texts.entries()) {
        const alone = (await textEncoder.encode([text])).embedding;
        assert.ok(largestDifference(row(embedding, t), vector) < 1e-4, text);
        assert.ok(largestDifference(row(alone, 0), vector) < 1e-4, text);
      }
      await encoder.close();
    });

    test('embeds pictures as the Python library; scaled ones but for the filter', async () => {
      const { images } = await referenceOf(name);
      const encoder = await openDualEncoder({ path: fixtureEncoder(name) });
      const { reader, imageEncoder } = encoder;
      const square = (
        await reader.read(await readFile(fixtureEncoder('square.png')), imageEncoder.size)
      ).facts;
      assert.deepEqual([square.width, square.height], [32, 32]);
      for (const { image, vector } of images) {
        const isMade = image.endsWith('.png');
        const file = isMade ? fixtureEncoder(image) : path.join(SAMPLES, image);
        const read = await reader.read(await readFile(file), imageEncoder.size);
        const { embedding } = await imageEncoder.encode([read]);
        const found = row(embedding, 0);
        // CLIP cuts the middle out of the other made pictures, which scales nothing.
        const isScaled = !isMade || (image !== 'square.png' && name !== 'clip');
        if (isScaled) assert.ok(cosine(found, vector) > 0.997, image);
        else assert.ok(largestDifference(found, vector) < 1e-4, image);
      }
      await encoder.close();
    });
  });
}

for (const name of ['clip', 'chinese-clip']) {
  for (const [precision, least] of [
    ['fp16', 0.99999],
    ['int8', 0.998],
  ] as const satisfies readonly (readonly [Precision, number])[]) {
    test(`${name} in ${precision} is close to fp32, and the same alone and in a batch`, async () => {
      const { texts, images } = await referenceOf(name);
      const encoder = await openDualEncoder({ path: fixtureEncoder(name), precision });
      assert.match(encoder.imageEncoder.modelId, new RegExp(`^${name}-${precision}-`));
      const all = texts.map(({ text }) => text);
      const { batchSize } = encoder.textEncoder;
      for (let start = 0; start < all.length; start += batchSize) {
        const some = all.slice(start, start + batchSize);
        const { embedding } = await encoder.textEncoder.encode(some);
        for (const t of some.keys()) {
          const wanted = texts[start + t]?.vector ?? [];
          assert.ok(cosine(row(embedding, t), wanted) > least, some[t]);
        }
      }
      const read = await encoder.reader.read(
        await readFile(fixtureEncoder('square.png')),
        encoder.imageEncoder.size,
      );
      const { embedding } = await encoder.imageEncoder.encode([read]);
      assert.ok(cosine(row(embedding, 0), images[0]?.vector ?? []) > least);
      await encoder.close();
    });
  }
}

test('judges the languages that its tokenizer knows', async () => {
  const known = '一只狗在海滩上奔跑，两只猫在睡觉，红色的公共汽车停在咖啡馆旁边。';
  const unknown = '夏天森林里绿色树木和美丽蝴蝶，孩子们唱歌跳舞，老师微笑看书。';
  for (const [name, text, language] of [
    ['chinese-clip', known, undefined],
    ['siglip2', known, undefined],
    // All characters are unknown tokens.
    ['chinese-clip', unknown, 'zh'],
    // Each character is three bytes.
    ['clip', unknown, 'zh'],
    ['clip', 'Zwei Hunde rennen am Strand entlang, ein dritter schaut zu.', undefined],
  ] as const) {
    const encoder = await openDualEncoder({ path: fixtureEncoder(name) });
    await encoder.close();
    assert.equal(encoder.languages.detect(text), language, `${name}: ${text}`);
  }
});

describe('a folder that is no encoder', () => {
  /** Opens a changed copy of an encoder, and gives the error. */
  async function errorOf(
    name: string,
    change: (folder: string) => Promise<void>,
    precision?: Precision,
  ): Promise<PairLensError> {
    const copy = await temporaryFolder();
    const folder = path.join(copy.path, 'mine');
    await cp(fixtureEncoder(name), folder, { recursive: true });
    await change(folder);
    const error = await openDualEncoder({ path: folder, precision }).catch(
      (reason: unknown) => reason,
    );
    await copy.remove();
    assert.ok(PairLensError.is(error, 'invalid-model'), String(error));
    assert.ok(error.remedy);
    return error;
  }
  const without =
    (...names: string[]) =>
    async (folder: string): Promise<void> => {
      for (const name of names) await rm(path.join(folder, name));
    };

  test('names the files that are missing', async () => {
    const towers = (await readdir(path.join(fixtureEncoder('clip'), 'onnx')))
      .filter((file) => file.startsWith('vision'))
      .map((file) => `onnx/${file}`);
    const lost = await errorOf('clip', without(...towers));
    assert.match(lost.message, /it has no onnx\/vision_model\.onnx\.$/);
    const configs = ['config.json', 'tokenizer.json', 'preprocessor_config.json'];
    const { message } = await errorOf('siglip', without(...configs));
    assert.match(message, /no config\.json, tokenizer\.json, preprocessor_config\.json\.$/);
    assert.match(
      (await errorOf('siglip', () => Promise.resolve(), 'int8')).message,
      /it has no onnx\/vision_model_int8\.onnx, onnx\/text_model_int8\.onnx\.$/,
    );
    await assert.rejects(openDualEncoder({ path: '/nowhere' }), /no folder that can be read/);
  });

  test('says that the tokenizer is of another encoder', async () => {
    const { message } = await errorOf('siglip', (folder) =>
      cp(path.join(fixtureEncoder('clip'), 'tokenizer.json'), path.join(folder, 'tokenizer.json')),
    );
    assert.match(
      message,
      /is of another encoder: it has \d+ tokens, and the text encoder reads 90/,
    );
  });

  test('says that the two towers do not fit', async () => {
    const { message } = await errorOf('clip', (folder) =>
      cp(
        path.join(fixtureEncoder('siglip'), 'onnx', 'vision_model.onnx'),
        path.join(folder, 'onnx', 'vision_model.onnx'),
      ),
    );
    assert.match(message, /gives 16 numbers for a picture and 12 for a text/);
  });

  test('says that weights are damaged', async () => {
    const { message } = await errorOf('siglip', async (folder) => {
      const file = path.join(folder, 'onnx', 'vision_model.onnx');
      const bytes = await readFile(file);
      // The weights of the patches: after their name a tag and a length of two bytes, then floats.
      const name = 'patch_embedding.weight';
      const at = bytes.lastIndexOf(name) + name.length;
      assert.equal(bytes[at], 0x4a);
      for (let n = 0; n < 64; n++) bytes.writeFloatLE(NaN, at + 3 + 4 * n);
      await writeFile(file, bytes);
    });
    assert.match(message, /values that are no numbers: its weights are damaged/);
  });

  test('says which part of the preprocessing cannot be followed', async () => {
    const { message } = await errorOf('siglip', async (folder) => {
      const size = { height: 32, width: 48 };
      await writeFile(path.join(folder, 'preprocessor_config.json'), JSON.stringify({ size }));
    });
    assert.match(message, /its pictures are not square/);
  });
});
