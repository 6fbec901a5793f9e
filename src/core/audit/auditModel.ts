import type { EmbeddedDataset } from './embeddedDataset.ts';
import type { AllPairsOptions } from '../matching/allPairs.ts';
import type { Matrix } from '../matching/matrix.ts';
import type { NeighbourOptions } from '../matching/neighbourLists.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { runCooperatively, type Steps } from '../steps.ts';
import { calibrate } from './calibration.ts';
import { centredSpaces, type CentringOptions } from './centredSpaces.ts';
import { type Answered, type CombinedScores, taught } from './answers.ts';
import {
  type Combination,
  combineAll,
  EXCHANGED_WEIGHTS,
  fittedCombination,
  FOREIGN_WEIGHTS,
  learntCombination,
  SHIPPED_SCORES,
  usedScores,
  usesPredictions,
} from './combination.ts';
import {
  type CaptionPredictor,
  foldOf,
  type LearntRegressions,
  LEAST_PICTURES,
  learnPredictions,
  predictedCaption,
} from './captionPrediction.ts';
import { linearScore } from './fitting/foldedCombination.ts';
import { heldOutGain, type SeparatedScores, usePredictions } from './fitting/fitRound.ts';
import {
  combinationOf,
  expectedByAll,
  type FittedModel,
  foldsOfImages,
} from './fitting/fittedModel.ts';
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
import type { KnownScores, Suspicion, Suspicions } from './suspicions.ts';
import { pairGraph } from './pairGraph.ts';
import type { ReferenceBank } from './referenceBank.ts';
import { type ReferenceNeighbours, referenceNeighbours } from './referenceHubs.ts';
import type { Spaces } from './spaces.ts';

/** The model fitted to a dataset: scores any of its images with any of its captions. */
export interface AuditModel {
  readonly scorer: PairScorer;
  /** Mean row of each space, used for centring. */
  readonly centres: Spaces<Float32Array>;
  readonly suspicions: Suspicions;
  /** Predicts the caption of an image from outside; undefined if nothing was learnt. */
  readonly predictor: CaptionPredictor | undefined;
  /** What it predicts with, unless `pairlens fit` learnt that. */
  readonly regressions: LearntRegressions | undefined;
  /** Probability from which captions are reported, if another dataset decides that. */
  readonly reportedFrom: number | undefined;
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

/** A dataset's spaces, neighbours and judged pairs: what a model is fitted to. */
export interface PreparedAudit {
  readonly scorer: PairScorer;
  readonly centres: Spaces<Float32Array>;
  readonly neighbours: ReferenceNeighbours;
  /** The judged pairs, in an order that depends on their content only. */
  readonly pairs: readonly Omit<JudgedPair, 'fold'>[];
  /** Caption and hash of the image of each pair. */
  readonly contents: () => readonly string[];
  readonly texts: readonly string[];
  /** Hash of each image. */
  readonly hashes: readonly string[];
}

export interface PrepareOptions extends Omit<NeighbourOptions, 'k'>, CentringOptions {}

/**
 * Centres the spaces of a dataset and finds its neighbours.
 * @param judged for each pair whether it is scored (readable, in a language that the encoder supports).
 * @throws PairLensError `cancelled`.
 */
export async function prepareAudit(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
  reference: ReferenceBank,
  options: PrepareOptions,
): Promise<PreparedAudit> {
  const graph = pairGraph(embedded, judged);
  const { images, texts } = embedded;
  const rows: Spaces<Matrix> = {
    images: images.embedding,
    captions: texts.embedding,
    priors: images.prior,
    sentences: texts.sentence,
    visuals: images.visual,
  };
  const { centres, spaces, bank, room } = await runCooperatively(
    centredSpaces(rows, reference, options),
    pausing(options),
  );
  const neighbours = await referenceNeighbours(spaces, bank, {
    ...options,
    // Short compared to the dataset's own neighbours, whose progress is reported.
    onProgress: () => undefined,
  });
  const scorer = await PairScorer.build({ spaces, room }, graph, neighbours.hubs, options);
  const pairs = judged.flatMap((use, p) =>
    use ? [{ pair: p, image: embedded.imageRow[p]!, text: embedded.textRow[p]! }] : [],
  );
  const contentOf = ({ image, text }: { readonly image: number; readonly text: number }): string =>
    `${texts.texts[text]!}\0${images.hashes[image]!}`;
  const ordered = byContent(pairs, contentOf);
  return {
    scorer,
    centres,
    neighbours,
    pairs: ordered,
    contents: () => ordered.map(contentOf),
    texts: texts.texts,
    hashes: images.hashes,
  };
}

/** A model, and what it was fitted to. */
export interface FittedAudit {
  readonly model: AuditModel;
  /** Scores of `PreparedAudit.pairs`, which need not be computed again. */
  readonly observed: readonly PairScores[];
}

/**
 * Fits the model to a prepared dataset: predictions, calibration.
 * @param fitted what `pairlens fit` learnt: used if it tells the captions from exchanged ones better than the model without it
 * @throws PairLensError `cancelled`.
 */
export async function fitAuditModel(
  prepared: PreparedAudit,
  options: Omit<AllPairsOptions, 'k'> & { readonly fitted?: FittedModel },
): Promise<FittedAudit> {
  const { scorer, centres } = prepared;
  const { observed, ...learnt } = await runCooperatively(
    learntSuspicions(prepared, options.fitted),
    pausing(options),
  );
  return { model: auditModel({ scorer, centres, ...learnt }), observed };
}

function pausing({ pause, signal }: Omit<AllPairsOptions, 'k'>): () => Promise<void> {
  return async () => {
    await pause?.();
    throwIfCancelled(signal);
  };
}

interface LearntSuspicions {
  readonly suspicions: Suspicions;
  readonly observed: readonly PairScores[];
  readonly predictor?: CaptionPredictor;
  readonly regressions?: LearntRegressions;
}

/** The suspicions without a fitted model, and those with it if it separates the captions from exchanged ones better. */
function* learntSuspicions(
  prepared: PreparedAudit,
  fitted: FittedModel | undefined,
): Steps<LearntSuspicions> {
  const { scorer, hashes } = prepared;
  const learns = new Set(hashes).size >= LEAST_PICTURES;
  const foldOfImage = learns ? hashes.map((hash) => foldOf(hash)) : undefined;
  const pairs = inFolds(prepared.pairs, foldOfImage);
  const observed = yield* observedScores(scorer, pairs, SHIPPED_SCORES);
  const regressions =
    foldOfImage && (yield* learntRegressions(scorer, pairs, observed, foldOfImage));
  const random = yield* injectedScores(scorer, pairs, { used: SHIPPED_SCORES });
  if (fitted !== undefined) {
    const without = separated(
      { observed, random },
      learntCombination(observed, random, EXCHANGED_WEIGHTS),
    );
    const own = scorer.spaces.predictions.data.slice();
    const withFitted = yield* fittedScores(prepared, fitted);
    const { before, after } = heldOutGain(without, separated(withFitted, fittedCombination));
    if (after >= before) {
      const suspicions = yield* calibrated(prepared, withFitted, () => fittedCombination);
      const { observed } = withFitted;
      return { suspicions, observed, predictor: (visual) => expectedByAll(fitted, visual) };
    }
    scorer.fitted = undefined;
    scorer.spaces.predictions.data.set(own);
  }
  const suspicions = yield* calibrated(prepared, { pairs, observed, random }, (wrong) =>
    learntCombination(observed, wrong, EXCHANGED_WEIGHTS),
  );
  if (regressions === undefined) return { suspicions, observed };
  return {
    suspicions,
    observed,
    regressions,
    predictor: (visual) => predictedCaption(regressions, visual),
  };
}

/** Scores by which the suspicions are calibrated. */
interface OwnScores {
  readonly pairs: readonly JudgedPair[];
  readonly observed: readonly PairScores[];
  /** Of captions exchanged at random. */
  readonly random: readonly PairScores[];
}

function separated(
  { observed, random }: Pick<OwnScores, 'observed' | 'random'>,
  score: Combination,
): SeparatedScores {
  return {
    observed: combineAll(observed, score),
    wrong: combineAll(random, score),
  };
}

function* calibrated(
  { scorer, neighbours, texts }: PreparedAudit,
  { pairs, observed, random }: OwnScores,
  combination: (wrong: readonly PairScores[]) => Combination,
): Steps<Suspicions> {
  const foreign = yield* foreignScores(scorer, neighbours, pairs);
  const score = combination(random);
  const seemsRight = yield* likelyRight(combineAll(observed, score), combineAll(random, score));
  // Captions of other parts are learnt from by the predictions, which only matters where those count.
  const donors = usesPredictions(score) ? pairs : inFolds(pairs, undefined);
  const used = usedScores(score);
  const near = yield* nearScores(scorer, donors, texts, (at) => seemsRight[at] === true, { used });
  return {
    exchanged: yield* suspicion({ observed, random, near }, score, rivalsOf(scorer, pairs, score)),
    foreign: yield* suspicion(
      { observed, random: foreign, near: [] },
      learntCombination(observed, foreign, FOREIGN_WEIGHTS),
    ),
  };
}

/** Which of the observed captions are more likely right than wrong, by a first calibration. */
function* likelyRight(observed: Float64Array, random: Float64Array): Steps<boolean[]> {
  const { mismatch } = yield* calibrate(observed, random);
  return Array.from(observed, (score) => mismatch(score) < 0.5);
}

/** Puts a fitted model into the scorer, and scores with it. */
function* fittedScores(
  { scorer, pairs: unfolded, hashes }: PreparedAudit,
  fitted: FittedModel,
): Steps<OwnScores> {
  const { folds, seed } = fitted;
  const foldOfImage = foldsOfImages(hashes, { folds: folds.length, seed });
  const pairs = inFolds(unfolded, foldOfImage);
  yield* usePredictions(scorer, foldOfImage, folds);
  scorer.fitted = combinationOf(fitted, foldOfImage);
  const observed = yield* observedScores(scorer, pairs);
  return { pairs, observed, random: yield* injectedScores(scorer, pairs) };
}

export function inFolds(
  pairs: PreparedAudit['pairs'],
  foldOfImage: readonly number[] | undefined,
): JudgedPair[] {
  return pairs.map((pair) => ({ ...pair, fold: foldOfImage?.[pair.image] ?? 0 }));
}

const CSLS = SCORE_NAMES.indexOf('csls');
const PREDICTED = SCORE_NAMES.indexOf('predicted');

/** Learns the captions that the dataset predicts for its images, and adds their scores to the observed ones. */
function* learntRegressions(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  observed: readonly PairScores[],
  foldOfImage: readonly number[],
): Steps<LearntRegressions> {
  const { visuals, sentences, predictions } = scorer.spaces;
  const learnt = pairs.map(({ image, text }, n) => ({ image, text, csls: observed[n]![CSLS]! }));
  const regressions = yield* learnPredictions(visuals, sentences, learnt, foldOfImage, predictions);
  for (const [n, { image, text }] of pairs.entries()) {
    observed[n]![PREDICTED] = scorer.predicted(image, text);
  }
  return regressions;
}

/** Scores of pairs that a suspicion is fitted to. */
type ScoredPairs = Readonly<Record<'observed' | 'random' | 'near', readonly PairScores[]>>;

function* suspicion(
  { observed, random, near }: ScoredPairs,
  score: Combination,
  rivals?: Steps<Rivals>,
): Steps<Suspicion> {
  const known: KnownScores = {
    random: combineAll(random, score),
    near: combineAll(near, score),
    rivals: rivals === undefined ? NO_RIVALS : yield* rivals,
  };
  const own = combineAll(observed, score);
  const calibration = yield* calibrate(own, known.random, known.near, known.rivals);
  return { score, known, calibration, untaught: calibration };
}

/** What a model consists of. */
interface ModelParts extends Pick<AuditModel, 'scorer' | 'centres' | 'suspicions'> {
  readonly predictor?: CaptionPredictor | undefined;
  readonly regressions?: LearntRegressions | undefined;
  readonly taught?: boolean;
  /** Scores the pairs, if their evidence is not in their own dataset (learntModel.ts); default: `scorer`. */
  readonly judging?: PairScorer;
  readonly reportedFrom?: number | undefined;
}

/** The model of a scorer. */
export function auditModel({
  scorer,
  centres,
  suspicions,
  predictor,
  regressions,
  taught: isTaught = false,
  judging = scorer,
  reportedFrom,
}: ModelParts): AuditModel {
  const { exchanged, foreign } = suspicions;
  const ofBoth = usedScores(exchanged.score, foreign.score);
  const ofExchanged = usedScores(exchanged.score);
  return {
    scorer,
    centres,
    suspicions,
    predictor,
    regressions,
    taught: isTaught,
    reportedFrom,
    scores(image, text, replacement) {
      return this.combined(judging.of(image, text, replacement, ofBoth));
    },
    combined(scores) {
      return {
        exchanged: linearScore(exchanged.score, scores),
        foreign: linearScore(foreign.score, scores),
      };
    },
    mismatch(scores) {
      // Both usually detect the same error, so the probabilities are not added.
      return Math.max(
        exchanged.calibration.mismatch(scores.exchanged),
        foreign.calibration.mismatch(scores.foreign),
      );
    },
    support(image, text, replacement) {
      return exchanged.calibration.support(
        linearScore(exchanged.score, judging.of(image, text, replacement, ofExchanged)),
      );
    },
  };
}

/** The model, calibrated again with what a person said of the captions. */
export function* taughtModel(model: AuditModel, answered: Answered): Steps<AuditModel> {
  const nothing = answered.unwanted.length === 0 && !answered.verified.includes(true);
  if (nothing && !model.taught) return model;
  const suspicions = yield* taught(model.suspicions, answered);
  const { scorer, centres, predictor, regressions } = model;
  return auditModel({ scorer, centres, suspicions, predictor, regressions, taught: !nothing });
}
