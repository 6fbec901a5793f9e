import { borrowedNnnNormaliser, cslsNormaliser, nnnNormaliser } from '../matching/hubness.ts';
import { normalised, type PrepareNormaliser } from '../matching/normaliser.ts';
import type { Matrix } from '../matching/matrix.ts';
import {
  denseBlocks,
  gatheredRows,
  type MatchOptions,
  productBlocks,
} from '../matching/scoreBlocks.ts';
import {
  dualSoftmaxNormaliser,
  invertedSoftmaxNormaliser,
} from '../matching/softmaxNormalisation.ts';
import type { VectorIndex } from '../ports.ts';
import type { SearchMatcher } from './searchMatchers.ts';

const MIN_CANDIDATES = 200;
const CANDIDATES_PER_RESULT = 10;

/** Reference queries: unit rows (m, d) of the query's modality. */
export interface QueryBank {
  readonly queries: Matrix;
  /** Whether they are (partly) from another dataset than the searched one. */
  readonly borrowed: boolean;
}

export interface RankedItem {
  /** Row of the gallery. */
  readonly item: number;
  /** Cosine with the query. */
  readonly similarity: number;
  /** Ranking score: the cosine after the matcher's correction. */
  readonly score: number;
}

/** `cosine` has no correction. */
const SEARCH_NORMALISERS = {
  nnn: ({ borrowed }) => (borrowed ? borrowedNnnNormaliser() : nnnNormaliser()),
  cosine: undefined,
  csls: () => cslsNormaliser(),
  'inverted-softmax': () => invertedSoftmaxNormaliser(),
  'dual-softmax': () => dualSoftmaxNormaliser(),
} satisfies Record<SearchMatcher, ((bank: QueryBank) => PrepareNormaliser) | undefined>;

export interface SearchOptions extends MatchOptions {
  readonly matcher?: SearchMatcher | undefined;
}

/**
 * A matcher's ranking scores of candidates: their similarities to one query, corrected for hubness with the bank.
 * @param similarities cosines of the query with the candidates (n); returned unchanged if the bank is empty
 * @param candidates unit rows (n, d)
 * @throws PairLensError `cancelled`.
 */
export async function correctedScores(
  similarities: Float32Array,
  candidates: Matrix,
  bank: QueryBank,
  matcher: SearchMatcher,
  options: MatchOptions,
): Promise<Float32Array> {
  const raw = denseBlocks({ rows: 1, columns: similarities.length, data: similarities });
  const prepare = SEARCH_NORMALISERS[matcher]?.(bank);
  if (prepare === undefined) return raw.block(0, 1);
  const asked = productBlocks(bank.queries, candidates, options.innerProducts);
  return (await normalised(raw, asked, prepare, options)).block(0, 1);
}

/**
 * The gallery items that match a query best, with hubness correction by nearest neighbour normalisation or another
 * matcher, which lowers the rank of items that are near to every query. The correction is computed for the nearest
 * candidates only: ten times the requested number, and at least 200.
 *
 * @param query unit vector (d)
 * @param gallery unit rows (n, d) from which `index` was built
 * @param bank if empty, results are ranked by the cosine
 * @throws PairLensError `cancelled`.
 */
export async function normalisedSearch(
  query: Float32Array,
  gallery: Matrix,
  index: VectorIndex,
  bank: QueryBank,
  top: number,
  { matcher = 'nnn', ...options }: SearchOptions = {},
): Promise<RankedItem[]> {
  const wanted = Math.min(gallery.rows, Math.max(MIN_CANDIDATES, top * CANDIDATES_PER_RESULT));
  if (wanted === 0) return [];
  const { indices, similarities } = index.search(query, wanted);
  const row = await correctedScores(
    similarities,
    gatheredRows(gallery, indices),
    bank,
    matcher,
    options,
  );
  const ranked = Array.from(indices, (item, i) => ({
    item,
    similarity: similarities[i] ?? 0,
    score: row[i] ?? 0,
  }));
  return ranked.sort((a, b) => b.score - a.score || a.item - b.item).slice(0, top);
}
