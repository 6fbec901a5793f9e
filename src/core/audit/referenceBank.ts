import type { Matrix } from '../matching/matrix.ts';

/** One row (or one mean) for each space the encoders speak. */
export interface Spaces<T> {
  /** Image embedding in the joint space. */
  readonly images: T;
  /** Caption embedding in the joint space. */
  readonly captions: T;
  readonly looks: T;
  readonly priors: T;
  readonly sentences: T;
}

/**
 * Shipped pairs that are known to fit: row i of every matrix is pair i. They lend neighbours to datasets too small to
 * have their own, and `means` is what centring shrinks toward.
 */
export interface ReferenceBank extends Spaces<Matrix> {
  readonly means: Spaces<Float32Array>;
}
