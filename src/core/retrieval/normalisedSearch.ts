import { nnn } from '../matching/hubness.ts';
import { dot } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import type { VectorIndex } from '../ports.ts';

/** Reference queries averaged for one gallery item (NNN, Chowdhury et al., EMNLP 2024: k = 128 of thousands). */
const MAX_BANK_NEIGHBOURS = 128;
/** A bank from elsewhere knows less about this gallery's hubs: fewer neighbours, a third of the weight. */
const BORROWED_NEIGHBOURS = 16;
const OWN_WEIGHT = 0.75;
const BORROWED_WEIGHT = 0.25;
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
  /** Cosine less a share of the item's mean similarity to the reference queries nearest to it; only for ranking. */
  readonly score: number;
}

/**
 * The gallery items that fit a query best, hubs marked down by nearest neighbour normalisation: an item near to
 * everything gives way to one that is near to this query. The correction is worked out for the nearest candidates
 * only, ten times as many as asked for and at least 200.
 *
 * @param query unit vector (d)
 * @param gallery unit rows (n, d), what `index` was built from
 * @param bank with no query in it the cosine decides
 */
export function normalisedSearch(
  query: Float32Array,
  gallery: Matrix,
  index: VectorIndex,
  bank: QueryBank,
  top: number,
): RankedItem[] {
  const wanted = Math.min(gallery.rows, Math.max(MIN_CANDIDATES, top * CANDIDATES_PER_RESULT));
  if (wanted === 0) return [];
  const weight = bank.borrowed ? BORROWED_WEIGHT : OWN_WEIGHT;
  const k = bank.borrowed
    ? Math.min(BORROWED_NEIGHBOURS, bank.queries.rows)
    : bankNeighbours(bank.queries.rows);
  const { indices, similarities } = index.search(query, wanted);
  const ranked = Array.from(indices, (item, i) => {
    const similarity = similarities[i] ?? 0;
    const bias = bankSimilarity(gallery, item, bank.queries, k);
    return { item, similarity, score: nnn(similarity, bias, weight) };
  });
  return ranked.sort((a, b) => b.score - a.score || a.item - b.item).slice(0, top);
}

/** How many reference queries speak for one item: an eighth of a small bank, 128 of a large one. */
export function bankNeighbours(size: number): number {
  return Math.max(1, Math.min(MAX_BANK_NEIGHBOURS, Math.floor(size / 8)));
}

function bankSimilarity(gallery: Matrix, item: number, bank: Matrix, k: number): number {
  if (bank.rows === 0) return 0;
  const similarities = new Float32Array(bank.rows);
  for (let i = 0; i < bank.rows; i++) {
    similarities[i] = dot(
      gallery.data,
      item * gallery.columns,
      bank.data,
      i * bank.columns,
      bank.columns,
    );
  }
  const nearest = similarities.sort().subarray(bank.rows - k);
  return nearest.reduce((sum, value) => sum + value, 0) / k;
}
