import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { installedEncoders, installedScorers } from '../../src/adapters/installedEncoders.ts';
import { shippedModels } from '../../src/adapters/installation.ts';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { openOnnxCrossEncoder } from '../../src/adapters/onnxCrossEncoder.ts';
import { scanImageToText, scanTextToImage } from '../../src/core/matching/crossAttention.ts';
import { gsmn, type GraphWeights } from '../../src/core/matching/graphMatching.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import type { CrossEncoder, Fragments } from '../../src/core/matching/crossEncoder.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { fixturePack } from '../support/fixtureEncoders.ts';
import { goldenSquares } from '../support/goldenPixels.ts';

const rows = z.array(z.array(z.number()));
const graph = z.object({
  kernels: z.array(rows),
  hidden: rows,
  hiddenBias: z.array(z.number()),
  output: rows,
  outputBias: z.number(),
});
const normal = z.object({ mean: z.number(), deviation: z.number() });
const goldenSchema = z.object({
  captions: z.array(z.string()),
  pictures: z.number(),
  scores: z.record(z.string(), rows),
  text: graph,
  image: graph,
  polar: z.array(z.object({ distance: normal, angle: normal })),
});
const golden = goldenSchema.parse(
  JSON.parse(await readFile(path.join(fixturePack(), 'golden.json'), 'utf8')),
);
const SCANS = ['scan-t2i-avg', 'scan-t2i-lse', 'scan-i2t-avg', 'scan-i2t-lse'] as const;
/**
 * Weights are kept as float16, and int8 kernels of other processors round otherwise. GSMN compares vectors in blocks of two numbers
 * here, which enlarges that.
 */
const TOLERANCE = { scan: 2e-3, gsmn: 1e-2 };

function matrixOf(values: readonly (readonly number[])[]): Matrix {
  return matrix(values.length, values[0]?.length ?? 0, Float32Array.from(values.flat()));
}

/** The fragment `name` as rows. */
function rowsOf(fragments: Fragments, name: string): Matrix {
  const { shape, data } = fragments.get(name)!;
  assert.ok(data instanceof Float32Array);
  return matrix(shape[0]!, shape[1]!, data);
}

/** Without the rows that the mask leaves out: the marks at both ends. */
function wordsOf(caption: Fragments): Matrix {
  const words = rowsOf(caption, 'words');
  const { data } = caption.get('mask')!;
  const kept = Array.from({ length: words.rows }, (_, l) => l).filter((l) => Number(data[l]) > 0);
  return matrixOf(
    kept.map((l) => [...words.data.subarray(l * words.columns, (l + 1) * words.columns)]),
  );
}

function weightsOf({
  kernels,
  hidden,
  hiddenBias,
  output,
  outputBias,
}: z.infer<typeof graph>): GraphWeights {
  return {
    kernels: kernels.map(matrixOf),
    hidden: matrixOf(hidden),
    hiddenBias: Float32Array.from(hiddenBias),
    output: matrixOf(output),
    outputBias,
  };
}

describe('scorers of pairs', { timeout: 240_000 }, () => {
  const opened: (CrossEncoder & { close(): Promise<void> })[] = [];
  let images: Fragments[];
  let captions: Fragments[];

  async function open(method: string): Promise<CrossEncoder> {
    const scorer = await openOnnxCrossEncoder(path.join(fixturePack(), method));
    opened.push(scorer);
    return scorer;
  }

  before(async () => {
    const scorer = await open('gsmn');
    images = await scorer.ofPictures(goldenSquares(golden.pictures, scorer.size));
    captions = await scorer.ofCaptions(golden.captions);
  });
  after(async () => {
    for (const scorer of opened) await scorer.close();
  });

  for (const method of ['gsmn', ...SCANS]) {
    test(`${method} gives the numbers of the training code, padded or not`, async () => {
      const scorer = await open(method);
      const all = await scorer.score(images, captions);
      const expected = golden.scores[method]!.flat();
      const tolerance = method === 'gsmn' ? TOLERANCE.gsmn : TOLERANCE.scan;
      assert.equal(all.length, golden.pictures * golden.captions.length);
      for (const [at, score] of all.entries()) {
        assert.ok(Math.abs(score - expected[at]!) < tolerance, `${at}: ${score}, ${expected[at]}`);
      }
      for (const [c, caption] of captions.entries()) {
        const [alone] = await scorer.score([images[1]!], [caption]);
        assert.ok(Math.abs(alone! - all[captions.length + c]!) < 1e-5);
      }
    });
  }

  test('the graph of each SCAN is the implementation that is tested against the released code', async () => {
    for (const method of SCANS) {
      const scorer = await open(method);
      const scan = method.includes('t2i') ? scanTextToImage : scanImageToText;
      const pooling = method.endsWith('lse') ? 'lse' : 'avg';
      const found = await scorer.score(images, captions);
      for (const [at, score] of found.entries()) {
        const image = rowsOf(images[Math.floor(at / captions.length)]!, 'regions');
        const expected = scan(image, wordsOf(captions[at % captions.length]!), { pooling });
        assert.ok(Math.abs(score - expected.score) < 1e-4, `${method} ${at}`);
      }
    }
  });

  test('the graph of GSMN is the implementation that is tested against the released code', async () => {
    const scorer = await open('gsmn');
    const weights = {
      text: weightsOf(golden.text),
      image: weightsOf(golden.image),
      polar: golden.polar,
    };
    const centres = matrixOf(
      Array.from({ length: 16 }, (_, cell) => [(cell % 4) / 4, Math.floor(cell / 4) / 4]),
    );
    const found = await scorer.score(images, captions);
    for (const [at, score] of found.entries()) {
      const regions = rowsOf(images[Math.floor(at / captions.length)]!, 'regions');
      const words = wordsOf(captions[at % captions.length]!);
      const expected = gsmn({ regions, centres, words }, weights);
      assert.ok(Math.abs(score - expected.score) < 1e-3, `${at}: ${score}, ${expected.score}`);
    }
  });
});

describe('method packs', { timeout: 240_000 }, () => {
  test('the heads of a pack use the backbones inside, and are listed in the folder of encoders', async () => {
    const folder = await temporaryFolder();
    try {
      const head = path.join(folder.path, 'zoo', 'vse');
      await cp(shippedModels(), head, { recursive: true });
      await rm(path.join(head, 'image-backbone.onnx'));
      await rm(path.join(head, 'text-backbone.onnx'));
      await cp(path.join(fixturePack(), 'gsmn'), path.join(folder.path, 'zoo', 'gsmn'), {
        recursive: true,
      });
      const encoders = await installedEncoders(folder.path);
      assert.deepEqual(
        encoders.map(({ id }) => id),
        ['zoo/vse'],
      );
      assert.ok(encoders[0]!.bytes! > 30e6);
      assert.deepEqual(await installedScorers(folder.path), ['zoo/gsmn']);
      const [own, shipped] = [
        await openEncoders({ path: head }, 1),
        await openEncoders(undefined, 1),
      ];
      const texts = ['A dog runs across the wet sand.'];
      assert.deepEqual(
        (await own.textEncoder.encode(texts)).embedding,
        (await shipped.textEncoder.encode(texts)).embedding,
      );
      await own.close();
      await shipped.close();
    } finally {
      await folder.remove();
    }
  });

  test('a pack for other backbones, and one with a damaged file, are refused with what to do', async () => {
    const folder = await temporaryFolder();
    try {
      const scorer = path.join(folder.path, 'gsmn');
      await cp(path.join(fixturePack(), 'gsmn'), scorer, { recursive: true });
      const file = path.join(scorer, 'scorer.json');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/("image-backbone.onnx",[^]*?"sha256": ")..../, '$10000'));
      await assert.rejects(openOnnxCrossEncoder(scorer), (error) => {
        assert.ok(PairLensError.is(error, 'invalid-model'));
        assert.match(error.message, /image-backbone\.onnx is missing/);
        assert.match(error.remedy ?? '', /another version of PairLens/);
        return true;
      });
      await writeFile(file, text);
      await writeFile(path.join(scorer, 'score.onnx'), 'no graph');
      await assert.rejects(
        openOnnxCrossEncoder(scorer),
        /score\.onnx cannot be used: its checksum/,
      );
    } finally {
      await folder.remove();
    }
  });
});
