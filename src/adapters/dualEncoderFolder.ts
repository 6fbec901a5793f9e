import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type EncoderChoice, PRECISIONS, type Precision } from '../core/encoderChoice.ts';
import { PairLensError } from '../core/errors.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';
import { type PicturePreparation, picturePreparation } from './dualEncoderPictures.ts';

/** Graphs of a dual encoder: one for each tower, or one with both. Absolute paths. */
export type DualEncoderGraphs =
  { readonly vision: string; readonly text: string } | { readonly both: string };

/** An image and a text encoder in the layout of the Hugging Face hub: graphs in `onnx/`, and the configs beside it. */
export interface DualEncoderFolder {
  readonly folder: string;
  /** Name, precision and hash of the files: equal IDs give equal embeddings. */
  readonly modelId: string;
  readonly precision: Precision;
  /** Size of the graphs with their weights. */
  readonly bytes: number;
  readonly graphs: DualEncoderGraphs;
  readonly pictures: PicturePreparation;
  /** Absolute path of `tokenizer.json`. */
  readonly tokenizer: string;
  readonly tokenizerConfig: TokenizerConfig;
  readonly textConfig: TextConfig;
}

const TOKEN = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(undefined);
const TOKENIZER_CONFIG = z.looseObject({
  model_max_length: z.number().nullish().catch(undefined),
  model_input_names: z.array(z.string()).nullish().catch(undefined),
  padding_side: z.string().nullish().catch(undefined),
  do_lower_case: z.boolean().nullish().catch(undefined),
  pad_token: TOKEN,
  unk_token: TOKEN,
});
export type TokenizerConfig = z.infer<typeof TOKENIZER_CONFIG>;

const COUNT = z.number().int().positive().nullish().catch(undefined);
const TEXT_CONFIG = z.looseObject({
  vocab_size: COUNT,
  max_position_embeddings: COUNT,
  context_length: COUNT,
  pad_token_id: z.number().int().nullish().catch(undefined),
});
export type TextConfig = z.infer<typeof TEXT_CONFIG>;
const MODEL_CONFIG = z.looseObject({ text_config: TEXT_CONFIG.nullish() });
const PROCESSOR_CONFIG = z.looseObject({ image_processor: z.looseObject({}).optional() });

/** Ends of the names of graphs. */
const SUFFIXES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: [''],
  fp16: ['_fp16'],
  int8: ['_int8', '_quantized', '_uint8'],
  q4: ['_q4', '_q4f16', '_bnb4'],
};

/** Files beside the graphs; `config.json` tells the layout. */
export const CONFIG_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'preprocessor_config.json',
  'processor_config.json',
] as const;

/** Of the files of an encoder those that are read, or the names of the graphs that are missing. */
export function encoderFiles(
  files: readonly string[],
  precision: Precision | undefined,
): readonly string[] | string {
  const found = graphsIn(files, precision);
  if (typeof found === 'string') return found;
  const graphs: readonly string[] = Object.values(found.graphs);
  const isWeights = (file: string): boolean =>
    graphs.some(
      (graph) => file.startsWith(graph) && /^_data(_\d+)?$/.test(file.slice(graph.length)),
    );
  return files.filter(
    (file) =>
      graphs.includes(file) || isWeights(file) || CONFIG_FILES.some((config) => config === file),
  );
}

/** Changes when the same files give other embeddings, so that cached ones are not used any more. */
const VERSION = 1;

/** @throws PairLensError `invalid-model`, which names what is missing or wrong. */
export async function readDualEncoderFolder(choice: EncoderChoice): Promise<DualEncoderFolder> {
  const { path: folder } = choice;
  const files = await filesOf(folder);
  const found = graphsIn(files, choice.precision);
  const preprocessor = ['preprocessor_config.json', 'processor_config.json'].find((name) =>
    files.includes(name),
  );
  const missing = [
    ...['config.json', 'tokenizer.json'].filter((name) => !files.includes(name)),
    ...(preprocessor === undefined ? ['preprocessor_config.json'] : []),
    ...(typeof found === 'string' ? [found] : []),
  ];
  if (missing.length > 0 || typeof found === 'string' || preprocessor === undefined) {
    throw invalidEncoder(
      folder,
      sentence('The folder {0} is no encoder: it has no {1}.', folder, missing.join(', ')),
      sentence(
        'Give a folder in the ONNX layout of the Hugging Face hub; docs/encoders.md lists its files.',
      ),
    );
  }
  const at = (name: string): string => path.join(folder, name);
  const config = await readJson(at('config.json'), MODEL_CONFIG);
  const tokenizerConfig = files.includes('tokenizer_config.json')
    ? await readJson(at('tokenizer_config.json'), TOKENIZER_CONFIG)
    : {};
  const pictures = await readPictures(at(preprocessor));
  const used = encoderFiles(files, found.precision);
  const hash = await hashOf((typeof used === 'string' ? [] : used).map(at));
  return {
    folder,
    modelId: `${path.basename(folder)}-${found.precision}-${hash.slice(0, 16)}`,
    precision: found.precision,
    bytes: await sizeOf(folder, files, found),
    graphs:
      'both' in found.graphs
        ? { both: at(found.graphs.both) }
        : { vision: at(found.graphs.vision), text: at(found.graphs.text) },
    pictures,
    tokenizer: at('tokenizer.json'),
    tokenizerConfig,
    textConfig: config.text_config ?? TEXT_CONFIG.parse(config),
  };
}

export function invalidEncoder(
  file: string,
  message: Sentence,
  remedy: Sentence = sentence('Download the encoder again, or choose another one.'),
  cause?: unknown,
): PairLensError {
  return new PairLensError('invalid-model', message, { path: file, remedy, cause });
}

/** Names of the files of an encoder's folder and of `onnx` in it, with `/`. @throws PairLensError `invalid-model`. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    const graphs = names.includes('onnx') ? await readdir(path.join(folder, 'onnx')) : [];
    return [...graphs.map((name) => `onnx/${name}`).sort(), ...names.sort()];
  } catch (error) {
    throw invalidEncoder(
      folder,
      sentence('The encoder {0} is no folder that can be read.', folder),
      sentence('Check the spelling; give the folder that holds config.json.'),
      error,
    );
  }
}

interface FoundGraphs {
  readonly precision: Precision;
  readonly graphs: DualEncoderGraphs;
}

/** The graphs of a folder, or the names of those that are missing. Two are preferred: each tower runs by itself. */
function graphsIn(files: readonly string[], wanted: Precision | undefined): FoundGraphs | string {
  for (const precision of wanted === undefined ? PRECISIONS : [wanted]) {
    for (const suffix of SUFFIXES[precision]) {
      const [vision, text, both] = ['vision_model', 'text_model', 'model'].map((name) =>
        [`onnx/${name}${suffix}.onnx`, `${name}${suffix}.onnx`].find((file) =>
          files.includes(file),
        ),
      );
      if (vision !== undefined && text !== undefined) {
        return { precision, graphs: { vision, text } };
      }
      if (both !== undefined) return { precision, graphs: { both } };
    }
  }
  const suffix = wanted === undefined ? '' : (SUFFIXES[wanted][0] ?? '');
  const towers = ['vision_model', 'text_model'].map((name) => `onnx/${name}${suffix}.onnx`);
  const isThere = (tower: string): boolean =>
    files.some((file) => file.includes(path.basename(tower, `${suffix}.onnx`)));
  const lost = towers.filter((tower) => wanted !== undefined || !isThere(tower));
  return (lost.length > 0 ? lost : towers).join(', ');
}

async function readPictures(file: string): Promise<PicturePreparation> {
  const { image_processor, ...all } = await readJson(file, PROCESSOR_CONFIG);
  const prepared = picturePreparation(image_processor ?? all);
  if ('flaw' in prepared) {
    throw invalidEncoder(file, sentence('{0} cannot be followed: {1}.', file, prepared.flaw));
  }
  return prepared;
}

/** @throws PairLensError `invalid-model`. */
async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw invalidEncoder(
      file,
      sentence('{0} is not valid JSON of its kind.', file),
      undefined,
      error,
    );
  }
}

/** SHA-256 over the contents of files. @throws PairLensError `invalid-model`. */
async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${VERSION}`);
  for (const file of files) await addTo(hash, file);
  return hash.digest('hex');
}

/** Size of the graphs of a folder with their weights; undefined if it has none. */
export async function encoderBytes(folder: string): Promise<number | undefined> {
  try {
    const files = await filesOf(folder);
    const found = graphsIn(files, undefined);
    return typeof found === 'string' ? undefined : await sizeOf(folder, files, found);
  } catch {
    return undefined;
  }
}

async function sizeOf(
  folder: string,
  files: readonly string[],
  found: FoundGraphs,
): Promise<number> {
  const graphs: readonly string[] = Object.values(found.graphs);
  // Weights of more than 2 GB are in files of their own.
  const weights = files.filter((file) => graphs.some((graph) => file.startsWith(`${graph}_data`)));
  const stats = await Promise.all(
    [...graphs, ...weights].map((file) => stat(path.join(folder, file))),
  );
  return stats.reduce((sum, { size }) => sum + size, 0);
}

async function addTo(hash: Hash, file: string): Promise<void> {
  hash.update(`\0${path.basename(file)}\0`);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    throw invalidEncoder(file, sentence('{0} cannot be read.', file), undefined, error);
  }
}
