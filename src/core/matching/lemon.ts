/** Constants of LEMoN_fix (Zhang et al., ICML 2025, arXiv 2407.18941), cosine distances. */
export const LEMON_FIX = { k: 30, beta: 5, gamma: 5, tau1: 0.1, tau2: 5 } as const;

/** Distances of one neighbour of a pair. */
export interface LemonNeighbour {
  /** Distance in the modality the neighbour was found in, d(x_i, x_j) for an image. */
  readonly near: number;
  /** Distance in the other modality, d(y_i, y_j): small if similar images have similar captions. */
  readonly far: number;
  /** d_mm(j): the neighbour's own image-caption distance; mismatched neighbours get a low weight. */
  readonly own: number;
}

/**
 * One neighbour term of LEMoN (s_n for neighbours of the image, s_m for neighbours of the caption):
 * mean over j of far_j exp(-tau1 near_j) exp(-tau2 own_j), distances being 1 - cosine.
 * Higher means more likely mismatched; NaN without neighbours.
 */
export function lemonTerm(
  neighbours: Iterable<LemonNeighbour>,
  tau1: number = LEMON_FIX.tau1,
  tau2: number = LEMON_FIX.tau2,
): number {
  let sum = 0;
  let count = 0;
  for (const { near, far, own } of neighbours) {
    sum += far * Math.exp(-tau1 * near - tau2 * own);
    count++;
  }
  return sum / count;
}
