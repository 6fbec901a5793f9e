import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { argMax } from '../../../src/core/matching/columnStatistics.ts';
import { cslsNormaliser, nnnNormaliser } from '../../../src/core/matching/hubness.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { normalised, type PrepareNormaliser } from '../../../src/core/matching/normaliser.ts';
import {
  denseBlocks,
  denseScores,
  gatheredRows,
  productBlocks,
  transposed,
} from '../../../src/core/matching/scoreBlocks.ts';
import {
  dualSoftmaxNormaliser,
  invertedSoftmaxNormaliser,
  qbNormNormaliser,
} from '../../../src/core/matching/softmaxNormalisation.ts';
import { closeTo } from '../../support/closeTo.ts';
import { GOLDEN_CAPTIONS as T, GOLDEN_IMAGES as V } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';
import { runs } from '../../support/runs.ts';

/** Formulas as written down, on whole matrices: rows of `bank` and `s` are queries. */
type Oracle = (s: Matrix, bank: Matrix) => number[][];

const rowsOf = (m: Matrix): number[][] => Array.from({ length: m.rows }, (_, i) => [...row(m, i)]);
const columnOf = (m: Matrix, j: number): number[] => rowsOf(m).map((values) => values[j]!);
const topMean = (values: number[], k: number): number => {
  const best = [...values].sort((a, b) => b - a).slice(0, k);
  return best.length === 0 ? 0 : best.reduce((sum, value) => sum + value, 0) / best.length;
};
const softmax = (s: number, column: number[], b: number): number =>
  Math.exp(b * s) / column.reduce((sum, other) => sum + Math.exp(b * other), 0);

const METHODS: Record<string, { readonly prepare: PrepareNormaliser; readonly oracle: Oracle }> = {
  'inverted softmax': {
    prepare: invertedSoftmaxNormaliser(20),
    oracle: (s, bank) =>
      rowsOf(s).map((line) => line.map((v, j) => softmax(v, columnOf(bank, j), 20))),
  },
  'dual softmax': {
    prepare: dualSoftmaxNormaliser(20),
    oracle: (s, bank) =>
      rowsOf(s).map((line) => line.map((v, j) => v * softmax(v, columnOf(bank, j), 20))),
  },
  CSLS: {
    prepare: cslsNormaliser(2),
    oracle: (s, bank) =>
      rowsOf(s).map((line) =>
        line.map((v, j) => 2 * v - topMean(line, 2) - topMean(columnOf(bank, j), 2)),
      ),
  },
  NNN: {
    prepare: nnnNormaliser(0.75, 2),
    oracle: (s, bank) =>
      rowsOf(s).map((line) => line.map((v, j) => v - 0.75 * topMean(columnOf(bank, j), 2))),
  },
  'QB-Norm': {
    prepare: qbNormNormaliser(20, 1),
    oracle: (s, bank) => {
      const active = new Set(rowsOf(bank).map((line) => line.indexOf(Math.max(...line))));
      return rowsOf(s).map((line) =>
        active.has(line.indexOf(Math.max(...line)))
          ? line.map((v, j) => softmax(v, columnOf(bank, j), 20))
          : line,
      );
    },
  },
};

async function dense(prepare: PrepareNormaliser, s: Matrix, bank = s): Promise<Matrix> {
  return denseScores(await normalised(denseBlocks(s), denseBlocks(bank), prepare, {}));
}
const golden = (): Promise<Matrix> => denseScores(productBlocks(V, T));
const argMaxes = (m: Matrix): number[] =>
  Array.from({ length: m.rows }, (_, i) => argMax(row(m, i)));

describe('golden numbers', () => {
  test('first row of each method', async () => {
    const s = await golden();
    closeTo(
      row(await dense(METHODS['inverted softmax']!.prepare, s), 0),
      [0.375215, 0.100593, 0, 0.371483, 0.074356, 0],
    );
    closeTo(
      row(await dense(cslsNormaliser(2), s), 0),
      [0.054274, -0.118104, -3.189719, -0.193569, -0.258216, -3.256505],
    );
    closeTo(
      row(await dense(nnnNormaliser(0.75, 2), s), 0),
      [0.198166, 0.11441, -1.443839, 0.126177, 0.070907, -1.4782],
    );
  });

  test('best item of each row', async () => {
    const s = await golden();
    assert.deepEqual(argMaxes(s), [0, 1, 2, 0, 0, 5]);
    const best = async (name: string): Promise<number[]> =>
      argMaxes(await dense(METHODS[name]!.prepare, s));
    assert.deepEqual(await best('inverted softmax'), [0, 4, 2, 3, 1, 5]);
    assert.deepEqual(await best('CSLS'), [0, 1, 2, 0, 1, 5]);
    assert.deepEqual(await best('NNN'), [0, 1, 2, 0, 1, 5]);
    assert.deepEqual(await best('dual softmax'), [0, 4, 2, 3, 1, 5]);
  });

  test('QB-Norm corrects rows whose best item a bank query wants, and leaves the others raw', async () => {
    const scores = productBlocks(gatheredRows(T, [0, 3, 4]), V);
    const bank = productBlocks(gatheredRows(T, [0, 1, 3]), V);
    const out = await denseScores(await normalised(scores, bank, qbNormNormaliser(20, 1), {}));
    closeTo(row(out, 0), [0.852981, 0.273673, 0.003873, 0.89659, 0.499949, 0.004938]);
    closeTo(row(out, 2), row(await denseScores(scores), 2), 0);
  });
});

for (const [name, { prepare, oracle }] of Object.entries(METHODS)) {
  describe(name, () => {
    test('equals the formula on the whole matrix for any sizes and any bank', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 1, max: 12 }),
          fc.integer(),
          async (n, m, b, seed) => {
            const random = seeded(seed);
            const [queries, gallery] = [randomRows(n, 5, random), randomRows(m, 5, random)];
            const s = await denseScores(productBlocks(queries, gallery));
            const bank = await denseScores(productBlocks(randomRows(b, 5, random), gallery));
            closeTo((await dense(prepare, s, bank)).data, oracle(s, bank).flat(), 1e-5);
          },
        ),
        { numRuns: runs(20) },
      );
    });

    test('blocks of products give what the dense matrix gives, over more than one block', async () => {
      const random = seeded(3);
      const [queries, gallery] = [randomRows(1100, 6, random), randomRows(70, 6, random)];
      const scores = productBlocks(queries, gallery);
      const blockwise = await denseScores(await normalised(scores, scores, prepare, {}));
      closeTo(blockwise.data, (await dense(prepare, await denseScores(scores))).data, 1e-5);
    });

    test('permuting queries and items permutes the result', async () => {
      const random = seeded(8);
      const s = await denseScores(
        productBlocks(randomRows(9, 4, random), randomRows(7, 4, random)),
      );
      const turned = (m: Matrix): Matrix =>
        transposed(
          gatheredRows(
            transposed(gatheredRows(m, [3, 8, 1, 0, 7, 2, 5, 4, 6])),
            [6, 2, 0, 5, 1, 4, 3],
          ),
        );
      closeTo((await dense(prepare, turned(s))).data, turned(await dense(prepare, s)).data, 1e-6);
    });

    test('an item that stands twice is scored the same twice', async () => {
      const random = seeded(9);
      const gallery = gatheredRows(randomRows(5, 4, random), [0, 1, 2, 3, 4, 1]);
      const scores = productBlocks(randomRows(8, 4, random), gallery);
      const out = await denseScores(await normalised(scores, scores, prepare, {}));
      closeTo(row(transposed(out), 1), row(transposed(out), 5), 1e-6);
    });

    test('nothing, and one query with one item, are no special case', async () => {
      assert.equal((await dense(prepare, matrix(0, 0))).data.length, 0);
      assert.equal((await dense(prepare, matrix(3, 0))).data.length, 0);
      const one = await dense(prepare, matrix(1, 1, Float32Array.of(0.5)));
      assert.ok(Number.isFinite(one.data[0]));
    });

    test('a bank without queries changes nothing', async () => {
      const s = await golden();
      assert.deepEqual((await dense(prepare, s, matrix(0, 6))).data, s.data);
    });
  });
}

test('CSLS and NNN scale with the similarities, so that rankings are those of unscaled ones', async () => {
  const s = await golden();
  const scaled = matrix(
    6,
    6,
    s.data.map((value) => value * 4),
  );
  for (const prepare of [cslsNormaliser(2), nnnNormaliser(0.75, 2)]) {
    const [plain, large] = [await dense(prepare, s), await dense(prepare, scaled)];
    closeTo(
      large.data,
      plain.data.map((value) => value * 4),
      1e-5,
    );
  }
});

test('CSLS ranks each row as NNN with half the weight does', async () => {
  const s = await golden();
  const order = (values: Float32Array): number[] =>
    [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const [a, b] = [await dense(cslsNormaliser(2), s), await dense(nnnNormaliser(0.5, 2), s)];
  for (let i = 0; i < 6; i++) assert.deepEqual(order(row(a, i)), order(row(b, i)));
});

test('log-sum-exp of large scores does not overflow', async () => {
  const s = matrix(2, 2, Float32Array.of(90, 80, 89, 80));
  const out = await dense(invertedSoftmaxNormaliser(20), s);
  closeTo(out.data, [1, 0.5, Math.exp(-20), 0.5], 1e-6);
});
