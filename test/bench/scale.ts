import path from 'node:path';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { crossLists } from '../../src/core/matching/allPairs.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { centred, shrunkMean } from '../../src/core/matching/centring.ts';
import type { InnerProducts } from '../../src/core/matching/innerProducts.ts';
import type { Matrix } from '../../src/core/matching/matrix.ts';
import { crossNeighbours, selfNeighbours } from '../../src/core/matching/neighbourLists.ts';
import { gatheredRows } from '../../src/core/matching/scoreBlocks.ts';
import { openRoom } from '../../src/core/matching/simd/vectorArena.ts';
import type { TopLists } from '../../src/core/matching/topLists.ts';
import { auditDataset } from '../../src/engine/audit/auditDataset.ts';
import type { DatasetAudit } from '../../src/engine/audit/datasetAudit.ts';
import { KeptRuns } from './keptRuns.ts';
import { realSizePairs, type RealSizePairs } from './realSizePairs.ts';

const CROSS_K = 62;
const SELF_K = 42;
/** Rows whose lists are compared with exact ones. */
const SAMPLED = 200;

/**
 * Audits of embedded pairs: time, memory, recall of the neighbour lists, and what exact lists would have found.
 * PAIRLENS_BENCH_PHOTOS names the folders whose photos the pairs are made of, PAIRLENS_BENCH_SIZES their numbers,
 * PAIRLENS_BENCH_EXACT=1 audits with exact lists as well, which takes time by the square. PAIRLENS_BENCH_DIR keeps the embedded
 * photos, and the findings of the first run, which later ones are compared with. PAIRLENS_BENCH_LISTS=0 leaves out the recall.
 */
export async function benchScale(): Promise<void> {
  const { env } = process;
  const kept = new KeptRuns(env['PAIRLENS_BENCH_DIR']);
  const folders = (env['PAIRLENS_BENCH_PHOTOS'] ?? 'samples').split(path.delimiter);
  const made = async (size: string): Promise<RealSizePairs> =>
    realSizePairs(await kept.photos(folders), Number(size));
  console.log(`made of ${(await kept.photos(folders)).dataset.pairs.length} photos`);
  const encoders = await openEncoders(undefined, undefined);
  for (const size of (env['PAIRLENS_BENCH_SIZES'] ?? '10000,30000,100000').split(',')) {
    const audit = async (mostExactRows?: number): Promise<Audited> => {
      const { embedded, wrong } = await made(size);
      const run = await timed(() =>
        auditDataset(embedded, {
          ...encoders,
          levels: DEFAULT_LEVELS,
          releases: true,
          ...(mostExactRows !== undefined && { mostExactRows }),
        }),
      );
      return { ...run, auroc: aurocOf(run.result, wrong).toFixed(4) };
    };
    const run = await audit();
    const peak = process.resourceUsage().maxRSS / 2 ** 10;
    const own = keysOf(run.result);
    console.log(
      `${size} pairs: audit ${run.seconds}; peak of the process ${peak.toFixed(0)} MiB; ` +
        `AUROC ${run.auroc}; findings about ${own.size} pairs and images`,
    );
    console.log(`  ${await kept.compared(Number(size), run.result)}`);
    if (env['PAIRLENS_BENCH_LISTS'] !== '0')
      await measureLists(await made(size), encoders.innerProducts);
    if (env['PAIRLENS_BENCH_EXACT'] === undefined) continue;
    const exact = await audit(Infinity);
    const wanted = keysOf(exact.result);
    const same = [...wanted].filter((key) => own.has(key)).length;
    console.log(
      `  with exact lists: ${exact.seconds}; AUROC ${exact.auroc}; ` +
        `${wanted.size} findings, ${((100 * same) / wanted.size).toFixed(2)} % of them in the audit above, ` +
        `which has ${own.size - same} others`,
    );
  }
  await encoders.close();
}

interface Audited {
  readonly result: DatasetAudit;
  readonly seconds: string;
  readonly auroc: string;
}

async function measureLists(made: RealSizePairs, innerProducts: InnerProducts): Promise<void> {
  const { images, texts } = made.embedded;
  const matrices = [images.embedding, texts.embedding, images.visual, texts.sentence] as const;
  const room = openRoom(matrices.map(({ rows, columns }) => [rows, columns]));
  const inCentre = (m: Matrix): Matrix =>
    centred(m, shrunkMean(m, new Float32Array(m.columns), 1), room.matrix(m.rows, m.columns));
  const options = { innerProducts, rowProducts: room.products };
  const [a, b] = [inCentre(images.embedding), inCentre(texts.embedding)];
  const cross = await timed(() => crossNeighbours(a, b, { ...options, k: CROSS_K }));
  const { rows, columns } = cross.result;
  const recalls = [await recallOf(rows, a, b, options), await recallOf(columns, b, a, options)];
  report('captions of images and images of captions', cross.seconds, recalls);
  for (const [name, m] of [
    ['like images', images.visual],
    ['like captions', texts.sentence],
  ] as const) {
    const x = inCentre(m);
    const { result, seconds } = await timed(() => selfNeighbours(x, { ...options, k: SELF_K }));
    report(name, seconds, [await recallOf(result, x, x, options)]);
  }
}

function report(name: string, seconds: string, recalls: readonly number[]): void {
  console.log(`  ${name}: ${seconds}; recall ${recalls.map((r) => r.toFixed(4)).join(' and ')}`);
}

/** Share of the exact lists of some rows that was found. */
async function recallOf(
  lists: TopLists,
  queries: Matrix,
  items: Matrix,
  options: { readonly innerProducts: InnerProducts },
): Promise<number> {
  const sampled = Array.from({ length: SAMPLED }, (_, n) =>
    Math.floor(((n + 0.5) * queries.rows) / SAMPLED),
  );
  const { k } = lists;
  const { rows } = await crossLists(gatheredRows(queries, sampled), items, {
    ...options,
    k: k + 1,
  });
  let hits = 0;
  for (const [n, q] of sampled.entries()) {
    const found = new Set(lists.items(q));
    const exact = [...rows.items(n)].filter((item) => queries !== items || item !== q).slice(0, k);
    hits += exact.filter((item) => found.has(item)).length;
  }
  return hits / (SAMPLED * k);
}

/** The rules with what each finding is about. */
function keysOf({ findings }: DatasetAudit): ReadonlySet<string> {
  return new Set(findings.map(({ code, pair, image }) => `${code} ${pair ?? image}`));
}

/** How well the probabilities tell the exchanged captions from the others. */
function aurocOf({ pairs }: DatasetAudit, wrong: readonly boolean[]): number {
  return auroc(
    pairs.map((pair) => pair?.mismatch ?? 0),
    wrong,
  );
}

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; seconds: string }> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  const spent = (performance.now() - wall) / 1000;
  const processor = (user + system) / 1e6;
  return { result, seconds: `${spent.toFixed(1)} s, processor ${processor.toFixed(1)} s` };
}
