import { fitAuditModel, prepareAudit, taughtModel } from '../../core/audit/auditModel.ts';
import type { SpareRows } from '../../core/audit/centredSpaces.ts';
import type { ScoresOfPairs, UnwantedCaption } from '../../core/audit/answers.ts';
import { AuditFindings } from '../../core/audit/auditFindings.ts';
import { incomparable } from '../../core/audit/comparability.ts';
import type { AuditContext, Detected } from '../../core/audit/detectors/detector.ts';
import { reportThreshold, openMismatch } from '../../core/audit/detectors/captionMismatch.ts';
import type { FittedModel } from '../../core/audit/fitting/fittedModel.ts';
import { judgedByLearnt, type LearntModel } from '../../core/audit/learntModel.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import { type Levels, levelOf } from '../../core/audit/rules.ts';
import type { ReferenceBank } from '../../core/audit/referenceBank.ts';
import { withJudgedTexts } from '../../core/audit/judgedTexts.ts';
import type { PicturesElsewhere } from '../../core/audit/picturesElsewhere.ts';
import { Vocabulary } from '../../core/audit/vocabulary.ts';
import { WordCounts } from '../../core/audit/words.ts';
import { WordSupports } from '../../core/audit/wordSupports.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import { dotRows, type InnerProducts } from '../../core/matching/innerProducts.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import { row } from '../../core/matching/matrix.ts';
import type { ClipTokens } from '../../core/text/clipTokens.ts';
import { runCooperatively } from '../../core/steps.ts';
import type { Clock, LanguageDetector, NounFinder, TextEncoder } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { EncodeCaptions } from '../indexing/indexCaptions.ts';
import { ProgressMeter } from '../indexing/progressMeter.ts';
import { weighAllDoubtfulWords } from './doubtfulWords.ts';
import { weighedWords } from './wordContributions.ts';
import { excludedCaptions, type PlacedCaption, unwantedCaptions } from './unwantedCaptions.ts';
import { findingsAt, superseded } from './reportedFindings.ts';
import { scorablePairs } from './scorablePairs.ts';
import type { AuditedPair, DatasetAudit } from './datasetAudit.ts';

/** Pairs scored between two yields to the event loop; each takes about 30 microseconds. */
const JUDGED_PER_TURN = 200;
/** Number of pairs with the lowest scores that are then listed, without a probability. */
const LEAST_FITTING = 5;

export interface JudgeOptions {
  readonly reference: ReferenceBank;
  /** Detects captions in languages the encoder does not support; without it all captions are treated as English. */
  readonly languages?: LanguageDetector;
  /** Finds nouns; without it no words are named. */
  readonly nouns?: NounFinder;
  /** Counts tokens of captions; without it none is too long. */
  readonly clipTokens?: ClipTokens;
  /** Embeds captions without a word; without it no word is reported as unsupported. */
  readonly encode?: EncodeCaptions;
  /** SIMD kernel for the all-pairs search; plain JavaScript if undefined. */
  readonly innerProducts?: InnerProducts;
  /** Up to how many rows neighbours are exact; default: `MOST_EXACT_ROWS` of core/matching/neighbourLists.ts. */
  readonly mostExactRows?: number;
  /** The user's decision about each pair (engine/audit/decisionFile.ts). */
  readonly decisions?: readonly (Decision | undefined)[];
  /** Wrong captions that were replaced, of `embedded.replaced`. */
  readonly replaced?: readonly PlacedCaption[];
  /** What `pairlens fit` learnt, used if it is better. */
  readonly fitted?: FittedModel | undefined;
  /** What `pairlens learn` learnt of another dataset, which then judges this one; answers of a person teach nothing more. */
  readonly learnt?: { readonly model: LearntModel; readonly hash: (caption: string) => string };
  /** Pictures of the datasets of the same folder that were audited before, to find those that are here again. */
  readonly elsewhere?: readonly PicturesElsewhere[];
  /** Releases the embeddings once they are centred, but for the visual ones: for a caller that reads them no more. */
  readonly releases?: boolean;
  /** Rows for images and captions that are added later, in the spaces of the model. */
  readonly spare?: SpareRows;
  /** Pictures that the user called different (core/dataset/differentPictures.ts). */
  readonly different?: ReadonlySet<string>;
  /** Awaited between the steps, so that a long audit does not block the event loop; default: one yield. */
  readonly pause?: () => Promise<void>;
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
}

export interface AuditOptions extends JudgeOptions {
  readonly levels: Levels;
  /** Encoder for captions without a word, and clock for the progress; if undefined, no words are weighed. */
  readonly words?: { readonly encoder: TextEncoder; readonly clock: Clock };
}

/** An embedded dataset with its audit model: the input of the detectors. */
export interface JudgedDataset extends AuditContext {
  readonly embedded: EmbeddedDataset;
  /** Combined scores by pair; NaN for pairs that are not scored. */
  readonly scores: ScoresOfPairs;
  /** Captions that the user does not want, by `unwantedKey`. */
  readonly unwanted: ReadonlyMap<string, UnwantedCaption>;
}

/**
 * Scores every readable pair of an embedded dataset and collects the findings, the worst first. Deterministic.
 * @throws PairLensError `cancelled`.
 */
export async function auditDataset(
  whole: EmbeddedDataset,
  options: AuditOptions,
): Promise<DatasetAudit> {
  const { levels } = options;
  const { encode, ...others } = options;
  const wanted = encode !== undefined && levelOf(levels, 'unsupported-words') !== 'off';
  const similarities = similaritiesOf(whole);
  const context = await judgeDataset(whole, { ...others, ...(wanted && { encode }) });
  const detected = await detect(context, options, (code) => levelOf(levels, code) !== 'off');
  const estimate = context.judged.includes(true) ? mismatchEstimate(context) : undefined;
  const sharedOnly = whole.dataset.pairs.filter(
    (_, p) =>
      whole.imageRow[p]! >= 0 &&
      whole.textRow[p]! >= 0 &&
      context.judged[p] !== true &&
      context.languages[p] === undefined &&
      options.decisions?.[p] !== 'excluded',
  ).length;
  const weighed = options.words && (await weighPairs(context, options.words, options));
  return {
    pairs: auditedPairs(similarities, context, detected, levels),
    findings: findingsAt(levels, detected),
    ...(estimate && { estimate }),
    ...(estimate?.incomparable && { leastFitting: leastFitting(context) }),
    ...(sharedOnly > 0 && { sharedOnly }),
    ...(weighed && { words: weighed }),
  };
}

/**
 * Fits the audit model to the dataset and scores all its pairs but excluded and foreign-language ones.
 * @throws PairLensError `cancelled`.
 */
export async function judgeDataset(
  whole: EmbeddedDataset,
  options: JudgeOptions,
): Promise<JudgedDataset> {
  const { pairs } = whole.dataset;
  const { decisions = [] } = options;
  const pause = options.pause ?? nextTurn;
  const yieldOrCancel = async (): Promise<void> => {
    await pause();
    throwIfCancelled(options.signal);
  };
  const { scorable, languages } = await runCooperatively(
    scorablePairs(whole, options.languages),
    yieldOrCancel,
  );
  const judged = scorable.map((ok, p) => ok && decisions[p] !== 'excluded');
  const excluded = pairs.flatMap((_, p) =>
    scorable[p] === true && decisions[p] === 'excluded' ? [p] : [],
  );
  const { replaced: table } = whole;
  const unwantedTables = [
    excludedCaptions(whole, excluded),
    ...(table ? [{ said: 'replaced' as const, table, captions: options.replaced ?? [] }] : []),
  ];
  const { releases = false, spare } = options;
  const embedded = withJudgedTexts(whole, judged, releases);
  const total = pairs.length;
  const verified = pairs.map((_, p) => decisions[p] === 'verified');
  const running = {
    ...(options.innerProducts && { innerProducts: options.innerProducts }),
    ...(options.signal && { signal: options.signal }),
    onProgress: (share: number) =>
      options.onProgress?.({ phase: 'match', done: Math.floor(share * total), total }),
    pause,
    mostExactRows: options.mostExactRows,
  };
  const { learnt } = options;
  const prepared = await prepareAudit(embedded, judged, options.reference, {
    ...running,
    ...(learnt && { centres: learnt.model.centres }),
    ...(spare && { spare }),
    releases,
  });
  const { model: fitted, observed = [] } = learnt
    ? { model: await judgedByLearnt(prepared, embedded, learnt.model, learnt.hash, running) }
    : await fitAuditModel(prepared, {
        ...running,
        ...(options.fitted && { fitted: options.fitted }),
      });
  throwIfCancelled(options.signal);
  options.onProgress?.({ phase: 'calibrate', done: total, total });
  const scores = {
    exchanged: new Float64Array(total).fill(NaN),
    foreign: new Float64Array(total).fill(NaN),
  };
  for (const [n, { pair: p, image, text }] of prepared.pairs.entries()) {
    if (n % JUDGED_PER_TURN === JUDGED_PER_TURN - 1) await yieldOrCancel();
    const known = observed[n];
    const here = known === undefined ? fitted.scores(image, text) : fitted.combined(known);
    scores.exchanged[p] = here.exchanged;
    scores.foreign[p] = here.foreign;
  }
  const unwanted = await runCooperatively(unwantedCaptions(fitted, unwantedTables), yieldOrCancel);
  const model = learnt
    ? fitted
    : await runCooperatively(
        taughtModel(fitted, { scores, verified, unwanted: [...unwanted.values()] }),
        yieldOrCancel,
      );
  const mismatch = scores.exchanged.map((exchanged, p) =>
    Number.isNaN(exchanged) ? NaN : model.mismatch({ exchanged, foreign: scores.foreign[p]! }),
  );
  const context: JudgedDataset = {
    ...pairsOf(embedded),
    trainer: embedded.dataset.trainer,
    clipTokens: options.clipTokens,
    embedded,
    judged,
    verified,
    // Nothing is reported of an excluded pair.
    languages: languages.map((language, p) => (decisions[p] === 'excluded' ? undefined : language)),
    model,
    mismatch,
    vocabulary: whole.words && new Vocabulary(whole.words, embedded.images.paths.length),
    nouns: options.nouns,
    scores,
    unwanted,
    words: new WordCounts(embedded.texts.texts),
    supports: options.encode && new WordSupports(),
    elsewhere: options.elsewhere ?? [],
    different: options.different,
  };
  if (options.encode) {
    await weighAllDoubtfulWords(context, options.encode, yieldOrCancel, options.signal);
  }
  return context;
}

/** The pairs and problems of a dataset that does not change. */
function pairsOf({
  dataset,
  problems,
}: EmbeddedDataset): Pick<AuditContext, 'pairs' | 'holds' | 'pair' | 'pairsOfImage' | 'problems'> {
  const { pairs } = dataset;
  let ofImage: Map<string, number[]> | undefined;
  return {
    pairs: () => pairs.keys(),
    holds: (p) => p in pairs,
    pair: (p) => pairs[p]!,
    pairsOfImage: (image) => {
      ofImage ??= groupBy(pairs.keys(), (p) => pairs[p]!.image);
      return ofImage.get(image) ?? [];
    },
    problems: () => [...dataset.problems, ...problems],
  };
}

/** Runs the detectors with at least one rule that is not off. @throws PairLensError `cancelled`. */
async function detect(
  context: AuditContext,
  options: Pick<JudgeOptions, 'pause' | 'signal' | 'onProgress'>,
  wanted: (code: RuleCode) => boolean,
): Promise<readonly Detected[]> {
  const pause = options.pause ?? nextTurn;
  const findings = new AuditFindings(context, wanted);
  await findings.detectAll(async () => {
    await pause();
    throwIfCancelled(options.signal);
  });
  const total = context.judged.length;
  options.onProgress?.({ phase: 'audit', done: total, total });
  return findings.all();
}

/** Word contributions of each scored pair. @throws PairLensError `cancelled`. */
async function weighPairs(
  { embedded, judged, model }: JudgedDataset,
  { encoder, clock }: NonNullable<AuditOptions['words']>,
  { signal, onProgress }: AuditOptions,
): Promise<(readonly WeighedWord[] | undefined)[]> {
  const { pairs } = embedded.dataset;
  const meter = new ProgressMeter('words', pairs.length, clock, onProgress);
  const weighed: (readonly WeighedWord[] | undefined)[] = [];
  for (const [p, { caption }] of pairs.entries()) {
    const image = embedded.imageRow[p]!;
    weighed.push(
      judged[p] === true
        ? await weighedWords(caption, row(model.scorer.spaces.images, image), encoder, signal)
        : undefined,
    );
    meter.add(1);
  }
  return weighed;
}

/** A yield to the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Cosine of image and caption of each pair; undefined for one that could not be read. */
function similaritiesOf({
  images,
  texts,
  imageRow,
  textRow,
  dataset,
}: EmbeddedDataset): (number | undefined)[] {
  return dataset.pairs.map((_, p) =>
    imageRow[p]! < 0 || textRow[p]! < 0
      ? undefined
      : dotRows(images.embedding, imageRow[p]!, texts.embedding, textRow[p]!),
  );
}

function auditedPairs(
  similarities: readonly (number | undefined)[],
  { mismatch }: AuditContext,
  detected: readonly Detected[],
  levels: Levels,
): (AuditedPair | undefined)[] {
  const anyWrong = meanOf(mismatch);
  const codes = new Map<number, RuleCode[]>();
  const byImage = superseded(detected, levels, 'image');
  for (const { pair, code, image = '' } of detected) {
    if (pair === undefined || levelOf(levels, code) === 'off') continue;
    if (byImage.has(`${code} ${image}`)) continue;
    const known = codes.get(pair) ?? [];
    if (!known.includes(code)) codes.set(pair, [...known, code]);
  }
  return similarities.map((similarity, p) => {
    if (similarity === undefined) return undefined;
    const probability = mismatch[p]!;
    return {
      similarity,
      // A caption that was not scored has the mean probability.
      mismatch: Number.isNaN(probability) ? anyWrong : probability,
      scored: !Number.isNaN(probability),
      findings: codes.get(p) ?? [],
    };
  });
}

/** The scored pairs with the lowest scores, the lowest first, without verified ones; none where those would be all. */
export function leastFitting(context: JudgedDataset): number[] {
  const { judged, verified, scores } = context;
  const open = [...context.pairs()].filter((p) => judged[p] === true && verified[p] !== true);
  if (open.length <= LEAST_FITTING) return [];
  return open
    .sort((a, b) => scores.exchanged[a]! - scores.exchanged[b]! || a - b)
    .slice(0, LEAST_FITTING);
}

/** Mean probability of the scored pairs; 0 if there are none. */
function meanOf(mismatch: Float64Array): number {
  const judged = mismatch.filter((probability) => !Number.isNaN(probability));
  return judged.reduce((sum, probability) => sum + probability, 0) / Math.max(1, judged.length);
}

/** Estimated precision and recall of the `caption-mismatch` findings, from the calibrated probabilities. */
export function mismatchEstimate(context: AuditContext): MismatchEstimate {
  const { mismatch, model } = context;
  const exchanged = model.suspicions.exchanged.calibration;
  const foreign = model.suspicions.foreign.calibration;
  const open = openMismatch(context);
  const threshold = model.reportedFrom ?? reportThreshold(open);
  const scored = mismatch.filter((probability) => !Number.isNaN(probability)).length;
  const why = incomparable(exchanged, scored);
  let flagged = 0;
  let hits = 0;
  let wrong = 0;
  for (const probability of open) {
    wrong += probability;
    if (probability < threshold) continue;
    flagged++;
    hits += probability;
  }
  return {
    // Of what a person found right none is counted as wrong.
    wrongShare: wrong / Math.max(1, scored),
    range: {
      low: Math.max(exchanged.range.low, foreign.range.low),
      high: Math.max(exchanged.range.high, foreign.range.high),
    },
    separability: exchanged.separability,
    ...(why && { incomparable: why }),
    ...(flagged > 0 && { precision: hits / flagged }),
    ...(wrong > 0 && { recall: hits / wrong }),
  };
}
