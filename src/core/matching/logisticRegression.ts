import { solvePositive } from './solvePositive.ts';

/** A row of features with its class and weight. */
export interface LabelledRow {
  readonly features: ArrayLike<number>;
  readonly positive: boolean;
  readonly weight: number;
}

/** Log odds of the positive class: `offset` + the product of `weights` and features. */
export interface LogisticModel {
  readonly weights: readonly number[];
  readonly offset: number;
}

const MOST_STEPS = 30;
/** Newton's method has converged when no coefficient moves by more. */
const CONVERGED = 1e-8;
/** Keeps the system of the offset, which has no penalty, solvable. */
const JITTER = 1e-9;

/**
 * Weighted logistic regression with a ridge penalty: minimises sum w log(1 + exp(-y z)) + penalty / 2 |weights - prior|^2 by
 * Newton's method. The offset is not penalised. The problem is convex, so the result depends on the rows alone.
 * @param prior weights that few rows leave nearly as they are
 */
export function logisticRegression(
  rows: readonly LabelledRow[],
  prior: readonly number[],
  penalty: number,
): LogisticModel {
  const size = prior.length + 1;
  const at = Float64Array.of(...prior, 0);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, hessian } = derivatives(rows, at, prior, penalty);
    const move = solvePositive(hessian, gradient, size);
    // Half steps far from the optimum, where a whole one may overshoot.
    const largest = move.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.min(1, 2 / Math.max(largest, Number.MIN_VALUE));
    for (let f = 0; f < size; f++) at[f]! -= scale * move[f]!;
    if (largest < CONVERGED) break;
  }
  return { weights: [...at.subarray(0, -1)], offset: at[size - 1]! };
}

/** Gradient and Hessian (size, size) of the penalised loss. */
function derivatives(
  rows: readonly LabelledRow[],
  at: Float64Array,
  prior: readonly number[],
  penalty: number,
): { readonly gradient: Float64Array; readonly hessian: Float64Array } {
  const size = at.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  for (const { features, positive, weight } of rows) {
    let z = at[size - 1]!;
    for (let f = 0; f < size - 1; f++) {
      x[f] = features[f]!;
      z += at[f]! * x[f]!;
    }
    const p = 1 / (1 + Math.exp(-z));
    const slope = weight * (p - (positive ? 1 : 0));
    const curvature = weight * p * (1 - p);
    for (let a = 0; a < size; a++) {
      gradient[a]! += slope * x[a]!;
      for (let b = 0; b < size; b++) hessian[a * size + b]! += curvature * x[a]! * x[b]!;
    }
  }
  for (let f = 0; f < size; f++) {
    const isWeight = f < size - 1;
    if (isWeight) gradient[f]! += penalty * (at[f]! - prior[f]!);
    hessian[f * size + f]! += isWeight ? penalty : JITTER;
  }
  return { gradient, hessian };
}
