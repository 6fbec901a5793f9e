import type { OnnxValue, Tensor } from 'onnxruntime-node';
import type { CrossEncoder, Fragment, Fragments } from '../core/matching/crossEncoder.ts';
import { PairLensError } from '../core/errors.ts';
import { openImageBackbone, openTextBackbone } from './backbones.ts';
import { openScorerFolder } from './modelFolder.ts';
import { onnxRuntime } from './onnxRuntime.ts';
import { type OnnxSession, openOnnxSession, tensorOutput } from './onnxSession.ts';

const PICTURES = 16;
const CAPTIONS = 32;
/** The fragment of captions that says how many there are of each. */
const MASK = 'mask';

/**
 * A scorer of pairs: a graph for the fragments of images, one for those of captions and one that scores them, on the shipped backbones.
 * Which fragments there are is read from the graphs.
 * @param folder absolute path of a folder with `scorer.json`
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxCrossEncoder(
  folder: string,
  threads = 0,
): Promise<CrossEncoder & { close(): Promise<void> }> {
  const { Tensor: TensorOf } = await onnxRuntime();
  const model = await openScorerFolder(folder);
  const opened: { release(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened) await each.release();
  };
  async function kept<T extends { release(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    const one = await opening.catch(async (error: unknown) => {
      await close();
      throw error;
    });
    opened.push(one);
    return one;
  }
  const graph = async (name: Parameters<typeof model.checked>[0]): Promise<OnnxSession> =>
    openOnnxSession(await model.checked(name), threads);
  const imageBackbone = await kept(openImageBackbone(model, threads));
  const textBackbone = await kept(openTextBackbone(model, threads));
  const images = await kept(graph('imageFragments'));
  const texts = await kept(graph('textFragments'));
  const pairs = await kept(graph('score'));

  /** (B, ...) of every fragment; those of captions with zeros behind the last, which its mask says. */
  function stacked(all: readonly Fragments[]): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, first] of all[0] ?? []) {
      const parts = all.map((one) => fragment(one, name));
      const longest = Math.max(...parts.map(({ shape: [rows = 1] }) => rows));
      const size = longest * first.shape.slice(1).reduce((product, n) => product * n, 1);
      const dims = [all.length, longest, ...first.shape.slice(1)];
      if (first.data instanceof BigInt64Array) {
        const data = new BigInt64Array(all.length * size);
        for (const [i, part] of parts.entries()) data.set(part.data as BigInt64Array, i * size);
        feeds[name] = new TensorOf('int64', data, dims);
      } else {
        const data = new Float32Array(all.length * size);
        for (const [i, part] of parts.entries()) data.set(part.data as Float32Array, i * size);
        feeds[name] = new TensorOf('float32', data, dims);
      }
    }
    return feeds;
  }

  return {
    id: model.manifest.id,
    size: model.manifest.image.size,
    pictureBatch: PICTURES,
    captionBatch: CAPTIONS,
    async ofPictures(pictures) {
      const outputs = await images.run(wanted(images, await imageBackbone.run(pictures)));
      return pictures.map((_, i) => fragmentsOf(outputs, i));
    },
    async ofCaptions(captions) {
      const outputs = await texts.run(wanted(texts, await textBackbone.run(captions)));
      const mask = tensorOutput(outputs, MASK);
      return captions.map((_, i) => fragmentsOf(outputs, i, lengthOf(mask, i)));
    },
    async score(ofPictures, ofCaptions) {
      const outputs = await pairs.run({ ...stacked(ofPictures), ...stacked(ofCaptions) });
      const { data } = tensorOutput(outputs, 'scores');
      if (!(data instanceof Float32Array)) {
        throw new PairLensError('invalid-model', `The scores of ${folder} are no floats.`);
      }
      return data;
    },
    close,
  };
}

/** The features that a graph asks for. */
function wanted(
  { inputs }: OnnxSession,
  features: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const names = new Set(inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(features).filter(([name]) => names.has(name)));
}

/** What the graph says of item `i`; of each tensor the first `length` rows. */
function fragmentsOf(
  outputs: Readonly<Record<string, OnnxValue>>,
  i: number,
  length?: number,
): Fragments {
  return new Map(
    Object.keys(outputs).map((name): [string, Fragment] => {
      const { dims, data } = tensorOutput(outputs, name);
      const [, all = 1, ...rest] = dims;
      if (!(data instanceof Float32Array) && !(data instanceof BigInt64Array)) {
        throw new PairLensError('invalid-model', `The output "${name}" has another type.`);
      }
      const each = rest.reduce((product, n) => product * n, 1);
      const rows = Math.min(length ?? all, all);
      const start = i * all * each;
      return [name, { shape: [rows, ...rest], data: data.slice(start, start + rows * each) }];
    }),
  );
}

function fragment(fragments: Fragments, name: string): Fragment {
  const found = fragments.get(name);
  if (found === undefined) throw new Error(`There is no fragment "${name}".`);
  return found;
}

/** How many rows of item `i` its mask (B, L) keeps, at least one. */
function lengthOf({ dims: [, width = 1], data }: Tensor, i: number): number {
  for (let t = width; t > 1; t--) if (Number(data[i * width + t - 1]) > 0) return t;
  return 1;
}
