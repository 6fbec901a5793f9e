import { scoreLists } from './allPairs.ts';
import { argMax } from './columnStatistics.ts';
import { centred, shrunkMean } from './centring.ts';
import { moments } from './moments.ts';
import type { Matcher, MatchingSpaces, MatchingTask } from './matcher.ts';
import type { Matrix } from './matrix.ts';
import { normalised, type PrepareNormaliser } from './normaliser.ts';
import { gatheredRows, type MatchOptions, productBlocks, type ScoreBlocks } from './scoreBlocks.ts';
import type { TopLists } from './topLists.ts';

/*
 * [RECON] Fusion of base metrics after "Re-ranking image-text matching by adaptive metric fusion" (Niu, Huang, Wang,
 * 2020). Its full text was not available: cross-modal reciprocal encoding and query replacement gap are reconstructed
 * from the abstract, and the results may differ from the paper's. Equal weights are the safe choice.
 */

/** One way to compare queries (n) with a gallery (m). */
export interface BaseMetric {
  readonly scores: ScoreBlocks;
  /** Similarities of the given gallery items with the whole gallery (m), row by row, within the gallery's modality. */
  readonly within: (items: Int32Array) => Promise<Float32Array>;
  /** Constant factor of the query-dependent weight; default 1. */
  readonly weight?: number;
}

/** Weights of the metrics: equal, 1 / gap, or reciprocity / gap of each query. */
export type FusionWeights = 'equal' | '1/G' | 'R/G';

/** Number of items of a query's list used for its reciprocity. */
const RECIPROCAL_DEPTH = 10;
/** Length of the gallery items' lists; a query beyond the end has the rank after it. */
const REVERSE_DEPTH = 128;
const TINY = 1e-12;

/** The metric of unit rows in one space: queries (n, d), gallery (m, d). */
export function productMetric(
  queries: Matrix,
  gallery: Matrix,
  { innerProducts }: MatchOptions,
): BaseMetric {
  return {
    scores: productBlocks(queries, gallery, innerProducts),
    within: (items) =>
      productBlocks(gatheredRows(gallery, items), gallery, innerProducts).block(0, items.length),
  };
}

/** The metric of matrices in memory: `scores` (n, m) and `gallery` (m, m). */
export function denseMetric(scores: ScoreBlocks, gallery: Matrix): BaseMetric {
  return {
    scores,
    within: (items) => Promise.resolve(gatheredRows(gallery, items).data),
  };
}

/**
 * Fused scores: for each query sum over metrics of weight x z-scored similarities (methods 8.1, Eq. 4), the weights of
 * a query adding to 1. `equal` and `1/G` look at one query and the gallery (inductive); `R/G` also at the other
 * queries (transductive). A query's fused scores only rank.
 */
export async function fusedScores(
  metrics: readonly BaseMetric[],
  weights: FusionWeights,
  options: MatchOptions,
): Promise<ScoreBlocks> {
  const reciprocities: Float64Array[] = [];
  if (weights === 'R/G') {
    for (const { scores } of metrics) reciprocities.push(await reciprocalEncoding(scores, options));
  }
  const [first] = metrics;
  const columns = first?.scores.columns ?? 0;
  return {
    rows: first?.scores.rows ?? 0,
    columns,
    async block(start, end) {
      const blocks = await Promise.all(metrics.map(({ scores }) => scores.block(start, end)));
      const shares = metrics.map(({ weight = 1 }) => new Float64Array(end - start).fill(weight));
      if (weights !== 'equal') {
        for (const [m, values] of blocks.entries()) {
          const gaps = await replacementGaps(values, columns, metrics[m]!.within);
          const { weight = 1 } = metrics[m]!;
          shares[m] = gaps.map(
            (gap, r) => (weight * (reciprocities[m]?.[start + r] ?? 1)) / (gap + TINY),
          );
        }
      }
      return mixed(blocks, shares, columns);
    },
  };
}

/**
 * Cross-modal reciprocal encoding R of each query [RECON]: sum over its `depth` best items j of 1 / (f_j b_j), f_j
 * being the place of the item in the query's list and b_j that of the query in the item's list, from 1.
 */
export async function reciprocalEncoding(
  scores: ScoreBlocks,
  options: MatchOptions,
  depth = RECIPROCAL_DEPTH,
): Promise<Float64Array> {
  const depths = { k: depth, columnK: REVERSE_DEPTH };
  const { rows, columns } = await scoreLists(scores, { ...options, ...depths });
  return Float64Array.from({ length: scores.rows }, (_, q) => reciprocity(rows, columns, q, depth));
}

function reciprocity(rows: TopLists, columns: TopLists, q: number, depth: number): number {
  let sum = 0;
  rows
    .items(q)
    .subarray(0, depth)
    .forEach((item, at) => {
      const list = columns.items(item);
      const found = list.indexOf(q);
      sum += 1 / ((at + 1) * ((found < 0 ? list.length : found) + 1));
    });
  return sum;
}

/**
 * Query replacement gap G of each row [RECON]: the query is replaced by its nearest gallery item, whose distances to
 * the gallery are taken within one modality; both lists of distances are scaled to 0..1, and G is how far they differ
 * (Euclidean). A small gap means that the metric suits the query.
 *
 * @param values similarities of some queries with the gallery (r, m), row by row
 */
export async function replacementGaps(
  values: Float32Array,
  columns: number,
  within: BaseMetric['within'],
): Promise<Float64Array> {
  if (columns === 0) return new Float64Array(0);
  const count = values.length / columns;
  const rowAt = (all: Float32Array, r: number): Float32Array =>
    all.subarray(r * columns, (r + 1) * columns);
  const nearest = Int32Array.from({ length: count }, (_, r) => argMax(rowAt(values, r)));
  const replaced = await within(nearest);
  const gaps = new Float64Array(count);
  for (let r = 0; r < count; r++) gaps[r] = distanceGap(rowAt(values, r), rowAt(replaced, r));
  return gaps;
}

/** Euclidean distance of two lists of distances, each scaled to 0..1, or to 0 if all are equal. */
function distanceGap(across: Float32Array, inside: Float32Array): number {
  const [a, b] = [rangeOf(across), rangeOf(inside)];
  let squares = 0;
  for (let j = 0; j < across.length; j++) {
    squares += ((a.high - across[j]!) * a.factor - (b.high - inside[j]!) * b.factor) ** 2;
  }
  return Math.sqrt(squares);
}

function rangeOf(similarities: Float32Array): { readonly high: number; readonly factor: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of similarities) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { high, factor: high > low ? 1 / (high - low) : 0 };
}

/** Weighted mean of the metrics' z-scores, row by row; a row of equal values counts as all 0. */
function mixed(
  blocks: readonly Float32Array[],
  shares: readonly Float64Array[],
  columns: number,
): Float32Array {
  const out = new Float32Array(blocks[0]?.length ?? 0);
  for (let r = 0, at = 0; at < out.length; r++, at += columns) {
    const total = shares.reduce((sum, share) => sum + share[r]!, 0);
    for (const [m, values] of blocks.entries()) {
      const row = values.subarray(at, at + columns);
      const { mean, deviation } = moments(row);
      const factor = deviation > 1e-9 ? shares[m]![r]! / (total * deviation) : 0;
      for (let j = 0; j < columns; j++) out[at + j] = out[at + j]! + factor * (row[j]! - mean);
    }
  }
  return out;
}

/**
 * The base metrics of the encoders: the joint space, and class-name priors with sentences. Every space is first centred
 * on the mean of the reference pairs, because otherwise a few sentences are near to every prior; without reference
 * pairs the spaces are not centred.
 *
 * @param asking the set itself, or the reference pairs as its query bank
 */
function baseMetrics(
  { spaces, reference }: MatchingTask,
  asking: MatchingSpaces,
  priorWeight: number,
  options: MatchOptions,
): { readonly imageToText: BaseMetric[]; readonly textToImage: BaseMetric[] } {
  const around = (space: keyof MatchingSpaces, from: MatchingSpaces): Matrix => {
    const lent = reference[space];
    if (lent.rows === 0) return from[space];
    return centred(from[space], shrunkMean(lent, new Float32Array(lent.columns), 0));
  };
  const own = (space: keyof MatchingSpaces): Matrix => around(space, spaces);
  const ask = (space: keyof MatchingSpaces): Matrix => around(space, asking);
  return {
    imageToText: [
      productMetric(ask('images'), own('captions'), options),
      { ...productMetric(ask('priors'), own('sentences'), options), weight: priorWeight },
    ],
    textToImage: [
      productMetric(ask('captions'), own('images'), options),
      { ...productMetric(ask('sentences'), own('priors'), options), weight: priorWeight },
    ],
  };
}

/** Fusion of the encoders' base metrics under the given weights, the prior counting `priorWeight` times. */
export function fusionMatcher(
  id: string,
  title: string,
  weights: FusionWeights,
  priorWeight = 1,
): Matcher {
  return {
    id,
    title,
    transductive: weights === 'R/G',
    needs: ['priors'],
    async rescore(task, options) {
      const { imageToText, textToImage } = baseMetrics(task, task.spaces, priorWeight, options);
      return {
        imageToText: await fusedScores(imageToText, weights, options),
        textToImage: await fusedScores(textToImage, weights, options),
      };
    },
  };
}

/** Fusion with fixed weights, then hubness correction with a bank whose scores are fused in the same way. */
export function normalisedFusionMatcher(
  id: string,
  title: string,
  bank: 'own' | 'reference',
  prepare: PrepareNormaliser,
  priorWeight: number,
): Matcher {
  return {
    id,
    title,
    transductive: bank === 'own',
    needs: bank === 'own' ? ['priors'] : ['priors', 'reference'],
    async rescore(task, options) {
      const own = baseMetrics(task, task.spaces, priorWeight, options);
      const lent = bank === 'own' ? own : baseMetrics(task, task.reference, priorWeight, options);
      const corrected = async (direction: keyof typeof own): Promise<ScoreBlocks> => {
        const fused = await fusedScores(own[direction], 'equal', options);
        const asked = lent === own ? fused : await fusedScores(lent[direction], 'equal', options);
        return normalised(fused, asked, prepare, options);
      };
      return {
        imageToText: await corrected('imageToText'),
        textToImage: await corrected('textToImage'),
      };
    },
  };
}
