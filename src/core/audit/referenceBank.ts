import type { Matrix } from '../matching/matrix.ts';
import type { Spaces } from './spaces.ts';

/**
 * Shipped pairs that are known to fit: row i of every matrix is pair i. They lend neighbours to datasets too small to
 * have their own, and `means` is what centring shrinks toward.
 */
export interface ReferenceBank extends Spaces<Matrix> {
  readonly means: Spaces<Float32Array>;
}
