import { dot } from '../matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../matching/matrix.ts';
import { moments } from '../matching/moments.ts';
import type { Steps } from '../steps.ts';

/** Parts of a dataset; the images of a part are predicted by a regression that saw the other parts only. */
export const FOLDS = 5;
/** With fewer pictures than this nothing is learnt from them. */
export const LEAST_PICTURES = 60;
/** Ridge penalty, in pairs whose visual embeddings are unit rows. */
const PENALTY = 3;
/** Pairs that a regression learns from: more change it little, and each costs about 0.1 ms. */
const MOST_LEARNT = 6000;
const LEARNT_PER_STEP = 100;
const PREDICTED_PER_STEP = 50;
/** Steepness and offset of the weight of a pair by its standardised CSLS. */
const STEEPNESS = 1.5;
const OFFSET = 0.5;

/** A pair to learn from. */
export interface LearntPair {
  readonly image: number;
  readonly text: number;
  /** CSLS of the pair. What a person verified weighs no more, so that a verdict changes no score. */
  readonly csls: number;
}

/** The part of the dataset that an image is in, by the hash of its content: copies are in the same one. */
export function foldOf(hash: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < hash.length; at++) {
    mixed = Math.imul(mixed ^ hash.charCodeAt(at), 0x01000193);
  }
  return (mixed >>> 0) % FOLDS;
}

/** Predicts the sentence embedding of a caption from the centred visual embedding of its image: unit row. */
export type CaptionPredictor = (visual: Float32Array) => Float32Array;

/**
 * Learns from the dataset's own pairs what captions images like these have: a ridge regression from visual embeddings
 * (n, l) to sentence embeddings (m, s), both centred. It is cross-fitted: `predictions` (n, s) gets for each image the unit row
 * that a regression without its part of the dataset predicts, so that no pair is scored by a model that saw it. Pairs that fit
 * badly have a low weight. Cross-fitting as in confident learning (Northcutt et al. 2021); learning on an image-caption
 * dataset without its suspicious pairs after NCR (Huang et al. 2021), in closed form.
 * @param pairs in an order that depends on their content only
 * @param foldOfImage the part of the dataset that each image is in, 0..FOLDS - 1
 * @returns the predictor of all parts, for an image from outside.
 */
export function* learnPredictions(
  visuals: Matrix,
  sentences: Matrix,
  pairs: readonly LearntPair[],
  foldOfImage: readonly number[],
  predictions: Matrix,
): Steps<CaptionPredictor> {
  const size = visuals.columns;
  const weights = weightsOf(pairs);
  const parts = Array.from({ length: FOLDS }, () => new NormalEquations(size, sentences.columns));
  const stride = Math.max(1, pairs.length / MOST_LEARNT);
  let learnt = 0;
  for (let place = 0; place < pairs.length; place += stride) {
    if (learnt++ % LEARNT_PER_STEP === 0) yield;
    const at = Math.floor(place);
    const { image, text } = pairs[at]!;
    parts[foldOfImage[image]!]!.add(row(visuals, image), row(sentences, text), weights[at]!);
  }
  const whole = new NormalEquations(size, sentences.columns);
  for (const part of parts) whole.addAll(part);
  for (const [fold, part] of parts.entries()) {
    yield;
    const predict = whole.without(part).solve(PENALTY);
    let predicted = 0;
    for (const [image, own] of foldOfImage.entries()) {
      if (own !== fold) continue;
      if (predicted++ % PREDICTED_PER_STEP === 0) yield;
      row(predictions, image).set(predict(row(visuals, image)));
    }
  }
  yield;
  return whole.solve(PENALTY);
}

/** 0..1: pairs count by how well they fit compared with the rest. */
function weightsOf(pairs: readonly LearntPair[]): number[] {
  const known = pairs.map(({ csls }) => csls);
  const { mean, deviation } = moments(known);
  const spread = deviation || 1;
  return known.map((csls) => 1 / (1 + Math.exp(-STEEPNESS * ((csls - mean) / spread + OFFSET))));
}

/** X'WX and X'WY of a weighted least-squares problem, summed over its pairs. */
class NormalEquations {
  readonly #size: number;
  readonly #targets: number;
  /** (size, size), lower triangle. */
  readonly #gram: Float64Array;
  /** (size, targets). */
  readonly #cross: Float64Array;

  constructor(size: number, targets: number) {
    this.#size = size;
    this.#targets = targets;
    this.#gram = new Float64Array(size * size);
    this.#cross = new Float64Array(size * targets);
  }

  add(x: Float32Array, y: Float32Array, weight: number): void {
    for (let a = 0; a < this.#size; a++) {
      const value = weight * x[a]!;
      const gram = a * this.#size;
      for (let b = 0; b <= a; b++) this.#gram[gram + b]! += value * x[b]!;
      const cross = a * this.#targets;
      for (let c = 0; c < this.#targets; c++) this.#cross[cross + c]! += value * y[c]!;
    }
  }

  addAll(other: NormalEquations, sign = 1): void {
    other.#gram.forEach((value, n) => (this.#gram[n]! += sign * value));
    other.#cross.forEach((value, n) => (this.#cross[n]! += sign * value));
  }

  without(part: NormalEquations): NormalEquations {
    const rest = new NormalEquations(this.#size, this.#targets);
    rest.addAll(this);
    rest.addAll(part, -1);
    return rest;
  }

  /** Solves (X'WX + penalty I) B = X'WY by Cholesky decomposition. */
  solve(penalty: number): CaptionPredictor {
    const lower = choleskyOf(this.#gram, this.#size, penalty);
    const solution = this.#cross.slice();
    substitute(lower, solution, this.#size, this.#targets);
    // Transposed, so that each target is one inner product.
    const rows = matrix(this.#targets, this.#size);
    for (let a = 0; a < this.#size; a++) {
      for (let c = 0; c < this.#targets; c++) {
        rows.data[c * this.#size + a] = solution[a * this.#targets + c]!;
      }
    }
    return (visual) => {
      const out = new Float32Array(rows.rows);
      for (let c = 0; c < out.length; c++) {
        out[c] = dot(rows.data, c * rows.columns, visual, 0, rows.columns);
      }
      const norm = Math.sqrt(dot(out, 0, out, 0, out.length));
      return norm > 0 ? out.map((value) => value / norm) : out;
    };
  }
}

/** Lower triangle L with LL' = A + penalty I. */
function choleskyOf(a: Float64Array, size: number, penalty: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]! + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]!;
    }
  }
  return lower;
}

/** Solves LL'B = `b` (size, columns) in place. */
function substitute(lower: Float64Array, b: Float64Array, size: number, columns: number): void {
  const subtract = (from: number, other: number, factor: number): void => {
    for (let c = 0; c < columns; c++) b[from * columns + c]! -= factor * b[other * columns + c]!;
  };
  const divide = (i: number): void => {
    for (let c = 0; c < columns; c++) b[i * columns + c]! /= lower[i * size + i]!;
  };
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, lower[i * size + k]!);
    divide(i);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtract(i, k, lower[k * size + i]!);
    divide(i);
  }
}
