import { TopLists } from '../../core/matching/topLists.ts';

/** The `k` most similar of `size` items, the best first; those of -Infinity are left out. */
export function nearest(size: number, k: number, similarity: (item: number) => number): number[] {
  const lists = new TopLists(1, Math.max(1, k));
  for (let item = 0; item < size; item++) {
    const value = similarity(item);
    if (value > lists.thresholds[0]!) lists.offer(0, item, value);
  }
  return [...lists.items(0)];
}
