import { argMax, columnLogSumExp } from './columnStatistics.ts';
import type { PrepareNormaliser } from './normaliser.ts';
import { walkScores } from './scoreBlocks.ts';

/*
 * Three corrections that divide by the sum of a gallery item's exponentiated similarities to all bank queries. For
 * cosines: no 32-bit underflow while beta |s| is below about 80. The results only rank; never threshold them.
 */

/** Inverse temperature of cosines. */
const BETA = 20;

/**
 * Inverted softmax (Smith et al. 2017; for images and captions Liu & Ye 2019):
 * exp(beta s_ij) / sum over bank queries q of exp(beta s_qj), by streamed log-sum-exp of each column.
 * Transductive with the set's own queries as the bank.
 */
export function invertedSoftmaxNormaliser(beta = BETA): PrepareNormaliser {
  return async (bank, options) => {
    const total = await columnLogSumExp(bank, beta, options);
    return (row) => {
      for (let j = 0; j < row.length; j++) row[j] = Math.exp(beta * row[j]! - total[j]!);
    };
  };
}

/**
 * Dual softmax at inference (CAMoE, arXiv 2109.04290): s_ij exp(beta s_ij) / sum over bank queries of exp(beta s_qj).
 * Needs all test queries at once: transductive.
 */
export function dualSoftmaxNormaliser(beta = BETA): PrepareNormaliser {
  return async (bank, options) => {
    const total = await columnLogSumExp(bank, beta, options);
    return (row) => {
      for (let j = 0; j < row.length; j++) {
        row[j] = row[j]! * Math.exp(beta * row[j]! - total[j]!);
      }
    };
  };
}

/**
 * QB-Norm with the dynamic inverted softmax (Bogolin et al., CVPR 2022): a row is corrected as by inverted softmax only
 * where its best item is among the `k` best of at least one bank query; other rows stay raw. Corrected and raw rows
 * have different scales. Inductive: the bank is of training queries.
 */
export function qbNormNormaliser(beta = BETA, k = 1): PrepareNormaliser {
  return async (bank, options) => {
    const total = await columnLogSumExp(bank, beta, options);
    const activated = new Uint8Array(bank.columns);
    await walkScores(bank, options, (values) => {
      for (let at = 0; at < values.length; at += bank.columns) {
        const row = values.subarray(at, at + bank.columns);
        for (let place = 0; place < Math.min(k, row.length); place++) {
          const best = argMax(row);
          activated[best] = 1;
          row[best] = -Infinity;
        }
      }
    });
    return (row) => {
      if (row.length === 0 || activated[argMax(row)] === 0) return;
      for (let j = 0; j < row.length; j++) row[j] = Math.exp(beta * row[j]! - total[j]!);
    };
  };
}
