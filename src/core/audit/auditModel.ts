import type { EmbeddedDataset } from './embeddedDataset.ts';
import type { AllPairsOptions } from '../matching/allPairs.ts';
import { centred, shrunkMean } from '../matching/centring.ts';
import type { Matrix } from '../matching/matrix.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { runCooperatively, type Steps } from '../steps.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type Answered, type CombinedScores, taught } from './answers.ts';
import {
  type Combination,
  EXCHANGED_WEIGHTS,
  FOREIGN_WEIGHTS,
  learntCombination,
} from './combination.ts';
import {
  type CaptionPredictor,
  foldOf,
  LEAST_PICTURES,
  learnPredictions,
} from './captionPrediction.ts';
import { type PairScores, PairScorer, SCORE_NAMES, type Substitution } from './pairScorer.ts';
import {
  byContent,
  foreignScores,
  injectedScores,
  type JudgedPair,
  nearScores,
  observedScores,
  rivalsOf,
} from './injection.ts';
import { NO_RIVALS, type Rivals } from './rivals.ts';
import { pairGraph } from './pairGraph.ts';
import type { ReferenceBank } from './referenceBank.ts';
import { type ReferenceNeighbours, referenceNeighbours } from './referenceHubs.ts';
import { forEachSpace, type Spaces } from './spaces.ts';

/** Weight of the shipped mean in rows when a space is centred. */
const MEAN_STRENGTH = 50;
/** Without a shipped mean, one row at the origin: of a single picture something is left. */
const ORIGIN_STRENGTH = 1;

/** One kind of error: its combined score and calibration. */
export interface Suspicion {
  readonly score: Combination;
  readonly calibration: Calibration;
  /** The calibration without the answers of a person. */
  readonly untaught: Calibration;
  /** What the calibration was fitted to, kept so that labels can refit it without scoring again. */
  readonly known: KnownScores;
}

/** Scores that a calibration is fitted to, besides those of the dataset's captions. */
export interface KnownScores {
  /** Scores of wrong captions: of any, and of near misses. */
  readonly random: Float64Array;
  readonly near: Float64Array;
  readonly rivals: Rivals;
}

/** The two kinds of wrong captions, scored separately. */
export interface Suspicions {
  /** It belongs to another image of the dataset; calibrated with captions exchanged within the dataset. */
  readonly exchanged: Suspicion;
  /** It belongs to no image of the dataset; calibrated with shipped captions of other images. */
  readonly foreign: Suspicion;
}

/** The model fitted to a dataset: scores any of its images with any of its captions. */
export interface AuditModel {
  readonly scorer: PairScorer;
  /** Mean row of each space, used for centring. */
  readonly centres: Spaces<Float32Array>;
  readonly suspicions: Suspicions;
  /** Predicts the caption of an image from outside; undefined if nothing was learnt. */
  readonly predictor: CaptionPredictor | undefined;
  /** Whether verdicts of a person calibrated it. */
  readonly taught: boolean;
  /** Combined scores of caption `text` on image `image`; with `substitution` after that exchange. */
  scores(image: number, text: number, substitution?: Substitution): CombinedScores;
  /** The same of scores that are known. */
  combined(scores: PairScores): CombinedScores;
  /** Probability that a caption with these scores is wrong, 0..1. */
  mismatch(scores: CombinedScores): number;
  /**
   * Natural logarithm of the likelihood ratio of the scores of caption `text` on image `image`: correct caption to one
   * exchanged within the dataset.
   */
  support(image: number, text: number, substitution?: Substitution): number;
}

/**
 * Fits the model to the dataset: centring, neighbours, calibration.
 * @param judged for each pair whether it is scored (readable, in a language that the encoder supports).
 * @throws PairLensError `cancelled`.
 */
export async function fitAuditModel(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
  reference: ReferenceBank,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<AuditModel> {
  const graph = pairGraph(embedded, judged);
  const pause = async (): Promise<void> => {
    await options.pause?.();
    throwIfCancelled(options.signal);
  };
  const { images, texts } = embedded;
  const rows: Spaces<Matrix> = {
    images: images.embedding,
    captions: texts.embedding,
    priors: images.prior,
    sentences: texts.sentence,
    visuals: images.visual,
  };
  const { centres, spaces, bank } = await runCooperatively(centredSpaces(rows, reference), pause);
  const neighbours = await referenceNeighbours(spaces, bank, {
    ...options,
    // Short compared to the dataset's own neighbours, whose progress is reported.
    onProgress: () => undefined,
  });
  const scorer = await PairScorer.build(spaces, graph, neighbours.hubs, options);
  const learns = new Set(images.hashes).size >= LEAST_PICTURES;
  const foldOfImage = learns ? images.hashes.map(foldOf) : undefined;
  const pairs: JudgedPair[] = [];
  judged.forEach((use, p) => {
    if (!use) return;
    pairs.push({
      pair: p,
      image: embedded.imageRow[p]!,
      text: embedded.textRow[p]!,
      fold: foldOfImage?.[embedded.imageRow[p]!] ?? 0,
    });
  });
  const ordered = byContent(
    pairs,
    ({ image, text }) => `${texts.texts[text]!}\0${images.hashes[image]!}`,
  );
  const { suspicions, predictor } = await runCooperatively(
    learnt(scorer, neighbours, ordered, texts.texts, foldOfImage),
    pause,
  );
  return auditModel(scorer, centres, suspicions, predictor);
}

/** Every space, and the reference bank, centred on the dataset's own mean. */
function* centredSpaces(
  rows: Spaces<Matrix>,
  reference: ReferenceBank,
): Steps<{
  readonly centres: Spaces<Float32Array>;
  readonly spaces: Spaces<Matrix>;
  readonly bank: Spaces<Matrix>;
}> {
  const centres = yield* forEachSpace((space) =>
    shrunkMean(
      rows[space],
      reference.means[space],
      reference.images.rows > 0 ? MEAN_STRENGTH : ORIGIN_STRENGTH,
    ),
  );
  const spaces = yield* forEachSpace((space) => centred(rows[space], centres[space]));
  const bank = yield* forEachSpace((space) => centred(reference[space], centres[space]));
  return { centres, spaces, bank };
}

function* learnt(
  scorer: PairScorer,
  neighbours: ReferenceNeighbours,
  pairs: readonly JudgedPair[],
  texts: readonly string[],
  foldOfImage: readonly number[] | undefined,
): Steps<{ readonly suspicions: Suspicions; readonly predictor?: CaptionPredictor }> {
  const observed = yield* observedScores(scorer, pairs);
  const predictor = foldOfImage && (yield* learntPredictor(scorer, pairs, observed, foldOfImage));
  const random = yield* injectedScores(scorer, pairs);
  const near = yield* nearScores(scorer, pairs, texts);
  const foreign = yield* foreignScores(scorer, neighbours, pairs);
  const suspicions = {
    exchanged: yield* suspicion({ observed, random, near }, EXCHANGED_WEIGHTS, (score) =>
      rivalsOf(scorer, pairs, score),
    ),
    foreign: yield* suspicion({ observed, random: foreign, near: [] }, FOREIGN_WEIGHTS),
  };
  return { suspicions, ...(predictor && { predictor }) };
}

const CSLS = SCORE_NAMES.indexOf('csls');
const PREDICTED = SCORE_NAMES.indexOf('predicted');

/** Learns the captions that the dataset predicts for its images, and adds their scores to the observed ones. */
function* learntPredictor(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  observed: readonly PairScores[],
  foldOfImage: readonly number[],
): Steps<CaptionPredictor> {
  const { visuals, sentences, predictions } = scorer.spaces;
  const learnt = pairs.map(({ image, text }, n) => ({ image, text, csls: observed[n]![CSLS]! }));
  const predictor = yield* learnPredictions(visuals, sentences, learnt, foldOfImage, predictions);
  for (const [n, { image, text }] of pairs.entries()) {
    observed[n]![PREDICTED] = scorer.predicted(image, text);
  }
  return predictor;
}

/** Scores of pairs that a suspicion is fitted to. */
type ScoredPairs = Readonly<Record<'observed' | 'random' | 'near', readonly PairScores[]>>;

function* suspicion(
  { observed, random, near }: ScoredPairs,
  weights: readonly number[],
  rivals?: (score: Combination) => Steps<Rivals>,
): Steps<Suspicion> {
  const score = learntCombination(observed, random, weights);
  const known: KnownScores = {
    random: Float64Array.from(random, score),
    near: Float64Array.from(near, score),
    rivals: rivals === undefined ? NO_RIVALS : yield* rivals(score),
  };
  const own = Float64Array.from(observed, score);
  const calibration = yield* calibrate(own, known.random, known.near, known.rivals);
  return { score, known, calibration, untaught: calibration };
}

/** The model of a scorer. */
export function auditModel(
  scorer: PairScorer,
  centres: Spaces<Float32Array>,
  suspicions: Suspicions,
  predictor?: CaptionPredictor,
  isTaught = false,
): AuditModel {
  const { exchanged, foreign } = suspicions;
  return {
    scorer,
    centres,
    suspicions,
    predictor,
    taught: isTaught,
    scores(image, text, replacement) {
      return this.combined(scorer.of(image, text, replacement));
    },
    combined(scores) {
      return { exchanged: exchanged.score(scores), foreign: foreign.score(scores) };
    },
    mismatch(scores) {
      // Both usually detect the same error, so the probabilities are not added.
      return Math.max(
        exchanged.calibration.mismatch(scores.exchanged),
        foreign.calibration.mismatch(scores.foreign),
      );
    },
    support(image, text, replacement) {
      return exchanged.calibration.support(exchanged.score(scorer.of(image, text, replacement)));
    },
  };
}

/** The model, calibrated again with what a person said of the captions. */
export function* taughtModel(model: AuditModel, answered: Answered): Steps<AuditModel> {
  const nothing = answered.unwanted.length === 0 && !answered.verified.includes(true);
  if (nothing && !model.taught) return model;
  const suspicions = yield* taught(model.suspicions, answered);
  return auditModel(model.scorer, model.centres, suspicions, model.predictor, !nothing);
}
