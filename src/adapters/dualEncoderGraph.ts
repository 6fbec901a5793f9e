import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { packFloat16, unpackFloat16 } from '../core/float16.ts';
import { type Matrix, matrix } from '../core/matching/matrix.ts';
import { sentence } from '../core/text/sentence.ts';
import { invalidEncoder } from './dualEncoderFolder.ts';
import { onnxRuntime } from './onnxRuntime.ts';
import { openOnnxSession } from './onnxSession.ts';

/** Outputs that hold an embedding for each picture or text, the best first. */
const OUTPUTS = {
  image: ['image_embeds', 'image_embeddings', 'l2norm_image_embeddings', 'pooler_output'],
  text: ['text_embeds', 'text_embeddings', 'l2norm_text_embeddings', 'pooler_output'],
} as const;
type Tower = keyof typeof OUTPUTS;

/** Sizes of a tensor; a name where a size is not fixed. */
type Shape = readonly (number | string)[];

/** What a graph reads. */
export interface GraphFeeds {
  readonly pixels?: {
    readonly values: Float32Array;
    readonly count: number;
    readonly size: number;
  };
  readonly tokens?: {
    readonly ids: BigInt64Array;
    readonly mask: BigInt64Array;
    readonly count: number;
    readonly width: number;
  };
}

/** A graph of one tower, or of both. */
export interface DualEncoderGraph {
  readonly file: string;
  /** Whether it reads pictures, texts, or both, which must then both be fed. */
  readonly reads: { readonly pixels: boolean; readonly tokens: boolean };
  /** Pictures that it reads at once, and their side, where fixed. */
  readonly pictures: number | undefined;
  readonly side: number | undefined;
  /** Texts that it reads at once, and tokens of a text, where fixed. */
  readonly texts: number | undefined;
  readonly width: number | undefined;
  /** Embeddings of pictures or texts: rows of length one. @throws PairLensError `invalid-model`. */
  embed(tower: Tower, feeds: GraphFeeds): Promise<Matrix>;
  release(): Promise<void>;
}

/** @throws PairLensError `invalid-model`, `missing-native-package`. */
export async function openDualEncoderGraph(
  file: string,
  threads: number,
): Promise<DualEncoderGraph> {
  const { Tensor } = await onnxRuntime();
  const session = await openOnnxSession(file, threads);
  const inputs = new Map(
    session.inputs.flatMap((each) => (each.isTensor ? [[each.name, each]] : [])),
  );
  const outputs = session.outputs;
  const pixels = inputs.get('pixel_values');
  const tokens = inputs.get('input_ids');
  for (const name of inputs.keys()) {
    if (KNOWN_INPUTS.has(name)) continue;
    throw invalidEncoder(
      file,
      sentence('{0} reads "{1}", which PairLens does not know how to fill.', file, name),
      sentence('Export it with pixel_values, input_ids and attention_mask as its only inputs.'),
    );
  }
  const fixed = (shape: Shape | undefined, axis: number): number | undefined => {
    const size = shape?.[axis];
    return typeof size === 'number' && size > 0 ? size : undefined;
  };
  const feedsOf = (feeds: GraphFeeds): Record<string, Tensor> => {
    const fed: Record<string, Tensor> = {};
    if (pixels !== undefined && feeds.pixels !== undefined) {
      const { values, count, size } = feeds.pixels;
      fed[pixels.name] = floats(Tensor, pixels.type, values, [count, 3, size, size]);
    }
    if (tokens !== undefined && feeds.tokens !== undefined) {
      const { ids, mask, count, width } = feeds.tokens;
      const dims = [count, width];
      for (const [name, values] of [
        ['input_ids', ids],
        ['attention_mask', mask],
        ['token_type_ids', new BigInt64Array(ids.length)],
      ] as const) {
        const input = inputs.get(name);
        if (input !== undefined) fed[name] = integers(Tensor, input.type, values, dims);
      }
    }
    return fed;
  };
  return {
    file,
    reads: { pixels: pixels !== undefined, tokens: tokens !== undefined },
    pictures: fixed(pixels?.shape, 0),
    side: fixed(pixels?.shape, 2),
    texts: fixed(tokens?.shape, 0),
    width: fixed(tokens?.shape, 1),
    async embed(tower, feeds) {
      const name = outputOf(file, outputs, tower);
      let output: Tensor | undefined;
      try {
        const value = (await session.run(feedsOf(feeds)))[name];
        if (value !== undefined && 'dims' in value) output = value;
      } catch (error) {
        throw invalidEncoder(
          file,
          tower === 'text'
            ? sentence('{0} cannot read the tokens of its tokenizer.', file)
            : sentence('{0} cannot read pictures of its size.', file),
          sentence('Check that all files of the folder are of the same encoder.'),
          error,
        );
      }
      return unitRows(file, name, output);
    },
    release: () => session.release(),
  };
}

const KNOWN_INPUTS: ReadonlySet<string> = new Set([
  'pixel_values',
  'input_ids',
  'attention_mask',
  'token_type_ids',
]);

/** @throws PairLensError `invalid-model`. */
function outputOf(
  file: string,
  outputs: readonly InferenceSession.ValueMetadata[],
  tower: Tower,
): string {
  const rows = outputs.filter((each) => each.isTensor && each.shape.length === 2);
  const known = OUTPUTS[tower].find((name) => outputs.some((each) => each.name === name));
  const only = rows.length === 1 ? rows[0]?.name : undefined;
  const found = known ?? only;
  if (found !== undefined) return found;
  throw invalidEncoder(
    file,
    sentence(
      '{0} gives {1}, none of which is an embedding.',
      file,
      outputs.map(({ name }) => name).join(', '),
    ),
    sentence('Export it with its projection, so that it gives {0}.', OUTPUTS[tower][0]),
  );
}

type TensorClass = Awaited<ReturnType<typeof onnxRuntime>>['Tensor'];

function floats(Tensor: TensorClass, type: string, values: Float32Array, dims: number[]): Tensor {
  return type === 'float16'
    ? new Tensor('float16', packFloat16(values), dims)
    : new Tensor('float32', values, dims);
}

function integers(
  Tensor: TensorClass,
  type: string,
  values: BigInt64Array,
  dims: number[],
): Tensor {
  return type === 'int32'
    ? new Tensor('int32', Int32Array.from(values, Number), dims)
    : new Tensor('int64', values, dims);
}

/** @throws PairLensError `invalid-model`. */
function unitRows(file: string, name: string, output: Tensor | undefined): Matrix {
  const [rows = 0, columns = 0] = output?.dims ?? [];
  const values = output === undefined ? undefined : floatValues(output);
  if (values === undefined || output?.dims.length !== 2) {
    throw invalidEncoder(file, sentence('The output {0} of {1} is no float matrix.', name, file));
  }
  const out = matrix(rows, columns, new Float32Array(values));
  for (let r = 0; r < rows; r++) {
    const row = out.data.subarray(r * columns, (r + 1) * columns);
    let squares = 0;
    for (const value of row) squares += value * value;
    if (!Number.isFinite(squares) || squares === 0) {
      throw invalidEncoder(
        file,
        sentence('{0} gives values that are no numbers: its weights are damaged.', file),
      );
    }
    const scale = 1 / Math.sqrt(squares);
    row.forEach((value, c) => (row[c] = value * scale));
  }
  return out;
}

function floatValues({ data }: Tensor): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  // Node 20 has no Float16Array: onnxruntime gives the bits.
  if (data instanceof Uint16Array) {
    const out = new Float32Array(data.length);
    unpackFloat16(data, out);
    return out;
  }
  return undefined;
}
