import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';

const MODELS = path.resolve(import.meta.dirname, '../../models');

const rows = z.array(z.array(z.number()));
const shippedFile = z.object({ file: z.string(), bytes: z.number(), sha256: z.string() });
const manifestSchema = z.object({
  image: z.object({ size: z.number() }),
  text: z.object({ maxTokens: z.number() }),
  embedding: z.object({ dimensions: z.number(), look: z.number() }),
  files: z.record(z.string(), shippedFile),
  reference: z.object({
    pairs: z.number(),
    files: z.record(z.string(), shippedFile.extend({ shape: z.array(z.number()).optional() })),
  }),
});
const imageSchema = z.object({
  shape: z.array(z.number()),
  gridMean: rows,
  logits: rows,
  embedding: rows,
  prior: rows,
  look: rows,
  tolerance: z.object({ gridMean: z.number(), logits: z.number(), cosine: z.number() }),
});
const textSchema = z.object({
  captions: z.array(z.string()),
  tokenIds: rows,
  firstState: rows,
  embedding: rows,
  sentence: rows,
  tolerance: z.object({
    firstState: z.number(),
    embedding: z.number(),
    sentence: z.number(),
  }),
});

async function readJson<T>(schema: z.ZodType<T>, file: string): Promise<T> {
  return schema.parse(JSON.parse(await readFile(path.join(MODELS, file), 'utf8')));
}

async function open(file: string): Promise<InferenceSession> {
  return InferenceSession.create(path.join(MODELS, file), {
    extra: { session: { x64quantprecision: '1' } },
  });
}

/** The float rows of one output, however many dimensions lie between the batch and the last one. */
function rowsOf(outputs: InferenceSession.ReturnType, name: string): Float32Array[] {
  const tensor = outputs[name];
  assert.ok(tensor?.data instanceof Float32Array, `the graph has a float output ${name}`);
  const batch = tensor.dims[0] ?? 0;
  const { data } = tensor;
  const width = data.length / batch;
  return Array.from({ length: batch }, (_, i) => data.subarray(i * width, (i + 1) * width));
}

function tensorOf(outputs: InferenceSession.ReturnType, name: string): Tensor {
  const tensor = outputs[name];
  assert.ok(tensor, `the graph has an output ${name}`);
  return tensor;
}

/** The pixels golden/image.json was made from; its field `pixels` holds the formula. */
function goldenPixels(first: number, count: number, size: number): Tensor {
  const data = new Uint8Array(count * size * size * 3);
  let at = 0;
  for (let b = first; b < first + count; b += 1) {
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        for (let c = 0; c < 3; c += 1) {
          data[at] = (7 * x + 13 * y + 29 * c + 31 * b + Math.floor((x * y) / 16)) % 256;
          at += 1;
        }
      }
    }
  }
  return new Tensor('uint8', data, [count, size, size, 3]);
}

function integers(values: readonly (readonly number[])[], width: number): Tensor {
  const data = values.flatMap((row) =>
    Array.from({ length: width }, (_, column) => BigInt(row[column] ?? 0)),
  );
  return new Tensor('int64', BigInt64Array.from(data), [values.length, width]);
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i += 1) {
    const difference = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    // written so that a NaN counts as the largest of all
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function assertClose(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: rows`);
  actual.forEach((row, i) => {
    const difference = largestDifference(row, expected[i] ?? []);
    assert.ok(difference <= tolerance, `${what} ${i} differs by ${difference}`);
  });
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

/** What is used of `@huggingface/tokenizers`, whose own typings module resolution cannot follow. */
interface TokenizerModule {
  readonly Tokenizer: new (
    tokenizer: object,
    config: object,
  ) => { encode(text: string): { readonly ids: readonly number[] } };
}

describe('the shipped models', () => {
  test('every file is the one the manifest describes', async () => {
    const manifest = await readJson(manifestSchema, 'manifest.json');
    const files = [...Object.values(manifest.files), ...Object.values(manifest.reference.files)];
    assert.ok(files.length >= 13);
    for (const { file, bytes, sha256 } of files) {
      const content = await readFile(path.join(MODELS, file));
      assert.equal(content.length, bytes, file);
      assert.equal(createHash('sha256').update(content).digest('hex'), sha256, file);
    }
  });

  test('the reference bank has a row a pair in every space', async () => {
    const manifest = await readJson(manifestSchema, 'manifest.json');
    const { images, captions, looks, priors, sentences } = manifest.reference.files;
    const { dimensions, look } = manifest.embedding;
    const { pairs } = manifest.reference;
    assert.deepEqual(images?.shape, [pairs, dimensions]);
    assert.deepEqual(captions?.shape, [pairs, dimensions]);
    assert.deepEqual(looks?.shape, [pairs, look]);
    assert.deepEqual(priors?.shape, [pairs, 384]);
    assert.deepEqual(sentences?.shape, [pairs, 384]);
    const { size } = await stat(path.join(MODELS, 'reference/images.npy'));
    assert.ok(size >= pairs * dimensions * 2, 'two bytes a number, and a header');
  });
});

describe('the shipped image encoder', () => {
  let golden: z.infer<typeof imageSchema>;
  let backbone: InferenceSession;
  let head: InferenceSession;
  let size = 0;

  before(async () => {
    golden = await readJson(imageSchema, 'golden/image.json');
    size = (await readJson(manifestSchema, 'manifest.json')).image.size;
    backbone = await open('image-backbone.onnx');
    head = await open('image-head.onnx');
  });

  async function encode(first: number, count: number): Promise<Record<string, Float32Array[]>> {
    const seen = await backbone.run({ pixels: goldenPixels(first, count, size) });
    const said = await head.run({ grid: tensorOf(seen, 'grid'), logits: tensorOf(seen, 'logits') });
    return {
      grid: rowsOf(seen, 'grid'),
      logits: rowsOf(seen, 'logits'),
      embedding: rowsOf(said, 'embedding'),
      prior: rowsOf(said, 'prior'),
      look: rowsOf(said, 'look'),
    };
  }

  test('it says what it said when it was made', async () => {
    assert.deepEqual(golden.shape, [3, size, size, 3]);
    const said = await encode(0, 3);
    const { tolerance } = golden;
    const logits = (said['logits'] ?? []).map((row) => row.filter((_, i) => i % 10 === 0));
    assertClose(logits, golden.logits, tolerance.logits, 'logits');
    const means = (said['grid'] ?? []).map((grid) => {
      const regions = grid.length / 1280;
      return Array.from({ length: 64 }, (_, n) => {
        let sum = 0;
        for (let r = 0; r < regions; r += 1) sum += grid[r * 1280 + n * 20] ?? NaN;
        return sum / regions;
      });
    });
    assertClose(means, golden.gridMean, tolerance.gridMean, 'grid');
    for (const name of ['embedding', 'prior', 'look'] as const) {
      const actual = said[name] ?? [];
      assert.equal(actual.length, 3);
      actual.forEach((row, i) => {
        const expected = golden[name][i] ?? [];
        assert.equal(row.length, expected.length);
        assert.ok(cosine(row, expected) >= tolerance.cosine, `${name} ${i}`);
        assert.ok(Math.abs(cosine(row, row) - 1) < 1e-6);
      });
    }
  });

  test('a batch of three is three batches of one', async () => {
    const together = await encode(0, 3);
    for (let i = 0; i < 3; i += 1) {
      const alone = await encode(i, 1);
      for (const name of ['grid', 'logits', 'embedding', 'prior', 'look']) {
        const difference = largestDifference(alone[name]?.[0] ?? [], together[name]?.[i] ?? []);
        assert.ok(difference < 1e-4, `${name} of image ${i} differs by ${difference}`);
      }
    }
  });
});

describe('the shipped text encoder', () => {
  let golden: z.infer<typeof textSchema>;
  let backbone: InferenceSession;
  let head: InferenceSession;

  before(async () => {
    golden = await readJson(textSchema, 'golden/text.json');
    backbone = await open('text-backbone.onnx');
    head = await open('text-head.onnx');
  });

  async function encode(
    ids: readonly (readonly number[])[],
    padding = 0,
  ): Promise<Record<'states' | 'embedding' | 'sentence', Float32Array[]>> {
    const width = Math.max(...ids.map((row) => row.length)) + padding;
    const mask = integers(
      ids.map((row) => row.map(() => 1)),
      width,
    );
    const seen = await backbone.run({
      input_ids: integers(ids, width),
      attention_mask: mask,
      token_type_ids: integers(
        ids.map(() => []),
        width,
      ),
    });
    const said = await head.run({ states: tensorOf(seen, 'states'), attention_mask: mask });
    return {
      states: rowsOf(seen, 'states'),
      embedding: rowsOf(said, 'embedding'),
      sentence: rowsOf(said, 'sentence'),
    };
  }

  test('the tokenizer of this runtime gives the ids the encoder was trained on', async () => {
    const [content, config] = await Promise.all(
      ['tokenizer.json', 'tokenizer_config.json'].map((file) => readJson(z.looseObject({}), file)),
    );
    const { Tokenizer } = (await import('@huggingface/tokenizers')) as unknown as TokenizerModule;
    const tokenizer = new Tokenizer(content ?? {}, config ?? {});
    const { maxTokens } = (await readJson(manifestSchema, 'manifest.json')).text;
    for (const [i, caption] of golden.captions.entries()) {
      const { ids } = tokenizer.encode(caption);
      assert.ok(ids.length <= maxTokens);
      assert.deepEqual(ids, golden.tokenIds[i], caption);
    }
  });

  test('it says what it said when it was made', async () => {
    const said = await encode(golden.tokenIds);
    const firstStates = said.states.map((row) => row.subarray(0, 384));
    assertClose(firstStates, golden.firstState, golden.tolerance.firstState, 'first state');
    assertClose(said.embedding, golden.embedding, golden.tolerance.embedding, 'embedding');
    assertClose(said.sentence, golden.sentence, golden.tolerance.sentence, 'sentence');
  });

  test('neither the captions beside it nor padding change what is said of a caption', async () => {
    const together = await encode(golden.tokenIds, 9);
    for (const [i, ids] of golden.tokenIds.entries()) {
      const alone = await encode([ids]);
      for (const name of ['embedding', 'sentence'] as const) {
        const difference = largestDifference(alone[name][0] ?? [], together[name][i] ?? []);
        assert.ok(difference < 1e-4, `${name} of caption ${i} differs by ${difference}`);
      }
    }
  });
});
