import type { ReferenceBank } from '../core/audit/referenceBank.ts';
import type { EncoderChoice } from '../core/encoderChoice.ts';
import { type Matrix, matrix, row } from '../core/matching/matrix.ts';
import type { ImageEncoder, PixelSquare, TextEncoder } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import {
  type DualEncoderFolder,
  invalidEncoder,
  readDualEncoderFolder,
} from './dualEncoderFolder.ts';
import {
  type DualEncoderGraph,
  type GraphFeeds,
  openDualEncoderGraph,
} from './dualEncoderGraph.ts';
import { judgedLanguages } from './dualEncoderLanguages.ts';
import { type DualEncoderTokens, openDualEncoderTokens } from './dualEncoderTokens.ts';
import type { OpenedEncoder } from './encoders.ts';
import { native } from './installation.ts';

/** Large enough to use all cores in one run; a batch of a large encoder takes seconds all the same. */
const PICTURES = 8;
const TEXTS = 16;
/** Values that differ less are the same: float sums in another order. */
const SAME = 1e-5;

/**
 * Opens an image and a text encoder in the ONNX layout of the Hugging Face hub: CLIP, SigLIP and their relatives. How
 * pictures and texts are prepared is read from their configs, and the embeddings are found among the outputs of the graphs.
 *
 * What PairLens ships besides its own encoders, class names and reference pairs, is in their space only: here the matrices of
 * priors have no columns, and the reference bank has no rows.
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openDualEncoder(choice: EncoderChoice, threads = 0): Promise<OpenedEncoder> {
  const { dualEncoderReader, greySquare, pixelValues } = await native(
    'sharp',
    () => import('./dualEncoderPictures.ts'),
  );
  const folder = await readDualEncoderFolder(choice);
  const { pictures, modelId } = folder;
  const graphs = await openGraphs(folder, threads);
  try {
    const { vision, text } = graphs;
    checkSide(vision, pictures.size);
    const tokens = await openDualEncoderTokens(folder, text.width);
    const pixelsOf = (images: readonly PixelSquare[]): NonNullable<GraphFeeds['pixels']> => ({
      values: pixelValues(images, pictures),
      count: images.length,
      size: pictures.size,
    });
    const grey = pixelsOf(Array<PixelSquare>(vision.pictures ?? 1).fill(greySquare(pictures.size)));
    const embedTexts = (texts: readonly string[], padded: boolean): Promise<Matrix> =>
      text.embed('text', {
        tokens: tokensOf(texts.map(tokens.ids), tokens, padded),
        pixels: grey,
      });
    const beside = tokensOf(
      Array<readonly number[]>(text.texts ?? 1).fill(tokens.ids('a')),
      tokens,
      true,
    );
    const embedImages = (images: readonly PixelSquare[]): Promise<Matrix> =>
      vision.embed('image', { pixels: pixelsOf(images), tokens: beside });
    // The values of an int8 graph depend on all that is in a batch; a picture must always get the same embedding.
    const alone = folder.precision === 'int8' ? 1 : undefined;
    const pads = await mustPad(text, embedTexts);
    const batches = {
      pictures: vision.pictures ?? alone ?? PICTURES,
      texts: text.texts ?? alone ?? TEXTS,
    };
    const imageEncoder: ImageEncoder = {
      modelId,
      size: pictures.size,
      batchSize: batches.pictures,
      async encode(images) {
        const embedding = await inBatches(images, vision.pictures, embedImages);
        return { embedding, prior: matrix(images.length, 0), visual: embedding };
      },
    };
    const textEncoder: TextEncoder = {
      modelId,
      batchSize: batches.texts,
      async encode(texts) {
        const embedding = await inBatches(texts, text.texts, (some) => embedTexts(some, pads));
        return { embedding, sentence: embedding };
      },
    };
    const { columns } = await checkTowers(folder, imageEncoder, textEncoder, pictures.size);
    return {
      reader: dualEncoderReader(pictures),
      imageEncoder,
      textEncoder,
      reference: emptyBank(columns),
      languages: judgedLanguages(tokens),
      bytes: folder.bytes,
      close: graphs.close,
    };
  } catch (error) {
    await graphs.close();
    throw error;
  }
}

interface OpenedGraphs {
  readonly vision: DualEncoderGraph;
  readonly text: DualEncoderGraph;
  readonly close: () => Promise<void>;
}

async function openGraphs(
  { graphs, folder }: DualEncoderFolder,
  threads: number,
): Promise<OpenedGraphs> {
  if ('both' in graphs) {
    const both = await openDualEncoderGraph(graphs.both, threads);
    if (both.reads.pixels && both.reads.tokens) {
      return { vision: both, text: both, close: () => both.release() };
    }
    await both.release();
    throw invalidEncoder(
      graphs.both,
      both.reads.pixels
        ? sentence(
            '{0} reads no texts: {1} holds an encoder of pictures only.',
            graphs.both,
            folder,
          )
        : sentence(
            '{0} reads no pictures: {1} holds an encoder of texts only.',
            graphs.both,
            folder,
          ),
      sentence('Give an encoder of pictures and texts, such as CLIP or SigLIP.'),
    );
  }
  const vision = await openDualEncoderGraph(graphs.vision, threads);
  let text: DualEncoderGraph;
  try {
    text = await openDualEncoderGraph(graphs.text, threads);
  } catch (error) {
    await vision.release();
    throw error;
  }
  return {
    vision,
    text,
    async close() {
      await vision.release();
      await text.release();
    },
  };
}

function checkSide({ file, side }: DualEncoderGraph, size: number): void {
  if (side === undefined || side === size) return;
  throw invalidEncoder(
    file,
    sentence(
      '{0} reads pictures of {1} pixels, but preprocessor_config.json makes them {2} wide.',
      file,
      side,
      size,
    ),
    sentence('Check that all files of the folder are of the same encoder.'),
  );
}

/** @param padded to the most tokens; otherwise to the longest of these texts */
function tokensOf(
  rows: readonly (readonly number[])[],
  { most, padId, padsLeft, masks }: DualEncoderTokens,
  padded: boolean,
): NonNullable<GraphFeeds['tokens']> {
  const width = padded ? most : Math.max(1, ...rows.map(({ length }) => length));
  const ids = new BigInt64Array(rows.length * width).fill(BigInt(padId));
  const mask = new BigInt64Array(rows.length * width).fill(masks ? 0n : 1n);
  for (const [r, tokens] of rows.entries()) {
    const start = r * width + (padsLeft ? width - tokens.length : 0);
    for (const [t, id] of tokens.entries()) {
      ids[start + t] = BigInt(id);
      mask[start + t] = 1n;
    }
  }
  return { ids, mask, count: rows.length, width };
}

/** Whether padding changes the embeddings, so that all texts must be padded alike, as in training. */
async function mustPad(
  { width, texts: fixed = 1 }: DualEncoderGraph,
  embed: (texts: readonly string[], padded: boolean) => Promise<Matrix>,
): Promise<boolean> {
  if (width !== undefined) return true;
  const texts = Array<string>(fixed).fill('two dogs on a beach');
  const [short, long] = [await embed(texts, false), await embed(texts, true)];
  return short.data.some((value, c) => Math.abs(value - (long.data[c] ?? 0)) > SAME);
}

/** @param size of a batch, if the graph reads no other; the last one is filled up */
async function inBatches<T>(
  items: readonly T[],
  size: number | undefined,
  embed: (items: readonly T[]) => Promise<Matrix>,
): Promise<Matrix> {
  if (size === undefined) return embed(items);
  const parts: Matrix[] = [];
  for (let start = 0; start < items.length; start += size) {
    const some = items.slice(start, start + size);
    const last = some.at(-1);
    while (last !== undefined && some.length < size) some.push(last);
    parts.push(await embed(some));
  }
  const columns = parts[0]?.columns ?? 0;
  const out = matrix(items.length, columns);
  for (const [p, part] of parts.entries()) {
    const rows = Math.min(size, items.length - p * size);
    out.data.set(part.data.subarray(0, rows * columns), p * size * columns);
  }
  return out;
}

/** Tries both towers. @throws PairLensError `invalid-model` if they do not fit. */
async function checkTowers(
  { folder }: DualEncoderFolder,
  images: ImageEncoder,
  texts: TextEncoder,
  size: number,
): Promise<{ readonly columns: number }> {
  const picture = { size, rgb: new Uint8Array(size * size * 3).map((_, n) => (n * 37) % 256) };
  const { embedding: ofPicture } = await images.encode([picture]);
  const { embedding: ofTexts } = await texts.encode(['a dog', 'three red cars in the street']);
  if (ofPicture.columns !== ofTexts.columns) {
    throw invalidEncoder(
      folder,
      sentence(
        'The encoder {0} gives {1} numbers for a picture and {2} for a text, which cannot be compared.',
        folder,
        ofPicture.columns,
        ofTexts.columns,
      ),
      sentence('Export both graphs with their projection.'),
    );
  }
  const [one, other] = [row(ofTexts, 0), row(ofTexts, 1)];
  if (one.every((value, c) => Math.abs(value - (other[c] ?? 0)) <= SAME)) {
    throw invalidEncoder(
      folder,
      sentence('The encoder {0} gives the same embedding for different texts.', folder),
      sentence('Check that tokenizer.json is the one that was published with it.'),
    );
  }
  return { columns: ofPicture.columns };
}

/** No reference pairs. */
function emptyBank(columns: number): ReferenceBank {
  const none = matrix(0, columns);
  const mean = new Float32Array(columns);
  return {
    images: none,
    captions: none,
    visuals: none,
    sentences: none,
    priors: matrix(0, 0),
    means: {
      images: mean,
      captions: mean,
      visuals: mean,
      sentences: mean,
      priors: new Float32Array(0),
    },
  };
}
