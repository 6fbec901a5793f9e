import type { Steps } from '../steps.ts';

/** The nearest others of some items, the nearest first. */
export interface NearestOthers {
  /** Number of items. */
  readonly items: number;
  /** Length of a list. */
  readonly k: number;
  /** Neighbour p of item i is `indices[i * k + p]`; -1 beyond the end of its list. */
  readonly indices: Int32Array;
  /** Its distance, 0 or more. */
  readonly distances: Float32Array;
}

/** Edges of a graph, each in both directions. */
export interface WeightedEdges {
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  /** Strength of each edge, above 0 and at most 1. */
  readonly weights: Float32Array;
}

/** Items between two steps. */
const PER_STEP = 1000;
/** Bisections of a bandwidth. */
const BISECTIONS = 40;
/** Smallest bandwidth, as a share of the mean distance: copies of an item have none of their own. */
const LEAST_BANDWIDTH = 1e-3;

/**
 * The fuzzy neighbour graph of UMAP (McInnes, Healy and Melville, 2018, arXiv 1802.03426, algorithms 2 and 3): each item is
 * joined to its nearest with strength 1, to the others by how much farther they are, in units of its own surroundings.
 */
export function* neighbourGraph(nearest: NearestOthers): Steps<WeightedEdges> {
  const { items, k, indices } = nearest;
  const strengths = new Float32Array(items * k);
  for (let i = 0; i < items; i++) {
    if (i % PER_STEP === 0) yield;
    setStrengths(nearest, i, strengths);
  }
  const strengthOf = (i: number, j: number): number => {
    const place = indices.subarray(i * k, (i + 1) * k).indexOf(j);
    return place < 0 ? 0 : strengths[i * k + place]!;
  };
  const heads: number[] = [];
  const tails: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < items; i++) {
    if (i % PER_STEP === 0) yield;
    for (let p = i * k; p < (i + 1) * k; p++) {
      const j = indices[p]!;
      const own = strengths[p]!;
      if (j < 0 || own === 0) continue;
      const back = strengthOf(j, i);
      // An edge that both lists have is made where the lower item is visited.
      if (back > 0 && j < i) continue;
      const weight = own + back - own * back;
      heads.push(i, j);
      tails.push(j, i);
      weights.push(weight, weight);
    }
  }
  return {
    heads: Int32Array.from(heads),
    tails: Int32Array.from(tails),
    weights: Float32Array.from(weights),
  };
}

/** Strengths of the neighbours of item `i`, which add up to the binary logarithm of their number. */
function setStrengths({ k, indices, distances }: NearestOthers, i: number, to: Float32Array): void {
  const start = i * k;
  let count = 0;
  let sum = 0;
  while (count < k && indices[start + count]! >= 0) sum += distances[start + count++]!;
  if (count === 0) return;
  const own = distances.subarray(start, start + count);
  const least = own.find((distance) => distance > 0) ?? 0;
  const wanted = Math.log2(count + 1);
  let [low, high, width] = [0, Infinity, 1];
  for (let n = 0; n < BISECTIONS; n++) {
    let total = 0;
    for (const distance of own) total += Math.exp(-Math.max(0, distance - least) / width);
    if (total > wanted) high = width;
    else low = width;
    width = high === Infinity ? width * 2 : (low + high) / 2;
  }
  width = Math.max(width, (LEAST_BANDWIDTH * sum) / count, Number.MIN_VALUE);
  for (let p = 0; p < count; p++) {
    to[start + p] = Math.exp(-Math.max(0, own[p]! - least) / width);
  }
}
