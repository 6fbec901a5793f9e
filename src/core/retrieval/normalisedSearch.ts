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
  /** Whether they are not (only) of the dataset that is searched. */
  readonly borrowed: boolean;
}

export interface RankedItem {
  /** Row of the gallery. */
  readonly item: number;
  /** Cosine with the query. */
  readonly similarity: number;
  /** What the item is ranked by: the cosine after the matcher's correction. */
  readonly score: number;
}

/** The cosine is corrected by nothing. */
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
 * What a matcher ranks candidates by: their similarities to one query, each corrected by what the bank's queries say.
 * @param similarities cosines of the query with the candidates (n); they are the scores where the bank is empty
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
 * The gallery items that fit a query best, hubs marked down by nearest neighbour normalisation or another matcher: an
 * item near to everything gives way to one that is near to this query. The correction is worked out for the nearest
 * candidates only, ten times as many as asked for and at least 200.
 *
 * @param query unit vector (d)
 * @param gallery unit rows (n, d), what `index` was built from
 * @param bank with no query in it the cosine decides
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
