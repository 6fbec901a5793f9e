import { bankScores, jointScores, type Matcher, type MatchingScores } from './matcher.ts';
import { type MatchOptions, rewrittenRows, type ScoreBlocks } from './scoreBlocks.ts';

/** Rewrites one row of raw similarities (m) of a query in place. */
export type RowRescorer = (row: Float32Array) => void;

/**
 * Computes a hubness correction from the similarities of bank queries (b) with the gallery (m). One pass over the bank,
 * block by block; keeps a few numbers for each gallery item.
 */
export type PrepareNormaliser = (bank: ScoreBlocks, options: MatchOptions) => Promise<RowRescorer>;

/**
 * `scores` corrected with `bank`. With the set's own queries as the bank the method is transductive, with other queries
 * inductive. An empty bank changes nothing.
 */
export async function normalised(
  scores: ScoreBlocks,
  bank: ScoreBlocks,
  prepare: PrepareNormaliser,
  options: MatchOptions,
): Promise<ScoreBlocks> {
  if (bank.rows === 0) return scores;
  return rewrittenRows(scores, await prepare(bank, options));
}

/** The matcher that corrects cosines in the joint space with the set's own queries, or with the reference pairs. */
export function normaliserMatcher(
  id: string,
  title: string,
  bank: 'own' | 'reference',
  prepare: PrepareNormaliser,
): Matcher {
  return {
    id,
    title,
    transductive: bank === 'own',
    needs: bank === 'own' ? [] : ['reference'],
    async rescore(task, options) {
      const own = jointScores(task, options);
      const asked = bank === 'own' ? own : bankScores(task, options);
      const corrected = (direction: keyof MatchingScores): Promise<ScoreBlocks> =>
        normalised(own[direction], asked[direction], prepare, options);
      return {
        imageToText: await corrected('imageToText'),
        textToImage: await corrected('textToImage'),
      };
    },
  };
}
