import { type AllPairsOptions, type CrossLists, crossLists, selfLists } from './allPairs.ts';
import type { RowProducts } from './innerProducts.ts';
import type { Matrix } from './matrix.ts';
import { probedCrossLists, probedSelfLists } from './probedLists.ts';
import type { TopLists } from './topLists.ts';

/** Up to this many rows on the longer side the lists are exact; above, nearly all of each list is found (docs/scale.md). */
export const MOST_EXACT_ROWS = 20_000;

export interface NeighbourOptions extends AllPairsOptions {
  /** Default `MOST_EXACT_ROWS`; Infinity for lists that are exact whatever their number. */
  readonly mostExactRows?: number | undefined;
  /** Computes the similarities of lists that are found among some candidates; default: plain JavaScript. */
  readonly rowProducts?: RowProducts;
}

/** Nearest neighbours of the rows of `a` (n, d) in `b` (m, d), and the reverse. @throws PairLensError `cancelled`. */
export function crossNeighbours(
  a: Matrix,
  b: Matrix,
  options: NeighbourOptions,
): Promise<CrossLists> {
  return areExact(Math.max(a.rows, b.rows), options)
    ? crossLists(a, b, options)
    : probedCrossLists(a, b, options);
}

/** Nearest neighbours of the rows of `x` among themselves, without the row itself. @throws PairLensError `cancelled`. */
export function selfNeighbours(x: Matrix, options: NeighbourOptions): Promise<TopLists> {
  return areExact(x.rows, options) ? selfLists(x, options) : probedSelfLists(x, options);
}

function areExact(rows: number, { mostExactRows = MOST_EXACT_ROWS }: NeighbourOptions): boolean {
  return rows <= mostExactRows;
}
