import { DEFAULT_LEVELS } from '../../core/audit/rules.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { PairLensError } from '../../core/errors.ts';
import { auroc } from '../../core/matching/auroc.ts';
import { type Donors, injectSwaps } from '../../core/evaluation/injectedSwaps.ts';
import { canMatch, type Matcher, type MatchingSpaces } from '../../core/matching/matcher.ts';
import { MATCHERS } from '../../core/matching/matchers.ts';
import type { Matrix } from '../../core/matching/matrix.ts';
import { pairRerankingMatcher } from '../../core/matching/pairReranking.ts';
import type { Fragments } from '../../core/matching/crossEncoder.ts';
import { recallOf, type Recall } from '../../core/matching/recall.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { RunOptions, BatchPorts } from './batchPorts.ts';
import { fragmentTable, type PairScoring } from './pairScoring.ts';

export interface NoiseMeasure {
  /** Share of the images with the caption of another image. */
  readonly rate: number;
  readonly seeds: number;
  /** Images measured in each run. */
  readonly images: number;
  /** AUROC of the calibrated `mismatch`, mean over the seeds. */
  readonly auroc: number;
  /** AUROC of the plain cosine on the same exchanges: the baseline. */
  readonly aurocSimilarity: number;
  /** AUROC of the score of a pair by itself, if a scorer of pairs is measured. */
  readonly aurocPairScore?: number;
}

/** Recall by one matcher. */
export interface MatcherMeasure {
  readonly id: string;
  readonly title: string;
  readonly transductive: boolean;
  readonly recall: Recall;
}

/** Metrics of the encoders on one dataset, whose captions are assumed to be correct. */
export interface Evaluation {
  /** Folder of the dataset relative to the evaluated one; empty for that folder itself. */
  readonly folder: string;
  readonly model: string;
  readonly images: number;
  readonly captions: number;
  /** Recall in percent by the plain cosine; queries are independent. */
  readonly inductive: Recall;
  /** Recall after nearest neighbour normalisation with all queries of this dataset as the bank. */
  readonly transductive: Recall;
  /** All measured matchers, in the order of `MATCHERS`. */
  readonly matchers: readonly MatcherMeasure[];
  readonly injectedNoise?: NoiseMeasure;
  /** The same with captions exchanged between images whose captions name the same thing, if asked for. */
  readonly sameNounNoise?: NoiseMeasure;
}

export interface EvaluateOptions {
  /** Measure only the pairs of this split. */
  readonly split?: string | undefined;
  /** ID of the matcher to measure beside the two that are always measured; default: all. */
  readonly matcher?: string | undefined;
  /** A scorer of pairs to measure in the place of a matcher. */
  readonly scoring?: PairScoring | undefined;
  readonly rate: number;
  readonly seeds: number;
  /** Most images in each run with injected noise. */
  readonly limit: number;
  /** Whether to measure captions of the same thing, too. */
  readonly sameNoun?: boolean;
}

/**
 * Measures retrieval and the detection of wrong captions on the datasets below `folder`, whose captions are assumed to
 * be correct; captions are exchanged in memory only.
 * @throws PairLensError `no-dataset`, `cancelled`.
 */
export async function evaluateFolder(
  folder: string,
  workspace: BatchPorts,
  options: EvaluateOptions,
  run: RunOptions,
): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const dataset of await workspace.open(folder, run)) {
    const embedded = await workspace.index(ofSplit(dataset, options.split), run);
    const pairs = readablePairs(embedded);
    const scored = options.scoring && (await scoredPairs(embedded, pairs, options.scoring, run));
    const retrieval = await measureRetrieval(pairs, scored, workspace, options, run);
    const noise = (donors: Donors): Promise<NoiseMeasure | undefined> =>
      measureNoise(embedded, scored, workspace, options, donors, run);
    const injectedNoise = await noise('random');
    const sameNounNoise = options.sameNoun === true ? await noise('same-noun') : undefined;
    evaluations.push({
      folder: folderPrefix(folder, dataset.root).replace(/\/$/, ''),
      model: workspace.modelId,
      ...retrieval,
      ...(injectedNoise && { injectedNoise }),
      ...(sameNounNoise && { sameNounNoise }),
    });
  }
  return evaluations;
}

/** The dataset with only the pairs and images of one split. @throws PairLensError `invalid-argument`. */
function ofSplit(dataset: Dataset, split: string | undefined): Dataset {
  if (split === undefined) return dataset;
  const pairs = dataset.pairs.filter((pair) => pair.split === split);
  if (pairs.length === 0) {
    const known = [...new Set(dataset.pairs.map((pair) => pair.split ?? '(none)'))].join(', ');
    throw new PairLensError('invalid-argument', `No pair is of the split "${split}".`, {
      path: dataset.root,
      remedy: `The splits there are: ${known}.`,
    });
  }
  const images = new Set(pairs.map(({ image }) => image));
  return { ...dataset, pairs, images: dataset.images.filter((image) => images.has(image)) };
}

const INDUCTIVE = 'cosine';
const TRANSDUCTIVE = 'nnn';

async function measureRetrieval(
  { spaces, owner }: ReadablePairs,
  scored: ScoredPairs | undefined,
  { reference, innerProducts }: BatchPorts,
  { matcher: wanted }: EvaluateOptions,
  run: RunOptions,
): Promise<Pick<Evaluation, 'images' | 'captions' | 'inductive' | 'transductive' | 'matchers'>> {
  const isWanted = ({ id }: Matcher): boolean =>
    [INDUCTIVE, TRANSDUCTIVE, wanted].includes(id) ||
    (wanted === undefined && scored === undefined);
  const known = MATCHERS.filter((each) => canMatch(each, reference) && isWanted(each));
  const chosen = [...known, ...(scored ? [scored.matcher] : [])];
  if (wanted !== undefined && !chosen.some(({ id }) => id === wanted)) {
    throw new PairLensError(
      'invalid-argument',
      `The matcher ${wanted} needs class names or reference pairs, which only the shipped encoders have.`,
      { remedy: `Choose ${chosen.map(({ id }) => id).join(' or ')}.` },
    );
  }
  const measured: MatcherMeasure[] = [];
  for (const matcher of chosen) {
    run.onProgress?.({ phase: 'match', done: measured.length, total: chosen.length });
    const options = {
      ...(innerProducts && { innerProducts }),
      ...(run.signal && { signal: run.signal }),
      ...(matcher === scored?.matcher && {
        onProgress: (part: number) =>
          run.onProgress?.({ phase: 'match', done: Math.round(part * 100), total: 100 }),
      }),
      pause: turn,
    };
    const scores = await matcher.rescore({ spaces, reference }, options);
    const recall = await recallOf(scores, owner, options);
    const { id, title, transductive } = matcher;
    measured.push({ id, title, transductive, recall });
  }
  run.onProgress?.({ phase: 'match', done: chosen.length, total: chosen.length });
  const recallBy = (id: string): Recall => {
    const found = measured.find((one) => one.id === id);
    if (found === undefined) throw new Error(`The matcher ${id} was not measured.`);
    return found.recall;
  };
  return {
    images: spaces.images.rows,
    captions: spaces.captions.rows,
    inductive: recallBy(INDUCTIVE),
    transductive: recallBy(TRANSDUCTIVE),
    matchers: measured,
  };
}

/** The readable pairs and their images. */
interface ReadablePairs {
  readonly spaces: MatchingSpaces;
  /** The image of each pair. */
  readonly owner: Int32Array;
  /** Their rows in the tables of the dataset: of each image, and of the text of each pair. */
  readonly imageRows: readonly number[];
  readonly textRows: readonly number[];
}

/** A scorer of pairs with what it read of a dataset. */
interface ScoredPairs {
  readonly matcher: Matcher;
  /** The score of the image and the text of these rows of the dataset's tables. */
  score(imageRow: number, textRow: number): Promise<number>;
}

async function scoredPairs(
  { dataset, images, texts }: EmbeddedDataset,
  { imageRows, textRows }: ReadablePairs,
  scoring: PairScoring,
  run: RunOptions,
): Promise<ScoredPairs> {
  const distinct = [...new Set(textRows)];
  const table = await fragmentTable(
    imageRows.map((row) => toAbsolute(dataset.root, images.paths[row] ?? '')),
    distinct.map((row) => texts.texts[row] ?? ''),
    scoring,
    run,
  );
  const ofImages = byRow(imageRows, table.images);
  const ofTexts = byRow(distinct, table.captions);
  const ofPairs = { images: table.images, captions: textRows.map(ofTexts) };
  const { scorer, name, depth } = scoring;
  return {
    matcher: pairRerankingMatcher(name, name, scorer, ofPairs, depth),
    async score(imageRow, textRow) {
      const [score = NaN] = await scorer.score([ofImages(imageRow)], [ofTexts(textRow)]);
      return score;
    },
  };
}

function byRow(
  rows: readonly number[],
  fragments: readonly Fragments[],
): (row: number) => Fragments {
  const places = new Map(rows.map((row, place) => [row, place]));
  return (row) => {
    const found = fragments[places.get(row) ?? -1];
    if (found === undefined) throw new RangeError(`Row ${row} was not read.`);
    return found;
  };
}

function readablePairs(embedded: EmbeddedDataset): ReadablePairs {
  const place = new Map<number, number>();
  const textRows: number[] = [];
  const owner: number[] = [];
  for (const [index, image] of embedded.imageRow.entries()) {
    const text = embedded.textRow[index] ?? -1;
    if (image < 0 || text < 0) continue;
    const at = place.get(image) ?? place.size;
    place.set(image, at);
    textRows.push(text);
    owner.push(at);
  }
  const imageRows = [...place.keys()];
  const { images, texts } = embedded;
  const ofImages = (space: Matrix): Matrix => gatheredRows(space, imageRows);
  return {
    spaces: {
      images: ofImages(images.embedding),
      visuals: ofImages(images.visual),
      priors: ofImages(images.prior),
      captions: gatheredRows(texts.embedding, textRows),
      sentences: gatheredRows(texts.sentence, textRows),
    },
    owner: Int32Array.from(owner),
    imageRows,
    textRows,
  };
}

async function measureNoise(
  embedded: EmbeddedDataset,
  scored: ScoredPairs | undefined,
  workspace: BatchPorts,
  options: EvaluateOptions,
  donors: Donors,
  run: RunOptions,
): Promise<NoiseMeasure | undefined> {
  const found: number[] = [];
  const baseline: number[] = [];
  const byPairScore: number[] = [];
  let images = 0;
  for (let seed = 0; seed < options.seeds; seed++) {
    throwIfCancelled(run.signal);
    const { rate, limit } = options;
    const noisy = injectSwaps(embedded, { rate, seed, limit, donors });
    const audit = await workspace.audit(noisy.embedded, { levels: DEFAULT_LEVELS }, run);
    images = noisy.wrong.length;
    const measured = (score: 'mismatch' | 'similarity'): number[] =>
      audit.pairs.map((pair) => (score === 'mismatch' ? 1 : -1) * (pair?.[score] ?? 0));
    found.push(auroc(measured('mismatch'), noisy.wrong));
    baseline.push(auroc(measured('similarity'), noisy.wrong));
    if (scored === undefined) continue;
    const { imageRow, textRow } = noisy.embedded;
    const doubts: number[] = [];
    for (const [pair, row] of imageRow.entries()) {
      throwIfCancelled(run.signal);
      doubts.push(-(await scored.score(row, textRow[pair] ?? -1)));
    }
    byPairScore.push(auroc(doubts, noisy.wrong));
  }
  // With very few images there may be only wrong or only correct captions, which has no AUROC.
  if (found.length === 0 || found.some((value) => Number.isNaN(value))) return undefined;
  return {
    rate: options.rate,
    seeds: options.seeds,
    images,
    auroc: mean(found),
    aurocSimilarity: mean(baseline),
    ...(scored && { aurocPairScore: mean(byPairScore) }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
