/**
 * Cross-domain similarity local scaling of one pair (Conneau et al. 2018; methods of word translation carried over
 * to images and captions): 2 s - r_q - r_g, where `meanOfQuery` is the mean of the k largest similarities of the
 * image to captions and `meanOfItem` that of the caption to images. A hub, near to everything, is marked down.
 */
export function csls(similarity: number, meanOfQuery: number, meanOfItem: number): number {
  return 2 * similarity - meanOfQuery - meanOfItem;
}

/**
 * Nearest neighbour normalisation (Chowdhury et al., EMNLP 2024): s - alpha b(j), `bias` b(j) being the mean of the
 * k largest similarities of gallery item j to a bank of reference queries.
 */
export function nnn(similarity: number, bias: number, alpha = 0.75): number {
  return similarity - alpha * bias;
}

/** How many neighbours speak of hubness in a set of `size`: 10 among hundreds, 50 among thousands, never half of them. */
export function hubnessNeighbours(size: number): number {
  return Math.max(1, Math.min(50, Math.round(Math.sqrt(size)), Math.floor(size / 2)));
}
