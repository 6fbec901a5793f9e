import { onnxInnerProducts } from '../../src/adapters/onnxInnerProducts.ts';
import { crossLists, selfLists } from '../../src/core/matching/allPairs.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import { seeded } from '../support/randomVectors.ts';

const DIMENSIONS = 384;
const K = 42;

/** Unit rows in random directions; uniform numbers will do for timing. */
function rows(n: number, seed: number): Matrix {
  const random = seeded(seed);
  const m = matrix(n, DIMENSIONS);
  const scale = Math.sqrt(12 / DIMENSIONS);
  for (let i = 0; i < m.data.length; i++) m.data[i] = (random() - 0.5) * scale;
  return m;
}

/** Exact top-k lists of all pairs, both ways across and within one side: time and peak memory. Alone in its process. */
export async function benchAllPairs(sizes = [12_500, 25_000, 50_000]): Promise<void> {
  const innerProducts = onnxInnerProducts();
  for (const n of sizes) {
    const [a, b] = [rows(n, 1), rows(n, 2)];
    const start = performance.now();
    await crossLists(a, b, { k: K, innerProducts });
    const across = performance.now();
    await selfLists(a, { k: K, innerProducts });
    const end = performance.now();
    // In KiB, and never falling: the sizes grow, so it is the peak of this one.
    const peak = process.resourceUsage().maxRSS / 2 ** 10;
    const vectors = (2 * n * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT) / 2 ** 20;
    const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
    console.log(
      `all-pairs ${n} x ${n}, ${DIMENSIONS}-d, k=${K}: across ${seconds(start, across)} s, ` +
        `within ${seconds(across, end)} s; peak of the process ${peak.toFixed(0)} MiB, ` +
        `of which vectors ${vectors.toFixed(0)} MiB`,
    );
  }
}
