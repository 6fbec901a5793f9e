import { centred, shrunkMean } from './centring.ts';
import { dotRows } from './innerProducts.ts';
import type { Matcher } from './matcher.ts';
import type { Matrix } from './matrix.ts';
import {
  type MatchOptions,
  productBlocks,
  rewrittenRows,
  rowsFrom,
  type ScoreBlocks,
  stackedRows,
  walkScores,
} from './scoreBlocks.ts';
import { SparseRows, type SparseRow } from './sparseRows.ts';
import { TopLists } from './topLists.ts';

export interface KReciprocalOptions extends MatchOptions {
  readonly k1?: number;
  readonly k2?: number;
  /** Share of the original distance in the result. */
  readonly lambda?: number;
}

/** k-reciprocal encoding of all items. */
export interface KReciprocalEncoding {
  readonly items: Matrix;
  /** V: for each item weights of the items in its expanded reciprocal neighbourhood (N, N), sparse. */
  readonly neighbourhoods: SparseRows;
  /** For each item its largest squared distance to any item. */
  readonly farthest: Float32Array;
  readonly lambda: number;
}

/**
 * k-reciprocal encoding (Zhong et al., CVPR 2017) of queries and gallery together, on sparse neighbour sets. In a joint
 * space of two modalities centre each modality first, or neighbourhoods hold one modality only. Transductive.
 *
 * @param items unit rows (N, d), queries and gallery; distances are squared, 2 - 2 cos, each row divided by its largest
 */
export async function kReciprocalEncoding(
  items: Matrix,
  options: KReciprocalOptions = {},
): Promise<KReciprocalEncoding> {
  const { k1 = 20, k2 = 6, lambda = 0.3 } = options;
  const { near, farthest } = await neighbours(items, Math.max(k1, k2), options);
  const distance = (p: number, x: number): number =>
    squaredDistance(dotRows(items, p, items, x)) / farthest[p]!;
  const half = reciprocalSets(near, Math.round(k1 / 2));
  const full = reciprocalSets(near, k1);
  const own = SparseRows.build(items.rows, (p): SparseRow => {
    const reached = expanded(full(p), half);
    const weights = Float64Array.from(reached, (x) => Math.exp(-distance(p, x)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { indices: reached, values: weights.map((weight) => weight / total) };
  });
  const neighbourhoods = SparseRows.build(items.rows, (p) =>
    own.mean([p, ...near.items(p).subarray(0, k2 - 1)]),
  );
  return { items, neighbourhoods, farthest, lambda };
}

/**
 * Minus the re-ranked distance of each query with each gallery item: (1 - lambda) Jaccard distance of their
 * neighbourhoods + lambda of the original one. Higher is nearer.
 *
 * @param queries first row of the queries and how many there are
 * @param gallery the same for the gallery
 */
export function kReciprocalScores(
  { items, neighbourhoods, farthest, lambda }: KReciprocalEncoding,
  queries: { readonly start: number; readonly count: number },
  gallery: { readonly start: number; readonly count: number },
  { innerProducts }: MatchOptions = {},
): ScoreBlocks {
  const rowsOf = ({ start, count }: typeof queries): Matrix =>
    rowsFrom(items, start, start + count);
  const holders = neighbourhoods.transposed(gallery.start, gallery.count);
  const shared = new Float64Array(gallery.count);
  return rewrittenRows(productBlocks(rowsOf(queries), rowsOf(gallery), innerProducts), (row, q) => {
    const p = queries.start + q;
    shared.fill(0);
    neighbourhoods.forEach(p, (x, weight) =>
      holders.forEach(x, (g, other) => {
        shared[g] = shared[g]! + Math.min(weight, other);
      }),
    );
    for (let g = 0; g < row.length; g++) {
      const jaccard = 1 - shared[g]! / (2 - shared[g]!);
      row[g] = -((1 - lambda) * jaccard + (lambda * squaredDistance(row[g]!)) / farthest[p]!);
    }
  });
}

function squaredDistance(cosine: number): number {
  return Math.max(0, 2 - 2 * cosine);
}

/** Nearest others of each item, and each item's largest squared distance, in one pass. */
async function neighbours(
  items: Matrix,
  k: number,
  options: MatchOptions,
): Promise<{ readonly near: TopLists; readonly farthest: Float32Array }> {
  const near = new TopLists(items.rows, Math.max(1, Math.min(k, items.rows)));
  const farthest = new Float32Array(items.rows);
  await walkScores(
    productBlocks(items, items, options.innerProducts),
    options,
    (values, start, end) => {
      for (let p = start, at = 0; p < end; p++) {
        let lowest = Infinity;
        let threshold = near.thresholds[p]!;
        for (let x = 0; x < items.rows; x++, at++) {
          const value = values[at]!;
          if (value < lowest) lowest = value;
          if (value > threshold && x !== p) {
            near.offer(p, x, value);
            threshold = near.thresholds[p]!;
          }
        }
        // All items are equal: any scale other than 0.
        farthest[p] = squaredDistance(lowest) || 1;
      }
    },
  );
  return { near, farthest };
}

/** R(p, k): the items among the k + 1 nearest of p, p included, that have p among theirs. */
function reciprocalSets(near: TopLists, k: number): (p: number) => number[] {
  const known = new Map<number, number[]>();
  return (p) => {
    let set = known.get(p);
    if (set === undefined) {
      const mutual = Array.from(near.items(p).subarray(0, k)).filter((x) =>
        near.items(x).subarray(0, k).includes(p),
      );
      set = [p, ...mutual];
      known.set(p, set);
    }
    return set;
  };
}

/** R*(p): R(p) and the half-sized sets of its members that lie for more than two thirds within R(p). */
function expanded(own: readonly number[], half: (q: number) => number[]): number[] {
  const core = new Set(own);
  const reached = new Set(own);
  for (const q of own) {
    const candidates = half(q);
    const within = candidates.filter((x) => core.has(x)).length;
    if (within > (2 / 3) * candidates.length) for (const x of candidates) reached.add(x);
  }
  return [...reached].sort((a, b) => a - b);
}

export const kReciprocalMatcher: Matcher = {
  id: 'k-reciprocal',
  title: 'k-reciprocal re-ranking',
  transductive: true,
  needs: [],
  async rescore({ spaces }, options) {
    const images = ownCentred(spaces.images);
    const captions = ownCentred(spaces.captions);
    const encoding = await kReciprocalEncoding(stackedRows(images, captions), options);
    const pictures = { start: 0, count: images.rows };
    const texts = { start: images.rows, count: captions.rows };
    return {
      imageToText: kReciprocalScores(encoding, pictures, texts, options),
      textToImage: kReciprocalScores(encoding, texts, pictures, options),
    };
  },
};

/** Centres a modality on its own mean; otherwise neighbourhoods would contain only its own items. */
function ownCentred(space: Matrix): Matrix {
  return centred(space, shrunkMean(space, new Float32Array(space.columns), 0));
}
