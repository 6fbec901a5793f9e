import { DEFAULT_LEVELS } from '../../core/audit/rules.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { PairLensError } from '../../core/errors.ts';
import { auroc } from '../../core/matching/auroc.ts';
import { type Donors, injectSwaps } from '../../core/evaluation/injectedSwaps.ts';
import { canMatch, type MatchingSpaces } from '../../core/matching/matcher.ts';
import { MATCHERS } from '../../core/matching/matchers.ts';
import type { Matrix } from '../../core/matching/matrix.ts';
import { recallOf, type Recall } from '../../core/matching/recall.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { RunOptions, BatchPorts } from './batchPorts.ts';

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
    const retrieval = await measureRetrieval(embedded, workspace, options, run);
    const injectedNoise = await measureNoise(embedded, workspace, options, 'random', run);
    const sameNounNoise =
      options.sameNoun === true
        ? await measureNoise(embedded, workspace, options, 'same-noun', run)
        : undefined;
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
  embedded: EmbeddedDataset,
  { reference, innerProducts }: BatchPorts,
  { matcher: wanted }: EvaluateOptions,
  run: RunOptions,
): Promise<Pick<Evaluation, 'images' | 'captions' | 'inductive' | 'transductive' | 'matchers'>> {
  const { spaces, owner } = readablePairs(embedded);
  const chosen = MATCHERS.filter(
    (each) =>
      canMatch(each, reference) &&
      (wanted === undefined || [INDUCTIVE, TRANSDUCTIVE, wanted].includes(each.id)),
  );
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

/** Embeddings of the readable pairs and their images, and the image of each pair. */
function readablePairs(embedded: EmbeddedDataset): {
  readonly spaces: MatchingSpaces;
  readonly owner: Int32Array;
} {
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
  };
}

async function measureNoise(
  embedded: EmbeddedDataset,
  workspace: BatchPorts,
  options: EvaluateOptions,
  donors: Donors,
  run: RunOptions,
): Promise<NoiseMeasure | undefined> {
  const found: number[] = [];
  const baseline: number[] = [];
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
  }
  // With very few images there may be only wrong or only correct captions, which has no AUROC.
  if (found.length === 0 || found.some((value) => Number.isNaN(value))) return undefined;
  return {
    rate: options.rate,
    seeds: options.seeds,
    images,
    auroc: mean(found),
    aurocSimilarity: mean(baseline),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
