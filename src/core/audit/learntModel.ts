import type { Matrix } from '../matching/matrix.ts';
import type { BoilerplateParts } from '../text/boilerplate.ts';
import { type AuditModel, auditModel, type PreparedAudit } from './auditModel.ts';
import { bankScorer } from './bankScorer.ts';
import { type FittedMixture, calibrationOf } from './calibration.ts';
import { type LearntRegressions, predictedCaption } from './captionPrediction.ts';
import type { Combination } from './combination.ts';
import { reportThreshold, openMismatch } from './detectors/captionMismatch.ts';
import type { AuditContext } from './detectors/detector.ts';
import type { EmbeddedDataset } from './embeddedDataset.ts';
import type { AllPairsOptions } from '../matching/allPairs.ts';
import { NO_RIVALS } from './rivals.ts';
import type { Spaces } from './spaces.ts';
import type { Suspicion, Suspicions } from './suspicions.ts';

/** Pairs of the dataset that was learnt from: the neighbours of pairs from outside. Rows are not centred. */
export interface PairBank {
  readonly images: {
    /** Hash of each file's bytes. */
    readonly hashes: readonly string[];
    readonly embedding: Matrix;
    readonly prior: Matrix;
    readonly visual: Matrix;
  };
  readonly texts: {
    /** Hash of each caption. */
    readonly hashes: readonly string[];
    readonly embedding: Matrix;
    readonly sentence: Matrix;
  };
  /** Row of the image and of the caption of each pair. */
  readonly imageRow: Int32Array;
  readonly textRow: Int32Array;
}

/** A suspicion as data. */
export interface LearntSuspicion {
  readonly combination: Combination;
  readonly calibration: FittedMixture;
}

/** What an audit learnt of a dataset, as data: judges pairs of other datasets, each by itself. */
export interface LearntModel {
  readonly bank: PairBank;
  readonly centres: Spaces<Float32Array>;
  readonly suspicions: { readonly [Way in keyof Suspicions]: LearntSuspicion };
  readonly regressions: LearntRegressions | undefined;
  /** Probability from which captions are reported. */
  readonly reportedFrom: number;
  /** What is left out of captions. */
  readonly boilerplate: BoilerplateParts;
}

/** What the audit of a dataset learnt. @param hash of a caption */
export function learntModel(
  context: Pick<AuditContext, 'embedded' | 'judged' | 'model' | 'mismatch' | 'verified'>,
  boilerplate: BoilerplateParts,
  hash: (caption: string) => string,
): LearntModel {
  const { embedded, judged, model } = context;
  const { images, texts } = embedded;
  const pairs = judged.flatMap((use, p) => (use ? [p] : []));
  const { exchanged, foreign } = model.suspicions;
  return {
    bank: {
      images,
      texts: {
        hashes: texts.texts.map(hash),
        embedding: texts.embedding,
        sentence: texts.sentence,
      },
      imageRow: Int32Array.from(pairs, (p) => embedded.imageRow[p]!),
      textRow: Int32Array.from(pairs, (p) => embedded.textRow[p]!),
    },
    centres: model.centres,
    suspicions: { exchanged: asData(exchanged), foreign: asData(foreign) },
    regressions: model.regressions,
    reportedFrom: reportThreshold(openMismatch(context)),
    boilerplate,
  };
}

function asData({ score, calibration }: Suspicion): LearntSuspicion {
  return { combination: score, calibration };
}

/**
 * The model by which a learnt one judges a dataset. The evidence for and against a pair is in the bank alone, so that it does not
 * depend on the other pairs of the dataset; what is reported about several pairs (exchanges, duplicates, suggestions) is
 * within the dataset.
 * @param prepared with the centres of the learnt model
 * @param hash of a caption
 * @throws PairLensError `cancelled`.
 */
export async function judgedByLearnt(
  prepared: PreparedAudit,
  embedded: EmbeddedDataset,
  learnt: LearntModel,
  hash: (caption: string) => string,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<AuditModel> {
  const { scorer, centres } = prepared;
  const { regressions, reportedFrom } = learnt;
  const textHashes = embedded.texts.texts.map(hash);
  const judging = await bankScorer(scorer, { ...prepared, textHashes }, learnt, options);
  return auditModel({
    scorer,
    centres,
    suspicions: {
      exchanged: suspicionOf(learnt.suspicions.exchanged),
      foreign: suspicionOf(learnt.suspicions.foreign),
    },
    ...(regressions && {
      regressions,
      predictor: (visual) => predictedCaption(regressions, visual),
    }),
    judging,
    reportedFrom,
  });
}

function suspicionOf({ combination, calibration }: LearntSuspicion): Suspicion {
  const known = { random: new Float64Array(), near: new Float64Array(), rivals: NO_RIVALS };
  const restored = calibrationOf(calibration);
  return { score: combination, calibration: restored, untaught: restored, known };
}
