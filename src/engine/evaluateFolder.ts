import { DEFAULT_LEVELS } from '../core/audit/finding.ts';
import { throwIfCancelled } from '../core/cancellation.ts';
import type { Dataset } from '../core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../core/dataset/embeddedDataset.ts';
import { PairLensError } from '../core/errors.ts';
import { auroc } from '../core/evaluation/auroc.ts';
import { injectSwaps } from '../core/evaluation/injectedSwaps.ts';
import { crossLists } from '../core/matching/allPairs.ts';
import { nnn } from '../core/matching/hubness.ts';
import { dot } from '../core/matching/innerProducts.ts';
import { matrix, row, type Matrix } from '../core/matching/matrix.ts';
import { RecallCounter, type Recall } from '../core/matching/recall.ts';
import { bankNeighbours } from '../core/retrieval/normalisedSearch.ts';
import { folderPrefix } from './auditReport.ts';
import type { Hooks, Workspace } from './workspace.ts';

export interface NoiseMeasure {
  /** Share of the images that were given the caption of another image. */
  readonly rate: number;
  readonly seeds: number;
  /** Images measured in each run. */
  readonly images: number;
  /** AUROC of the calibrated `mismatch`, mean over the seeds. */
  readonly auroc: number;
  /** AUROC of the plain cosine on the same exchanges: the baseline. */
  readonly aurocSimilarity: number;
}

/** How well the encoder does on one dataset whose captions are taken to be right. */
export interface Evaluation {
  /** Folder of the dataset relative to the evaluated one; empty for that folder itself. */
  readonly folder: string;
  readonly model: string;
  readonly images: number;
  readonly captions: number;
  /** Recall in percent by the plain cosine: every query is answered without knowing the others. */
  readonly inductive: Recall;
  /** Recall after nearest neighbour normalisation with all queries of this dataset as the bank. */
  readonly transductive: Recall;
  readonly injectedNoise?: NoiseMeasure;
}

export interface EvaluateOptions {
  /** Only the pairs of this split are measured. */
  readonly split?: string | undefined;
  readonly rate: number;
  readonly seeds: number;
  /** Images measured at most in each run with injected noise. */
  readonly limit: number;
}

/**
 * Measures retrieval and the detection of wrong captions on every dataset below `folder`. The datasets are taken to be
 * right; captions are exchanged in memory only.
 * @throws PairLensError `no-dataset`, `cancelled`.
 */
export async function evaluateFolder(
  folder: string,
  workspace: Workspace,
  options: EvaluateOptions,
  hooks: Hooks,
): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const dataset of await workspace.open(folder, hooks)) {
    const embedded = await workspace.index(ofSplit(dataset, options.split), hooks);
    const retrieval = await measureRetrieval(embedded, hooks);
    const injectedNoise = await measureNoise(embedded, workspace, options, hooks);
    evaluations.push({
      folder: folderPrefix(folder, dataset.root).replace(/\/$/, ''),
      model: workspace.modelId,
      ...retrieval,
      ...(injectedNoise && { injectedNoise }),
    });
  }
  return evaluations;
}

/** The pairs of one split and their images, so that nothing else is encoded. @throws PairLensError `invalid-argument`. */
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

async function measureRetrieval(
  embedded: EmbeddedDataset,
  hooks: Hooks,
): Promise<Pick<Evaluation, 'images' | 'captions' | 'inductive' | 'transductive'>> {
  const { images, captions, owner } = readablePairs(embedded);
  const lists = await crossLists(images, captions, {
    k: bankNeighbours(Math.max(images.rows, captions.rows)),
    ...(hooks.signal && { signal: hooks.signal }),
    pause: turn,
  });
  const ofImage = biases(images.rows, (i) =>
    lists.rows.meanOfBest(i, bankNeighbours(captions.rows), () => false),
  );
  const ofCaption = biases(captions.rows, (j) =>
    lists.columns.meanOfBest(j, bankNeighbours(images.rows), () => false),
  );
  const own = Float32Array.from(owner, (image, j) => similarity(images, image, captions, j));
  const plain = new RecallCounter(owner, own);
  // Each direction corrects its own gallery: captions where an image asks, images where a caption asks.
  const imageAsks = new RecallCounter(
    owner,
    own.map((s, j) => nnn(s, ofCaption[j] ?? 0)),
  );
  const captionAsks = new RecallCounter(
    owner,
    own.map((s, j) => nnn(s, ofImage[owner[j] ?? 0] ?? 0)),
  );
  const scores = new Float32Array(captions.rows);
  for (let i = 0; i < images.rows; i++) {
    if (i % 64 === 0) {
      throwIfCancelled(hooks.signal);
      hooks.onProgress?.({ phase: 'match', done: i, total: images.rows });
      await turn();
    }
    for (let j = 0; j < captions.rows; j++) {
      // The own similarity must be the very same number, or a rounding error would outrank it.
      scores[j] = owner[j] === i ? (own[j] ?? 0) : similarity(images, i, captions, j);
    }
    plain.addImage(i, scores);
    imageAsks.addImage(
      i,
      scores.map((s, j) => nnn(s, ofCaption[j] ?? 0)),
    );
    captionAsks.addImage(
      i,
      scores.map((s) => nnn(s, ofImage[i] ?? 0)),
    );
  }
  return {
    images: images.rows,
    captions: captions.rows,
    inductive: plain.result(),
    transductive: joined(imageAsks.result(), captionAsks.result()),
  };
}

function joined(imageAsks: Recall, captionAsks: Recall): Recall {
  const { imageToText } = imageAsks;
  const { textToImage } = captionAsks;
  const sum = (r: Recall['imageToText']): number => r.r1 + r.r5 + r.r10;
  return { imageToText, textToImage, rsum: sum(imageToText) + sum(textToImage) };
}

/** The embeddings of the images that have a readable pair, one row for each of those pairs, and whose it is. */
function readablePairs(embedded: EmbeddedDataset): {
  readonly images: Matrix;
  readonly captions: Matrix;
  readonly owner: Int32Array;
} {
  const place = new Map<number, number>();
  const texts: number[] = [];
  const owner: number[] = [];
  for (const [index, image] of embedded.imageRow.entries()) {
    const text = embedded.textRow[index] ?? -1;
    if (image < 0 || text < 0) continue;
    const at = place.get(image) ?? place.size;
    place.set(image, at);
    texts.push(text);
    owner.push(at);
  }
  return {
    images: rowsOf(embedded.images.embedding, [...place.keys()]),
    captions: rowsOf(embedded.texts.embedding, texts),
    owner: Int32Array.from(owner),
  };
}

function rowsOf(source: Matrix, rows: readonly number[]): Matrix {
  const result = matrix(rows.length, source.columns);
  for (const [i, r] of rows.entries()) row(result, i).set(row(source, r));
  return result;
}

function similarity(a: Matrix, i: number, b: Matrix, j: number): number {
  return Math.fround(dot(a.data, i * a.columns, b.data, j * b.columns, a.columns));
}

function biases(count: number, of: (index: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_unused, index) => of(index));
}

async function measureNoise(
  embedded: EmbeddedDataset,
  workspace: Workspace,
  options: EvaluateOptions,
  hooks: Hooks,
): Promise<NoiseMeasure | undefined> {
  const found: number[] = [];
  const baseline: number[] = [];
  let images = 0;
  for (let seed = 0; seed < options.seeds; seed++) {
    throwIfCancelled(hooks.signal);
    const noisy = injectSwaps(embedded, { rate: options.rate, seed, limit: options.limit });
    const audit = await workspace.audit(noisy.embedded, DEFAULT_LEVELS, hooks);
    images = noisy.wrong.length;
    const measured = (score: 'mismatch' | 'similarity'): number[] =>
      audit.pairs.map((pair) => (score === 'mismatch' ? 1 : -1) * (pair?.[score] ?? 0));
    found.push(auroc(measured('mismatch'), noisy.wrong));
    baseline.push(auroc(measured('similarity'), noisy.wrong));
  }
  // With a handful of images there may be no wrong caption, or no right one, to tell apart.
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
