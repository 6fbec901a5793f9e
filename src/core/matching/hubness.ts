import { columnTopMeans, rowTopMean } from './columnStatistics.ts';
import type { PrepareNormaliser } from './normaliser.ts';

/** Nearest neighbours averaged by CSLS (Conneau et al. 2018). */
const CSLS_NEIGHBOURS = 10;
/** Largest number of bank queries averaged for one gallery item (NNN: 128 of thousands). */
const MAX_BANK_NEIGHBOURS = 128;
const NNN_WEIGHT = 0.75;
/** For a bank of another dataset, which predicts hubs less well: fewer neighbours, less weight (chosen on the dev split of Flickr8k). */
const BORROWED_NEIGHBOURS = 8;
const BORROWED_WEIGHT = 0.5;

/**
 * Cross-domain similarity local scaling of one pair (Conneau et al. 2018; methods of word translation carried over
 * to images and captions): 2 s - r_q - r_g, where `meanOfQuery` is the mean of the k largest similarities of the
 * image to captions and `meanOfItem` that of the caption to images. Lowers the scores of hubs.
 */
export function csls(similarity: number, meanOfQuery: number, meanOfItem: number): number {
  return 2 * similarity - meanOfQuery - meanOfItem;
}

/**
 * Nearest neighbour normalisation (Chowdhury et al., EMNLP 2024): s - alpha b(j), `bias` b(j) being the mean of the
 * k largest similarities of gallery item j to a bank of reference queries.
 */
export function nnn(similarity: number, bias: number, alpha = NNN_WEIGHT): number {
  return similarity - alpha * bias;
}

/** Number of neighbours averaged for hubness in a set of `size`: 10 of hundreds, 50 of thousands, less than half. */
export function hubnessNeighbours(size: number): number {
  return Math.max(1, Math.min(50, Math.round(Math.sqrt(size)), Math.floor(size / 2)));
}

/** Number of bank queries averaged for one item: an eighth of a small bank, 128 of a large one. */
export function bankNeighbours(size: number): number {
  return Math.max(1, Math.min(MAX_BANK_NEIGHBOURS, Math.floor(size / 8)));
}

/**
 * CSLS of whole rows: the bank gives r_g, the mean similarity of each gallery item to its `k` nearest bank queries;
 * r_q comes from the row itself and so changes no ranking. Transductive with the set's own queries as the bank.
 */
export function cslsNormaliser(k = CSLS_NEIGHBOURS): PrepareNormaliser {
  return async (bank, options) => {
    const ofItem = await columnTopMeans(bank, k, options);
    return (row) => {
      const ofQuery = rowTopMean(row, k);
      for (let j = 0; j < row.length; j++) row[j] = csls(row[j]!, ofQuery, ofItem[j]!);
    };
  };
}

/**
 * NNN of whole rows: s_ij - alpha b(j), b(j) from the `k` bank queries nearest to item j (an eighth of the bank, at
 * most 128, where `k` is not given). Inductive with a bank of other queries, transductive with the set's own.
 */
export function nnnNormaliser(alpha = NNN_WEIGHT, k?: number): PrepareNormaliser {
  return async (bank, options) => {
    const bias = await columnTopMeans(bank, k ?? bankNeighbours(bank.rows), options);
    return (row) => {
      for (let j = 0; j < row.length; j++) row[j] = nnn(row[j]!, bias[j]!, alpha);
    };
  };
}

/** NNN with a bank of reference queries from another dataset. Inductive. */
export function borrowedNnnNormaliser(): PrepareNormaliser {
  return nnnNormaliser(BORROWED_WEIGHT, BORROWED_NEIGHBOURS);
}
