import { attended, cosineAt, crossAttention, softmax } from './crossAttention.ts';
import { dotRows } from './innerProducts.ts';
import { type Matrix, matrix, row } from './matrix.ts';

/*
 * Graph structured matching (GSMN, Liu et al., CVPR 2020) of one image with one caption, with the propagation that the
 * paper means: a node's matching vector is combined from those of its neighbours. The released code repeats the node's
 * own vector instead, and its text kernels are all alike; published numbers are of that variant.
 * Reference implementation for exported graphs.
 */

/** Normal distributions over the polar coordinates of one region seen from another. */
export interface PolarKernel {
  readonly distance: { readonly mean: number; readonly deviation: number };
  readonly angle: { readonly mean: number; readonly deviation: number };
}

export interface GraphWeights {
  /** W_k, one for each kernel (h / kernels, blocks), without bias: their outputs side by side have h values. */
  readonly kernels: readonly Matrix[];
  /** Hidden layer (h, h) with its bias (h), and output layer (1, h) with its bias. */
  readonly hidden: Matrix;
  readonly hiddenBias: Float32Array;
  readonly output: Matrix;
  readonly outputBias: number;
}

export interface GsmnWeights {
  readonly text: GraphWeights;
  readonly image: GraphWeights;
  /** As many as `image.kernels`. */
  readonly polar: readonly PolarKernel[];
}

export interface GsmnInput {
  /** Unit rows (n, d). */
  readonly regions: Matrix;
  /** Centre of each region as shares of the image's width and height (n, 2). */
  readonly centres: Matrix;
  /** Unit rows (L, d), padding left out. */
  readonly words: Matrix;
  /** Dependency edges (L, L) of a parser: non-zero where two words are linked. Fully connected if undefined. */
  readonly dependencies?: Matrix;
}

export interface GsmnOptions {
  /** Blocks of equal size that vectors are compared in; must divide d. */
  readonly blocks?: number;
  /** Sharpness of attention and text edges: 20 on Flickr30K, 10 on COCO. */
  readonly lambda?: number;
}

export interface GsmnResult {
  /** g(I, T) = text graph + image graph. */
  readonly score: number;
  readonly textScore: number;
  readonly imageScore: number;
  /** Node level: matching vector of each word (L, blocks), -1..1. */
  readonly wordMatching: Matrix;
  /** Mean of each word's matching vector; low for a word that matches no region. */
  readonly wordSupport: Float64Array;
  /** Contribution of each word to the text graph's mean, after propagation. */
  readonly wordScores: Float64Array;
  /** Attention of each word over the regions (L, n). */
  readonly attention: Matrix;
}

/** Scores one pair; too slow for all pairs. NaN without words or regions. */
export function gsmn(
  input: GsmnInput,
  weights: GsmnWeights,
  { blocks = 16, lambda = 20 }: GsmnOptions = {},
): GsmnResult {
  const { regions, words } = input;
  const attention = crossAttention(words, regions, lambda);
  const wordMatching = matchingVectors(words, attended(regions, attention), blocks);
  const back = crossAttention(regions, words, lambda);
  const regionMatching = matchingVectors(regions, attended(words, back), blocks);

  const textEdges = wordEdges(words, lambda, input.dependencies);
  const wordScores = graphScores(
    wordMatching,
    weights.text.kernels.map(() => textEdges),
    weights.text,
  );
  const regionScores = graphScores(
    regionMatching,
    weights.polar.map((kernel) => polarEdges(input.centres, kernel)),
    weights.image,
  );
  const textScore = mean(wordScores);
  const imageScore = mean(regionScores);
  return {
    score: textScore + imageScore,
    textScore,
    imageScore,
    wordMatching,
    wordSupport: Float64Array.from({ length: words.rows }, (_, l) => mean(row(wordMatching, l))),
    wordScores,
    attention,
  };
}

/** Node level: block-wise cosines of each fragment with its context, (a, blocks). */
export function matchingVectors(fragments: Matrix, context: Matrix, blocks: number): Matrix {
  const d = fragments.columns;
  if (d % blocks !== 0) throw new RangeError(`${blocks} blocks do not divide ${d} values.`);
  const size = d / blocks;
  const out = matrix(fragments.rows, blocks);
  for (let x = 0; x < fragments.rows; x++) {
    for (let b = 0; b < blocks; b++) {
      const at = x * d + b * size;
      out.data[x * blocks + b] = cosineAt(fragments.data, at, context.data, at, size);
    }
  }
  return out;
}

/**
 * Edges among words (L, L), each row adding to 1: softmax of inner products. With dependencies only linked words and
 * the word itself keep their edge.
 * The kernels' scalars p_k cancel in the paper's normalisation, so all text kernels share these edges.
 */
export function wordEdges(words: Matrix, lambda: number, dependencies?: Matrix): Matrix {
  const size = words.rows;
  const out = matrix(size, size);
  for (let l = 0; l < size; l++) {
    const edges = row(out, l);
    for (let other = 0; other < size; other++) edges[other] = dotRows(words, l, words, other);
    softmax(edges, lambda);
    if (dependencies === undefined) continue;
    for (let other = 0; other < size; other++) {
      const linked =
        other === l ||
        dependencies.data[l * size + other] !== 0 ||
        dependencies.data[other * size + l] !== 0;
      if (!linked) edges[other] = 0;
    }
    // An l2 norm in between, as in the paper, cancels in the sum-normalisation.
    const sum = edges.reduce((total, edge) => total + edge, 0);
    for (let other = 0; other < size; other++) edges[other]! /= sum;
  }
  return out;
}

/** Edges among regions (n, n) for one kernel: its likelihood of each relative position, each row adding to 1. */
export function polarEdges(centres: Matrix, { distance, angle }: PolarKernel): Matrix {
  const size = centres.rows;
  const out = matrix(size, size);
  for (let k = 0; k < size; k++) {
    const edges = row(out, k);
    for (let other = 0; other < size; other++) {
      const x = centres.data[k * 2]! - centres.data[other * 2]!;
      const y = centres.data[k * 2 + 1]! - centres.data[other * 2 + 1]!;
      const turn = Math.abs(Math.atan2(y, x) - angle.mean);
      const theta = Math.min(turn, Math.abs(2 * Math.PI - turn));
      edges[other] =
        -0.5 *
        (squareOver(Math.hypot(x, y) - distance.mean, distance.deviation) +
          squareOver(theta, angle.deviation));
    }
    // A softmax of log-likelihoods: the same weights without underflow for distant regions.
    softmax(edges, 1);
  }
  return out;
}

function squareOver(value: number, deviation: number): number {
  return value ** 2 / (1e-14 + deviation ** 2);
}

/**
 * Structure level: x^_l = concat_k W_k sum_l' u_k(l, l') x_l', then out2(tanh(out1(x^_l))) for each node.
 * @param edges for each kernel its edges, rows adding to 1
 */
export function graphScores(
  matching: Matrix,
  edges: readonly Matrix[],
  { kernels, hidden, hiddenBias, output, outputBias }: GraphWeights,
): Float64Array {
  return Float64Array.from({ length: matching.rows }, (_, l) => {
    const combined: number[] = [];
    for (const [k, kernel] of kernels.entries()) {
      const gathered = new Float64Array(matching.columns);
      row(edges[k]!, l).forEach((edge, other) => {
        row(matching, other).forEach((value, b) => (gathered[b] = gathered[b]! + edge * value));
      });
      for (let o = 0; o < kernel.rows; o++) combined.push(product(kernel, o, gathered));
    }
    let score = outputBias;
    for (let h = 0; h < hidden.rows; h++) {
      score += output.data[h]! * Math.tanh(product(hidden, h, combined) + hiddenBias[h]!);
    }
    return score;
  });
}

function product(weights: Matrix, o: number, values: ArrayLike<number>): number {
  const offset = o * weights.columns;
  let sum = 0;
  for (let c = 0; c < weights.columns; c++) sum += weights.data[offset + c]! * values[c]!;
  return sum;
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
