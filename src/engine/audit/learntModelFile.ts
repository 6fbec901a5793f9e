import { z } from 'zod';
import type { FittedMixture } from '../../core/audit/calibration.ts';
import type { LearntModel, LearntSuspicion } from '../../core/audit/learntModel.ts';
import { SCORE_NAMES } from '../../core/audit/pairScorer.ts';
import { CELLS } from '../../core/audit/scoreDensity.ts';
import { type Spaces, SPACES } from '../../core/audit/spaces.ts';
import { PairLensError } from '../../core/errors.ts';
import {
  parseSafetensors,
  safetensorsFile,
  type Tensor,
  type TensorFile,
} from '../../core/export/safetensors.ts';
import { type Matrix, matrix } from '../../core/matching/matrix.ts';
import { sentence } from '../../core/text/sentence.ts';

const FORMAT = 'pairlens-learnt/1';
const WAYS = ['exchanged', 'foreign'] as const;

/** A learnt model with the encoder that it is for. */
export interface SavedModel {
  /** Identity of the encoder. */
  readonly encoder: string;
  readonly model: LearntModel;
}

const number = z.number();
const mixtureSchema = z.object({
  wrongShare: number,
  range: z.object({ low: number, high: number }),
  separability: number,
  trust: number,
  centre: z.object({ mean: number, spread: number.positive() }),
});
const suspicionSchema = z.object({ offset: number, mixture: mixtureSchema });
const learntSchema = z.object({
  reportedFrom: number.min(0).max(1),
  suspicions: z.object({ exchanged: suspicionSchema, foreign: suspicionSchema }),
  boilerplate: z.object({
    edges: z.array(z.tuple([z.string(), number])),
    words: z.array(z.string()),
    triggerWords: z.array(z.string()),
  }),
});
const metadataSchema = z.object({
  format: z.literal(FORMAT),
  encoder: z.string(),
  scores: z.literal(SCORE_NAMES.join(',')),
  folds: z.coerce.number().int().min(0).max(100),
  imageHashes: z.string(),
  captionHashes: z.string(),
  learnt: z.string(),
});

/** The bytes of a learnt model: embeddings and hashes of its pairs (embeddings with 16 bits), no picture and no caption. */
export function learntModelBytes({ encoder, model }: SavedModel): Uint8Array {
  const { bank, centres, suspicions, regressions, reportedFrom, boilerplate } = model;
  const tensors = new Map<string, Tensor>();
  const put = (name: string, m: Matrix): void => {
    tensors.set(name, { shape: [m.rows, m.columns], data: m.data });
  };
  put('bank.images', bank.images.embedding);
  put('bank.visuals', bank.images.visual);
  put('bank.priors', bank.images.prior);
  put('bank.captions', bank.texts.embedding);
  put('bank.sentences', bank.texts.sentence);
  const exact = (name: string, values: ArrayLike<number>): void => {
    tensors.set(name, { shape: [values.length], data: Float64Array.from(values) });
  };
  exact('bank.imageRow', bank.imageRow);
  exact('bank.textRow', bank.textRow);
  for (const space of SPACES) exact(`centres.${space}`, centres[space]);
  for (const way of WAYS) {
    const { combination, calibration } = suspicions[way];
    exact(`${way}.weights`, combination.weights);
    exact(`${way}.mismatch`, calibration.curves.mismatch);
    exact(`${way}.support`, calibration.curves.support);
  }
  for (const [fold, map] of (regressions?.folds ?? []).entries()) put(`regression.${fold}`, map);
  if (regressions !== undefined) put('regression.all', regressions.all);
  const learnt: z.input<typeof learntSchema> = {
    reportedFrom,
    suspicions: {
      exchanged: withoutCurves(suspicions.exchanged),
      foreign: withoutCurves(suspicions.foreign),
    },
    boilerplate: {
      edges: boilerplate.edges.map(([phrase, share]) => [phrase, share]),
      words: [...boilerplate.words],
      triggerWords: [...boilerplate.triggerWords],
    },
  };
  return safetensorsFile({
    metadata: {
      format: FORMAT,
      encoder,
      scores: SCORE_NAMES.join(','),
      folds: String(regressions?.folds.length ?? 0),
      imageHashes: bank.images.hashes.join('\n'),
      captionHashes: bank.texts.hashes.join('\n'),
      learnt: JSON.stringify(learnt),
    },
    tensors,
  });
}

function withoutCurves({
  combination,
  calibration,
}: LearntSuspicion): z.input<typeof suspicionSchema> {
  const { wrongShare, range, separability, trust, centre } = calibration;
  return {
    offset: combination.offset,
    mixture: { wrongShare, range, separability, trust, centre },
  };
}

/**
 * Reads such a file.
 * @param encoder that the pairs to judge are embedded with
 * @throws PairLensError `invalid-model`.
 */
export function parseLearntModel(bytes: Uint8Array, file: string, encoder: string): LearntModel {
  let saved: SavedModel;
  try {
    saved = savedIn(parseSafetensors(bytes));
  } catch (error) {
    throw new PairLensError(
      'invalid-model',
      sentence('The model {0} cannot be used: {1}.', file, PairLensError.from(error).message),
      { path: file, remedy: sentence('Run `pairlens learn` again.'), cause: error },
    );
  }
  if (saved.encoder === encoder) return saved.model;
  throw new PairLensError(
    'invalid-model',
    sentence('The model {0} was learnt with the encoder {1}.', file, saved.encoder),
    {
      path: file,
      remedy: sentence('Run `pairlens learn` again, or use that encoder.'),
    },
  );
}

function savedIn({ metadata, tensors }: TensorFile): SavedModel {
  const known = metadataSchema.safeParse(metadata);
  if (!known.success) throw new Error('it was not written by `pairlens learn` of this version');
  const { encoder, folds, imageHashes, captionHashes, learnt: text } = known.data;
  const learnt = learntSchema.safeParse(jsonOf(text));
  if (!learnt.success) throw damaged();
  const images = hashesIn(imageHashes);
  const captions = hashesIn(captionHashes);
  const bank = {
    images: {
      hashes: images,
      embedding: matrixOf(tensors, 'bank.images', images.length),
      visual: matrixOf(tensors, 'bank.visuals', images.length),
      prior: matrixOf(tensors, 'bank.priors', images.length),
    },
    texts: {
      hashes: captions,
      embedding: matrixOf(tensors, 'bank.captions', captions.length),
      sentence: matrixOf(tensors, 'bank.sentences', captions.length),
    },
    imageRow: rowsOf(tensors, 'bank.imageRow', images.length),
    textRow: rowsOf(tensors, 'bank.textRow', captions.length),
  };
  if (bank.imageRow.length !== bank.textRow.length) throw damaged();
  const widths: Spaces<number> = {
    images: bank.images.embedding.columns,
    captions: bank.texts.embedding.columns,
    visuals: bank.images.visual.columns,
    priors: bank.images.prior.columns,
    sentences: bank.texts.sentence.columns,
  };
  const centre = (space: (typeof SPACES)[number]): Float32Array =>
    Float32Array.from(vectorOf(tensors, `centres.${space}`, widths[space]));
  const map = (name: string): Matrix => {
    const found = matrixOf(tensors, name, widths.sentences);
    if (found.columns !== widths.visuals) throw damaged();
    return found;
  };
  const suspicion = (way: (typeof WAYS)[number]): LearntSuspicion => {
    const { offset, mixture } = learnt.data.suspicions[way];
    const calibration: FittedMixture = {
      ...mixture,
      curves: {
        mismatch: vectorOf(tensors, `${way}.mismatch`, CELLS),
        support: vectorOf(tensors, `${way}.support`, CELLS),
      },
    };
    const weights = [...vectorOf(tensors, `${way}.weights`, SCORE_NAMES.length)];
    return { combination: { weights, offset }, calibration };
  };
  return {
    encoder,
    model: {
      bank,
      centres: {
        images: centre('images'),
        captions: centre('captions'),
        visuals: centre('visuals'),
        priors: centre('priors'),
        sentences: centre('sentences'),
      },
      suspicions: { exchanged: suspicion('exchanged'), foreign: suspicion('foreign') },
      regressions:
        folds === 0
          ? undefined
          : {
              folds: Array.from({ length: folds }, (_, fold) => map(`regression.${fold}`)),
              all: map('regression.all'),
            },
      reportedFrom: learnt.data.reportedFrom,
      boilerplate: learnt.data.boilerplate,
    },
  };
}

function damaged(): Error {
  return new Error('it is cut off or damaged');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hashesIn(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

type Tensors = TensorFile['tensors'];

function matrixOf(tensors: Tensors, name: string, rows: number): Matrix {
  const tensor = tensors.get(name);
  const [found, columns = 0] = tensor?.shape ?? [];
  if (found !== rows || !(tensor?.data instanceof Float32Array)) throw damaged();
  if (!tensor.data.every(Number.isFinite)) throw damaged();
  return matrix(rows, columns, tensor.data);
}

function vectorOf(tensors: Tensors, name: string, length: number | undefined): Float64Array {
  const data = tensors.get(name)?.data;
  if (!(data instanceof Float64Array) || (length !== undefined && data.length !== length)) {
    throw damaged();
  }
  if (!data.every(Number.isFinite)) throw damaged();
  return data;
}

/** Row numbers below `size`, one for each pair. */
function rowsOf(tensors: Tensors, name: string, size: number): Int32Array {
  const values = vectorOf(tensors, name, undefined);
  if (!values.every((row) => Number.isInteger(row) && row >= 0 && row < size)) throw damaged();
  return Int32Array.from(values);
}
