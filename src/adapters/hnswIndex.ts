import type { HierarchicalNSW } from 'hnswlib-node';
import type { Matrix } from '../core/matching/matrix.ts';
import type { Log, VectorIndex } from '../core/ports.ts';
import { exactIndex } from '../core/retrieval/exactIndex.ts';

/** Links per item and search width: recall@10 above 0.95 on embeddings of a few hundred dimensions. */
const LINKS = 16;
const BUILD_WIDTH = 200;
const LEAST_SEARCH_WIDTH = 200;

/**
 * Approximate nearest neighbours with hnswlib-node, an optional dependency. If it cannot be loaded, this is logged and
 * the search is exact, which is slower only for many queries of a large set.
 *
 * @param items unit rows (n, d)
 */
export async function hnswIndex(items: Matrix, log: Log): Promise<VectorIndex> {
  let index: HierarchicalNSW;
  try {
    // CommonJS: all bindings are on the default export.
    const { default: hnswlib } = await import('hnswlib-node');
    index = new hnswlib.HierarchicalNSW('ip', items.columns);
  } catch {
    log.info(
      'The optional package hnswlib-node is not available (it needs a C++ compiler at install time), so every search is exact.',
    );
    return exactIndex(items);
  }
  index.initIndex(Math.max(1, items.rows), LINKS, BUILD_WIDTH);
  for (let i = 0; i < items.rows; i++) {
    index.addPoint(Array.from(items.data.subarray(i * items.columns, (i + 1) * items.columns)), i);
  }
  return {
    size: items.rows,
    search(query, k) {
      const wanted = Math.min(k, items.rows);
      index.setEf(Math.max(LEAST_SEARCH_WIDTH, wanted));
      const { neighbors, distances } = index.searchKnn(Array.from(query), wanted);
      return {
        indices: Int32Array.from(neighbors),
        // hnswlib's distance is 1 - inner product.
        similarities: Float32Array.from(distances, (distance) => 1 - distance),
      };
    },
    dispose() {
      // The bindings free the graph with the object.
    },
  };
}
