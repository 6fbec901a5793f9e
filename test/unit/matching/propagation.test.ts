import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { crossLists } from '../../../src/core/matching/allPairs.ts';
import { dotRows } from '../../../src/core/matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import {
  blockAffinity,
  neighbourMean,
  propagate,
  pseudoPartner,
  type SharedSpecific,
} from '../../../src/core/matching/propagation.ts';
import { gatheredRows, stackedRows } from '../../../src/core/matching/scoreBlocks.ts';
import { closeTo } from '../../support/closeTo.ts';
import { GOLDEN_CAPTIONS as T, GOLDEN_IMAGES as V } from '../../support/goldenVectors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';
import { runs } from '../../support/runs.ts';

const same = (images: Matrix, captions: Matrix): SharedSpecific => ({
  images: { shared: images, specific: images },
  captions: { shared: captions, specific: captions },
});

function world(n: number, m: number, seed: number): SharedSpecific {
  const random = seeded(seed);
  return {
    images: { shared: randomRows(n, 4, random), specific: randomRows(n, 3, random) },
    captions: { shared: randomRows(m, 4, random), specific: randomRows(m, 5, random) },
  };
}

/** The affinity on whole matrices: the k largest of every row of every block. */
function oracleAffinity({ images, captions }: SharedSpecific, k: number): number[][] {
  const n = images.shared.rows;
  const total = n + captions.shared.rows;
  const value = (r: number, x: number): number => {
    if (r === x) return -1;
    if (r < n && x < n) return (1 + dotRows(images.specific, r, images.specific, x)) / 2;
    if (r >= n && x >= n)
      return (1 + dotRows(captions.specific, r - n, captions.specific, x - n)) / 2;
    const [i, j] = r < n ? [r, x - n] : [x, r - n];
    return (1 + dotRows(images.shared, i, captions.shared, j)) / 2;
  };
  return Array.from({ length: total }, (_, r) => {
    const line = Array.from({ length: total }, (_u, x) => value(r, x));
    const kept = new Set(
      [
        [0, n],
        [n, total],
      ].flatMap(([start, end]) =>
        Array.from({ length: end! - start! }, (_u, at) => start! + at)
          .filter((x) => x !== r)
          .sort((a, b) => line[b]! - line[a]! || a - b)
          .slice(0, k),
      ),
    );
    return line.map((a, x) => (kept.has(x) ? a : 0));
  });
}

describe('shared-specific propagation', () => {
  test('the golden rows, symmetric and by rows', async () => {
    const affinity = await blockAffinity(same(V, T), 2, {}, true);
    const features = stackedRows(V, T);
    closeTo(
      row(neighbourMean(affinity, features, 'symmetric'), 0),
      [0.516898, -0.510736, 0.220351, -0.505947],
    );
    closeTo(row(neighbourMean(affinity, features), 0), [0.513128, -0.506645, 0.220156, -0.500172]);
  });

  test('the sparse block form equals whole matrices, for any sizes and one or two rounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer(),
        async (n, m, k, rounds, seed) => {
          const features = world(n, m, seed);
          const a = oracleAffinity(features, k);
          let z = [...Array(n + m).keys()].map((r) =>
            r < n
              ? [
                  ...row(features.images.specific, r),
                  0,
                  0,
                  0,
                  0,
                  0,
                  ...row(features.images.shared, r),
                ]
              : [
                  0,
                  0,
                  0,
                  ...row(features.captions.specific, r - n),
                  ...row(features.captions.shared, r - n),
                ],
          );
          for (let round = 0; round < rounds; round++) {
            z = z.map((own, r) => {
              const degree = a[r]!.reduce((x, y) => x + y, 0);
              return own.map((value, c) => {
                const near = a[r]!.reduce((sum, weight, x) => sum + weight * z[x]![c]!, 0);
                return 0.5 * value + 0.5 * (degree > 0 ? near / degree : 0);
              });
            });
          }
          const unit = (values: number[]): number[] => {
            const norm = Math.hypot(...values);
            return values.map((value) => (norm > 1e-9 ? value / norm : value));
          };
          const out = await propagate(features, { k, rounds });
          closeTo(
            out.images.data,
            z.slice(0, n).flatMap((v) => unit(v.slice(8))),
            1e-4,
          );
          closeTo(
            out.captions.data,
            z.slice(n).flatMap((v) => unit(v.slice(8))),
            1e-4,
          );
          closeTo(
            out.pseudoSentences.data,
            z.slice(0, n).flatMap((v) => unit(v.slice(3, 8))),
            1e-4,
          );
          closeTo(
            out.pseudoVisuals.data,
            z.slice(n).flatMap((v) => unit(v.slice(0, 3))),
            1e-4,
          );
        },
      ),
      { numRuns: runs(20) },
    );
  });

  test('permuting the captions permutes what is learnt', async () => {
    const features = world(6, 7, 4);
    const turn = [6, 1, 3, 0, 5, 2, 4];
    const turned = {
      images: features.images,
      captions: {
        shared: gatheredRows(features.captions.shared, turn),
        specific: gatheredRows(features.captions.specific, turn),
      },
    };
    const [a, b] = [await propagate(features, { k: 3 }), await propagate(turned, { k: 3 })];
    closeTo(b.images.data, a.images.data, 1e-6);
    closeTo(b.captions.data, gatheredRows(a.captions, turn).data, 1e-6);
  });

  test('with alpha 1 everything stays; exact twins, one pair and nothing are no special case', async () => {
    const features = world(5, 5, 9);
    closeTo(
      (await propagate(features, { alpha: 1 })).images.data,
      features.images.shared.data,
      1e-6,
    );
    const twins = same(gatheredRows(V, [0, 0, 1]), gatheredRows(T, [0, 0, 1]));
    const { images } = await propagate(twins, { k: 2 });
    closeTo(row(images, 0), row(images, 1), 1e-6);
    const one = await propagate(same(gatheredRows(V, [0]), gatheredRows(T, [0])));
    assert.ok(one.images.data.every(Number.isFinite));
    assert.equal((await propagate(same(matrix(0, 4), matrix(0, 4)))).images.rows, 0);
  });

  test('a pseudo caption is the mean of the captions nearby, never the own one', async () => {
    const { rows } = await crossLists(V, T, { k: 6 });
    const own = new Set([0]);
    const pseudo = pseudoPartner(rows, 0, T, 2, (item) => own.has(item));
    // The golden similarities of image 0 put captions 1 and 4 next to its own.
    const weight = (j: number): number => (1 + dotRows(V, 0, T, j)) / 2;
    const sum = [0, 1, 2, 3].map((c) => weight(1) * row(T, 1)[c]! + weight(4) * row(T, 4)[c]!);
    closeTo(
      pseudo,
      sum.map((value) => value / Math.hypot(...sum)),
      1e-6,
    );
    assert.deepEqual([...pseudoPartner(rows, 0, T, 2, () => true)], [0, 0, 0, 0]);
  });
});
