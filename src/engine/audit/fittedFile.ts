import { z } from 'zod';
import { SCORE_NAMES } from '../../core/audit/pairScorer.ts';
import type { FitState, RoundResult } from '../../core/audit/fitting/fitDataset.ts';
import type { FittedFold } from '../../core/audit/fitting/fittedModel.ts';
import { isAbsolute, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import {
  parseSafetensors,
  safetensorsFile,
  type Tensor,
  type TensorFile,
} from '../../core/export/safetensors.ts';
import type { Matrix } from '../../core/matching/matrix.ts';
import type { FileSystem } from '../../core/ports.ts';
import { NOT_FITTED } from '../../core/settings/settingTable.ts';
import { sentence } from '../../core/text/sentence.ts';
import { errorWords } from '../discovery/errorWords.ts';

/** What `pairlens fit` learnt of a dataset, relative to its root; used by each audit while it is there. */
export const FITTED_FILE = '.pairlens/fitted.safetensors';
/** The state of a run that is not finished. */
export const PARTIAL_FILE = '.pairlens/fitted.partial.safetensors';
const FORMAT = 'pairlens-fitted/1';
const LIMIT = { maxBytes: 256 * 2 ** 20 };
/** Scores that a fold combines. */
const COMBINED = SCORE_NAMES.slice(0, -1);

/** What a fit was made of. */
export interface FitOrigin {
  /** Identity of the encoder. */
  readonly encoder: string;
  /** Hash of the pairs that it was fitted to: captions and images. */
  readonly dataset: string;
  readonly pairs: number;
  readonly images: number;
  readonly folds: number;
  readonly seed: number;
}

export interface Fit extends RoundResult {
  readonly origin: FitOrigin;
  readonly rounds: number;
}

const number = z.coerce.number();
const metadataSchema = z.object({
  format: z.literal(FORMAT),
  encoder: z.string(),
  dataset: z.string(),
  pairs: number,
  images: number,
  folds: number.int().min(2),
  seed: number,
  rounds: number,
  before: number,
  after: number,
  error: number,
  loss: number,
  scores: z.literal(COMBINED.join(',')),
});

/** The file of a finished fit. */
export function fittedBytes(fit: Fit): Uint8Array {
  return safetensorsFile(fileOf(fit));
}

function fileOf({ origin, rounds, model, heldOut, loss }: Fit): TensorFile {
  const tensors = new Map<string, Tensor>();
  for (const [fold, { captionOfLook, lookOfCaption, combination }] of model.folds.entries()) {
    tensors.set(`fold${fold}.captionOfLook`, tensorOf(captionOfLook));
    tensors.set(`fold${fold}.lookOfCaption`, tensorOf(lookOfCaption));
    const values = Float64Array.of(...combination.weights, combination.offset);
    tensors.set(`fold${fold}.combination`, { shape: [values.length], data: values });
  }
  const values = { format: FORMAT, ...origin, rounds, ...heldOut, loss };
  const metadata = Object.fromEntries(
    Object.entries({ ...values, scores: COMBINED.join(',') }).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  return { metadata, tensors };
}

/** The file of a run that is not finished: the best round so far, and how to go on. */
export function partialBytes(origin: FitOrigin, state: FitState): Uint8Array {
  const { rounds, best, improved, heldOut, loss, trust } = state;
  const { metadata, tensors } = fileOf({ origin, rounds, ...best });
  const next = { improved, heldOut, loss };
  return safetensorsFile({
    metadata: { ...metadata, next: JSON.stringify(next) },
    tensors: new Map(tensors).set('trust', {
      shape: [trust.length],
      data: Float64Array.from(trust),
    }),
  });
}

/** @throws Error in words for a user if the bytes are no fit of this version. */
export function parseFit(bytes: Uint8Array): Fit {
  return fitIn(parseSafetensors(bytes));
}

function fitIn({ metadata, tensors }: TensorFile): Fit {
  const known = metadataSchema.safeParse(metadata);
  if (!known.success) throw new Error('it was not written by `pairlens fit` of this version');
  const { encoder, dataset, pairs, images, folds, seed, rounds, loss, before, after, error } =
    known.data;
  return {
    origin: { encoder, dataset, pairs, images, folds, seed },
    rounds,
    loss,
    heldOut: { before, after, error },
    model: { seed, folds: Array.from({ length: folds }, (_, fold) => foldOf(tensors, fold)) },
  };
}

const nextSchema = z.object({
  improved: z.boolean(),
  heldOut: z.object({ before: z.number(), after: z.number(), error: z.number() }),
  loss: z.number(),
});

/** The state that `partialBytes` wrote; undefined if it is of other pairs or options, or damaged: the run begins anew. */
export function parsePartial(bytes: Uint8Array, origin: FitOrigin): FitState | undefined {
  try {
    const file = parseSafetensors(bytes);
    const { model, heldOut, loss, rounds, origin: before } = fitIn(file);
    const same = (Object.keys(origin) as (keyof FitOrigin)[]).every(
      (key) => origin[key] === before[key],
    );
    const { metadata, tensors } = file;
    const trust = tensors.get('trust');
    if (!same || trust?.data.length !== origin.pairs) return undefined;
    const next = nextSchema.parse(JSON.parse(metadata['next'] ?? ''));
    return { ...next, rounds, best: { model, heldOut, loss }, trust: [...trust.data] };
  } catch {
    return undefined;
  }
}

/** What an audit uses, and why it uses nothing. */
export interface KnownFit {
  readonly fit?: Fit;
  readonly problems: readonly Problem[];
}

/**
 * Reads the fit of a dataset, if there is one and it is of this encoder.
 * @param folder that was opened and contains the root: a link that leads out of it is not followed
 * @param chosen file relative to the root, absolute if the user named it now, or `NOT_FITTED`
 */
export async function readFit(
  files: FileSystem,
  { root, folder }: { readonly root: string; readonly folder: string },
  encoder: string,
  chosen: string | undefined,
): Promise<KnownFit> {
  if (chosen === NOT_FITTED) return { problems: [] };
  const name = chosen ?? FITTED_FILE;
  const isOwn = chosen === undefined || !isAbsolute(chosen);
  const path = isOwn ? toAbsolute(root, name) : name;
  try {
    if (chosen === undefined && !(await files.exists(path))) return { problems: [] };
    const outside = isOwn ? await files.outsideTarget(path, folder) : undefined;
    if (outside !== undefined) {
      return {
        problems: [
          unused(
            name,
            sentence(
              '{0} leads to {1}, outside of the opened folder, and was not read.',
              name,
              outside,
            ),
            sentence('Put the file itself in the place of the link, or delete the link.'),
          ),
        ],
      };
    }
    const fit = parsedFit(await files.read(path, LIMIT), name);
    if (fit.origin.encoder === encoder) return { fit, problems: [] };
    return {
      problems: [
        unused(
          name,
          sentence(
            '{0} was fitted with the encoder {1} and is not used.',
            name,
            fit.origin.encoder,
          ),
          sentence('Run `pairlens fit` again, or delete the file.'),
        ),
      ],
    };
  } catch (error) {
    if (!PairLensError.is(error) || error.code === 'cancelled') throw error;
    const { message, remedy } = errorWords(error);
    return { problems: [unused(name, message, remedy)] };
  }
}

function parsedFit(bytes: Uint8Array, name: string): Fit {
  try {
    return parseFit(bytes);
  } catch (error) {
    throw new PairLensError(
      'unsupported-format',
      sentence('{0} is not used: {1}.', name, PairLensError.from(error).message),
      { remedy: sentence('Run `pairlens fit` again, or delete the file.'), cause: error },
    );
  }
}

function unused(file: string, message: Problem['message'], remedy: Problem['remedy']): Problem {
  return { code: 'invalid-config', file, message, remedy };
}

function tensorOf({ rows, columns, data }: Matrix): Tensor {
  return { shape: [rows, columns], data };
}

function foldOf(tensors: ReadonlyMap<string, Tensor>, fold: number): FittedFold {
  const combination = numbers(tensors.get(`fold${fold}.combination`));
  if (combination.length !== COMBINED.length + 1) throw new Error('it is cut off or damaged');
  return {
    captionOfLook: matrixOf(tensors.get(`fold${fold}.captionOfLook`)),
    lookOfCaption: matrixOf(tensors.get(`fold${fold}.lookOfCaption`)),
    combination: { weights: combination.slice(0, -1), offset: combination.at(-1) ?? 0 },
  };
}

function matrixOf(tensor: Tensor | undefined): Matrix {
  const [rows, columns] = tensor?.shape ?? [];
  if (rows === undefined || columns === undefined || !(tensor?.data instanceof Float32Array)) {
    throw new Error('it is cut off or damaged');
  }
  numbers(tensor);
  return { rows, columns, data: tensor.data };
}

function numbers(tensor: Tensor | undefined): number[] {
  const values = [...(tensor?.data ?? [])];
  if (!values.every(Number.isFinite)) throw new Error('it is cut off or damaged');
  return values;
}
