import { onnxInnerProducts } from '../../src/adapters/onnxInnerProducts.ts';
import type { MatchingSpaces } from '../../src/core/matching/matcher.ts';
import { MATCHERS } from '../../src/core/matching/matchers.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import { recallOf } from '../../src/core/matching/recall.ts';
import { normaliseRows } from '../support/goldenVectors.ts';
import { randomRows, seeded } from '../support/randomVectors.ts';

const DIMENSIONS = 384;
const REFERENCE = 1_024;

/** Pairs around ideas, every space with noise of its own: neighbourhoods that mean something. */
function pairs(n: number, seed: number): MatchingSpaces {
  const random = seeded(seed);
  const ideas = randomRows(n, DIMENSIONS, random);
  const seen = (): Matrix => {
    const m = matrix(n, DIMENSIONS);
    for (let at = 0; at < m.data.length; at++)
      m.data[at] = ideas.data[at]! + 0.2 * (random() - 0.5);
    return normaliseRows(m);
  };
  return { images: seen(), captions: seen(), visuals: seen(), priors: seen(), sentences: seen() };
}

/**
 * Every matcher on n images and n captions, both ways, ranked: seconds on the clock and of the processor (all its
 * cores, and the figure that holds on a busy machine), and memory beyond the vectors.
 */
export async function benchMatching(
  n = Number(process.env['PAIRLENS_BENCH_ITEMS'] ?? 10_000),
): Promise<void> {
  const innerProducts = onnxInnerProducts();
  const task = { spaces: pairs(n, 1), reference: pairs(REFERENCE, 2) };
  const owner = Int32Array.from({ length: n }, (_, i) => i);
  const dense = (n * n * 4) / 2 ** 20;
  console.log(
    `${n} images x ${n} captions, both ways; the dense matrix would take ${dense.toFixed(0)} MiB`,
  );
  for (const matcher of MATCHERS) {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    const look = (): void => {
      peak = Math.max(peak, process.memoryUsage().rss);
    };
    const options = { innerProducts, onProgress: look };
    const start = performance.now();
    const used = process.cpuUsage();
    const scores = await matcher.rescore(task, options);
    look();
    const { rsum } = await recallOf(scores, owner, options);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(used);
    console.log(
      `${matcher.id.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s  ` +
        `${((user + system) / 1e6).toFixed(1).padStart(6)} s processor  ` +
        `${((peak - before) / 2 ** 20).toFixed(0).padStart(5)} MiB  rsum ${rsum.toFixed(0)}`,
    );
  }
  console.log(`whole process at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}
