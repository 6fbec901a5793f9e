import { naturalRanks } from '../dataset/naturalOrder.ts';
import { pairTest, type QueriedPair, quantityOf } from './pairTest.ts';
import type { Likes } from './likes.ts';
import type { Query, SortKey, SortOrder } from './query.ts';

const DATASET_ORDER: SortOrder = { key: 'dataset', descending: false };

/**
 * The indices of the pairs that a query selects, in its order. Pairs without the number that is sorted by come last.
 * @param pairs in dataset order
 * @param options.ranks of the images by name, if they are known: `naturalRanks` of all images takes about a second for
 *   100,000
 * @param options.likes what the conditions by meaning and likeness select
 */
export function selectPairs(
  pairs: readonly QueriedPair[],
  { condition, sort: asked, likes: conditions }: Query,
  { ranks, likes }: { readonly ranks?: () => ArrayLike<number>; readonly likes?: Likes } = {},
): Int32Array {
  const test = pairTest(condition, likes);
  const found: number[] = [];
  for (const [p, pair] of pairs.entries()) if (test(pair)) found.push(p);
  const [like, ...others] = conditions;
  if (asked === undefined && like !== undefined && others.length === 0) {
    const best = likes?.get(like);
    const rankOf = (p: number): number => {
      const pair = pairs[p];
      return (pair && best?.get(pair)) ?? Infinity;
    };
    // Not by difference: that of two pairs without a rank is no number.
    return Int32Array.from(found).sort((p, q) => order(rankOf(p), rankOf(q)) || p - q);
  }
  const sort = asked ?? DATASET_ORDER;
  if (sort.key === 'dataset') {
    if (sort.descending) found.reverse();
    return Int32Array.from(found);
  }
  const valueOf = sortValue(sort.key, pairs, ranks);
  const sign = sort.descending ? -1 : 1;
  const values = new Float64Array(pairs.length).fill(NaN);
  for (const p of found) values[p] = valueOf(p) ?? NaN;
  const valueAt = (p: number): number => values[p] ?? NaN;
  return Int32Array.from(found).sort((p, q) => {
    const [a, b] = [valueAt(p), valueAt(q)];
    if (Number.isNaN(a) || Number.isNaN(b)) {
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || p - q;
    }
    return sign * (a - b) || p - q;
  });
}

function order(a: number, b: number): number {
  return Number(a > b) - Number(a < b);
}

function sortValue(
  key: Exclude<SortKey, 'dataset'>,
  pairs: readonly QueriedPair[],
  ranks?: () => ArrayLike<number>,
): (p: number) => number | undefined {
  if (key === 'name') {
    const known = ranks?.() ?? naturalRanks(pairs.map(({ image }) => image));
    return (p) => known[p];
  }
  // Captions that are too alike to be judged still have an order.
  if (key === 'match') return (p) => pairs[p]?.fit;
  if (key === 'date') return (p) => pairs[p]?.modified;
  const quantity = SORTED_BY[key];
  return (p) => {
    const pair = pairs[p];
    return pair && quantityOf(pair, quantity);
  };
}

const SORTED_BY = { length: 'len', size: 'size' } as const;
