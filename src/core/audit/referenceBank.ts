import type { Matrix } from '../matching/matrix.ts';
import type { Spaces } from './spaces.ts';

/**
 * Shipped matching pairs: row i of every matrix is pair i. They provide neighbours for datasets too small to have their
 * own; centring shrinks toward `means`.
 */
export interface ReferenceBank extends Spaces<Matrix> {
  readonly means: Spaces<Float32Array>;
}
