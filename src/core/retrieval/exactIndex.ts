import { dot } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import { TopLists } from '../matching/topLists.ts';
import type { VectorIndex } from '../ports.ts';

/** Exact nearest neighbours by exhaustive search of `items` (n, d), without native packages. */
export function exactIndex(items: Matrix): VectorIndex {
  return {
    size: items.rows,
    search(query, k) {
      const lists = new TopLists(1, Math.max(1, Math.min(k, items.rows)));
      for (let i = 0; i < items.rows; i++) {
        const similarity = dot(query, 0, items.data, i * items.columns, items.columns);
        if (similarity > (lists.thresholds[0] ?? 0)) lists.offer(0, i, similarity);
      }
      const count = lists.count(0);
      return {
        indices: lists.indices.slice(0, count),
        similarities: lists.similarities.slice(0, count),
      };
    },
    dispose() {
      // No native memory to free.
    },
  };
}
