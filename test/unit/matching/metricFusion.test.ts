import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import {
  type BaseMetric,
  denseMetric,
  fusedScores,
  type FusionWeights,
  productMetric,
  reciprocalEncoding,
  replacementGaps,
} from '../../../src/core/matching/metricFusion.ts';
import {
  denseBlocks,
  denseScores,
  gatheredRows,
  productBlocks,
  transposed,
} from '../../../src/core/matching/scoreBlocks.ts';
import { closeTo } from '../../support/closeTo.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';
import { runs } from '../../support/runs.ts';

const KINDS: readonly FusionWeights[] = ['equal', '1/G', 'R/G'];

interface Held {
  readonly s: Matrix;
  readonly within: Matrix;
}

async function held(queries: Matrix, gallery: Matrix): Promise<Held> {
  return {
    s: await denseScores(productBlocks(queries, gallery)),
    within: await denseScores(productBlocks(gallery, gallery)),
  };
}
const asMetric = ({ s, within }: Held): BaseMetric => denseMetric(denseBlocks(s), within);

const zScored = (values: number[]): number[] => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return values.map((v) => (sd > 1e-9 ? (v - mean) / sd : 0));
};
const scaled = (values: number[]): number[] => {
  const distances = values.map((v) => 1 - v);
  const [low, high] = [Math.min(...distances), Math.max(...distances)];
  return distances.map((v) => (high > low ? (v - low) / (high - low) : 0));
};
const places = (values: number[]): number[] => {
  const order = values.map((_, j) => j).sort((a, b) => values[b]! - values[a]! || a - b);
  return values.map((_, j) => order.indexOf(j) + 1);
};

/** Methods 8.1 written out on whole matrices. */
function oracle(metrics: readonly Held[], weights: FusionWeights): number[][] {
  const { rows, columns } = metrics[0]!.s;
  return Array.from({ length: rows }, (_, i) => {
    const raw = metrics.map(({ s, within }) => {
      if (weights === 'equal') return 1;
      const line = [...row(s, i)];
      const nearest = line.indexOf(Math.max(...line));
      const [c, u] = [scaled(line), scaled([...row(within, nearest)])];
      const gap = Math.sqrt(c.reduce((sum, value, j) => sum + (value - u[j]!) ** 2, 0)) + 1e-12;
      if (weights === '1/G') return 1 / gap;
      const forward = places(line);
      const r = forward.reduce((sum, f, j) => {
        const b = places([...row(transposed(s), j)])[i]!;
        return f <= 10 ? sum + 1 / (f * b) : sum;
      }, 0);
      return r / gap;
    });
    const total = raw.reduce((a, b) => a + b, 0);
    const z = metrics.map(({ s }) => zScored([...row(s, i)]));
    return Array.from({ length: columns }, (_u, j) =>
      z.reduce((sum, values, m) => sum + (raw[m]! / total) * values[j]!, 0),
    );
  });
}

for (const weights of KINDS) {
  describe(`fusion with ${weights} weights`, () => {
    test('equals the reconstruction written out on whole matrices', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 14 }),
          fc.integer({ min: 2, max: 14 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer(),
          async (n, m, count, seed) => {
            const random = seeded(seed);
            const metrics: Held[] = [];
            for (let q = 0; q < count; q++)
              metrics.push(await held(randomRows(n, 5, random), randomRows(m, 5, random)));
            const fused = await denseScores(await fusedScores(metrics.map(asMetric), weights, {}));
            closeTo(fused.data, oracle(metrics, weights).flat(), 1e-4);
          },
        ),
        { numRuns: runs(16) },
      );
    });

    test('products block by block give what held matrices give', async () => {
      const random = seeded(2);
      const spaces = [0, 1].map(
        () => [randomRows(1030, 5, random), randomRows(40, 5, random)] as const,
      );
      const blockwise = await fusedScores(
        spaces.map(([q, g]) => productMetric(q, g, {})),
        weights,
        {},
      );
      const metrics = await Promise.all(spaces.map(([q, g]) => held(q, g)));
      const whole = await fusedScores(metrics.map(asMetric), weights, {});
      closeTo((await denseScores(blockwise)).data, (await denseScores(whole)).data, 1e-4);
    });

    test('a metric twice is the metric once, scaled scores are the same scores', async () => {
      const random = seeded(6);
      const one = await held(randomRows(8, 4, random), randomRows(9, 4, random));
      const tripled = {
        ...one,
        s: matrix(
          8,
          9,
          one.s.data.map((value) => 3 * value),
        ),
      };
      const fuse = async (...metrics: Held[]): Promise<Float32Array> =>
        (await denseScores(await fusedScores(metrics.map(asMetric), weights, {}))).data;
      closeTo(await fuse(one, one), await fuse(one), 1e-5);
      closeTo(await fuse(tripled), await fuse(one), 1e-5);
    });

    test('permuting the gallery permutes the scores', async () => {
      const random = seeded(7);
      const turn = [3, 0, 4, 1, 2];
      const spaces = [0, 1].map(
        () => [randomRows(6, 4, random), randomRows(5, 4, random)] as const,
      );
      const fuse = async (order: number[]): Promise<Matrix> =>
        denseScores(
          await fusedScores(
            spaces.map(([q, g]) => productMetric(q, gatheredRows(g, order), {})),
            weights,
            {},
          ),
        );
      const [plain, turned] = [await fuse([0, 1, 2, 3, 4]), await fuse(turn)];
      closeTo(turned.data, transposed(gatheredRows(transposed(plain), turn)).data, 1e-5);
    });

    test('one item, equal items, nothing: numbers or nothing, never NaN', async () => {
      const random = seeded(8);
      const one = randomRows(1, 4, random);
      const same = gatheredRows(one, [0, 0, 0]);
      for (const [q, g] of [
        [one, one],
        [one, same],
        [matrix(0, 4), same],
        [same, matrix(0, 4)],
      ] as const) {
        const fused = await fusedScores(
          [productMetric(q, g, {}), productMetric(q, g, {})],
          weights,
          {},
        );
        assert.ok((await denseScores(fused)).data.every(Number.isFinite));
      }
      assert.equal((await denseScores(await fusedScores([], weights, {}))).data.length, 0);
    });
  });
}

test('a query and an item that have each other first, all the way down, reach the tenth harmonic number', async () => {
  // Item j is nearest to every query in the same order, and query 0 is nearest to every item.
  const s = matrix(12, 12);
  for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) s.data[i * 12 + j] = -i - j / 100;
  const r = await reciprocalEncoding(denseBlocks(s), {});
  let harmonic = 0;
  for (let f = 1; f <= 10; f++) harmonic += 1 / f;
  closeTo([r[0]!, r[1]!], [harmonic, harmonic / 2], 1e-9);
});

test('the gap is nought where the nearest item sees the gallery as the query does', async () => {
  const gallery = await denseScores(
    productBlocks(...([randomRows(5, 4, seeded(3)), randomRows(5, 4, seeded(3))] as const)),
  );
  const asQuery = row(gallery, 2).slice();
  const gaps = await replacementGaps(asQuery, 5, (items) =>
    Promise.resolve(gatheredRows(gallery, items).data),
  );
  closeTo(gaps, [0], 1e-6);
});

test('a weighted metric counts for its share', async () => {
  const random = seeded(5);
  const [a, b] = [
    await held(randomRows(4, 4, random), randomRows(6, 4, random)),
    await held(randomRows(4, 4, random), randomRows(6, 4, random)),
  ];
  const fuse = async (...metrics: BaseMetric[]): Promise<Float32Array> =>
    (await denseScores(await fusedScores(metrics, 'equal', {}))).data;
  const [onlyA, onlyB] = [await fuse(asMetric(a)), await fuse(asMetric(b))];
  closeTo(
    await fuse(asMetric(a), { ...asMetric(b), weight: 0.25 }),
    onlyA.map((value, at) => (value + 0.25 * onlyB[at]!) / 1.25),
    1e-5,
  );
});
