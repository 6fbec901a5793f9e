import { crossLists, selfLists } from './allPairs.ts';
import { type Matcher, productScores } from './matcher.ts';
import { type Matrix, matrix, row } from './matrix.ts';
import { type MatchOptions, rowsFrom, stackedRows } from './scoreBlocks.ts';
import { type SparseRow, SparseRows } from './sparseRows.ts';
import type { TopLists } from './topLists.ts';

/*
 * Shared-specific feature transfer after cm-SSFT (Lu et al., CVPR 2020), adapted from person re-identification to images
 * and captions. [RECON] The paper's code is not public: the block form is the paper's, the exact formulas are
 * reconstructed, the adaptation is ours. Transductive: features propagate among neighbours of the same set.
 */

/** Features of the two modalities; the specific ones exist within one modality only. All rows of unit length. */
export interface SharedSpecific {
  readonly images: { readonly shared: Matrix; readonly specific: Matrix };
  readonly captions: { readonly shared: Matrix; readonly specific: Matrix };
}

/** Features of both modalities; missing specific blocks are filled from neighbours. */
export interface Propagated {
  /** Shared block of the images (n, d) and captions (m, d), unit rows. */
  readonly images: Matrix;
  readonly captions: Matrix;
  /** Unit rows: sentence features of images (n, s) and visual features of captions (m, l), both from neighbours. */
  readonly pseudoSentences: Matrix;
  readonly pseudoVisuals: Matrix;
}

export interface PropagationOptions extends MatchOptions {
  /** Neighbours kept in every row of every block. */
  readonly k?: number;
  /** Share of its own features that an item keeps in each round. */
  readonly alpha?: number;
  readonly rounds?: number;
}

/**
 * The block-wise top-k affinity A (n + m, n + m), images first: in every row the `k` nearest images and the `k` nearest
 * captions, by specific features within a modality and shared ones across; affinity (1 + cos) / 2. Annotated pairs are
 * not connected as such. An item is not its own neighbour, or with `self` its first one.
 */
export async function blockAffinity(
  { images, captions }: SharedSpecific,
  k: number,
  options: MatchOptions,
  self = false,
): Promise<SparseRows> {
  const n = images.shared.rows;
  const depth = { ...options, k: Math.max(1, k) };
  const cross = await crossLists(images.shared, captions.shared, depth);
  const visuals = await selfLists(images.specific, depth);
  const sentences = await selfLists(captions.specific, depth);
  return SparseRows.build(n + captions.shared.rows, (r): SparseRow => {
    const ofImage = r < n;
    const q = ofImage ? r : r - n;
    const edges: [number, number][] = self ? [[r, 1]] : [];
    const own = ofImage ? visuals : sentences;
    addEdges(edges, own, q, ofImage ? 0 : n, self ? k - 1 : k);
    addEdges(edges, ofImage ? cross.rows : cross.columns, q, ofImage ? n : 0, k);
    return { indices: edges.map(([index]) => index), values: edges.map(([, value]) => value) };
  });
}

function addEdges(
  edges: [number, number][],
  lists: TopLists,
  q: number,
  offset: number,
  k: number,
): void {
  const start = q * lists.k;
  for (let p = start; p < start + Math.min(k, lists.count(q)); p++) {
    edges.push([offset + lists.indices[p]!, (1 + lists.similarities[p]!) / 2]);
  }
}

/**
 * A_n Z: features (N, d) averaged over neighbours. `rows` divides by the row's sum, D^-1 A; `symmetric` is
 * D^-1/2 A D^-1/2, D the row sums of A, which top-k leaves asymmetric. A row without neighbours becomes zeros.
 */
export function neighbourMean(
  affinity: SparseRows,
  features: Matrix,
  normalisation: 'rows' | 'symmetric' = 'rows',
): Matrix {
  const degree = Float64Array.from({ length: affinity.rows }, (_, r) => {
    let sum = 0;
    affinity.forEach(r, (_index, value) => (sum += value));
    return sum;
  });
  const out = matrix(features.rows, features.columns);
  for (let r = 0; r < affinity.rows; r++) {
    const target = row(out, r);
    affinity.forEach(r, (x, value) => {
      const scale = normalisation === 'rows' ? degree[r]! : Math.sqrt(degree[r]! * degree[x]!);
      if (!(scale > 0)) return;
      const source = row(features, x);
      for (let c = 0; c < target.length; c++) target[c] = target[c]! + (value / scale) * source[c]!;
    });
  }
  return out;
}

/** Z <- alpha Z + (1 - alpha) D^-1 A Z, some rounds on the three blocks of Z, each then of unit rows again. */
export async function propagate(
  features: SharedSpecific,
  options: PropagationOptions = {},
): Promise<Propagated> {
  const { k = 10, alpha = 0.5, rounds = 1 } = options;
  const affinity = await blockAffinity(features, k, options);
  const { images, captions } = features;
  const n = images.shared.rows;
  const m = captions.shared.rows;
  const spread = (top: Matrix, bottom: Matrix): Matrix => {
    let block = stackedRows(top, bottom);
    for (let round = 0; round < rounds; round++) {
      const near = neighbourMean(affinity, block);
      block = matrix(
        block.rows,
        block.columns,
        block.data.map((value, at) => alpha * value + (1 - alpha) * near.data[at]!),
      );
    }
    return unitRows(block);
  };
  const shared = spread(images.shared, captions.shared);
  const sentences = spread(matrix(n, captions.specific.columns), captions.specific);
  const visuals = spread(images.specific, matrix(m, images.specific.columns));
  return {
    images: rowsFrom(shared, 0, n),
    captions: rowsFrom(shared, n),
    pseudoSentences: rowsFrom(sentences, 0, n),
    pseudoVisuals: rowsFrom(visuals, n),
  };
}

/**
 * Mean of the features of a query's cross-modal neighbours, weighted by affinity: a pseudo caption of an image from
 * `sentences`, a pseudo image of a caption from `visuals`. Exclude the annotated partner, its siblings and duplicates
 * with `skip`, or a wrong caption confirms itself.
 *
 * @returns a unit vector, or zeros without neighbours.
 */
export function pseudoPartner(
  lists: TopLists,
  q: number,
  features: Matrix,
  k: number,
  skip: (item: number) => boolean,
): Float32Array {
  const out = matrix(1, features.columns);
  const start = q * lists.k;
  for (let p = start, used = 0; p < start + lists.count(q) && used < k; p++) {
    const item = lists.indices[p]!;
    if (skip(item)) continue;
    used++;
    const weight = (1 + lists.similarities[p]!) / 2;
    const source = row(features, item);
    for (let c = 0; c < source.length; c++) out.data[c] = out.data[c]! + weight * source[c]!;
  }
  return unitRows(out).data;
}

/** Rows scaled to unit length in place; rows of zeros stay. */
function unitRows(m: Matrix): Matrix {
  for (let r = 0; r < m.rows; r++) {
    const values = row(m, r);
    let squares = 0;
    for (const value of values) squares += value * value;
    if (squares > 1e-24) for (let c = 0; c < values.length; c++) values[c]! /= Math.sqrt(squares);
  }
  return m;
}

export const propagationMatcher: Matcher = {
  id: 'propagation',
  title: 'shared-specific propagation',
  transductive: true,
  needs: [],
  async rescore({ spaces }, options) {
    const { images, captions } = await propagate(
      {
        images: { shared: spaces.images, specific: spaces.visuals },
        captions: { shared: spaces.captions, specific: spaces.sentences },
      },
      options,
    );
    return productScores(images, captions, options);
  },
};
