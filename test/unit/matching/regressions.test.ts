import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type LabelledRow,
  logisticRegression,
} from '../../../src/core/matching/logisticRegression.ts';
import { RidgeRegression } from '../../../src/core/matching/ridgeRegression.ts';
import { gaussian, seeded } from '../../support/randomVectors.ts';

const SIZE = 4;
const PENALTY = 2;

function labelled(n: number): LabelledRow[] {
  const random = seeded(3);
  return Array.from({ length: n }, (_, r) => {
    const features = Array.from({ length: SIZE }, () => gaussian(random));
    const odds = features[0]! - 0.5 * features[1]! + 0.3;
    return {
      features,
      positive: random() < 1 / (1 + Math.exp(-odds)),
      weight: r % 3 === 0 ? 0.25 : 1,
    };
  });
}

/** The penalised loss, from its definition. */
function loss(
  rows: readonly LabelledRow[],
  prior: readonly number[],
  weights: readonly number[],
  offset: number,
): number {
  const data = rows.reduce((sum, { features, positive, weight }) => {
    const z = weights.reduce((total, w, f) => total + w * features[f]!, offset);
    return sum + weight * Math.log1p(Math.exp(positive ? -z : z));
  }, 0);
  return data + (PENALTY / 2) * weights.reduce((sum, w, f) => sum + (w - prior[f]!) ** 2, 0);
}

test('logistic regression ends where the loss, by its definition, has no slope in any direction', () => {
  const rows = labelled(300);
  const prior = [0.5, 0, 0, -1];
  const { weights, offset } = logisticRegression(rows, prior, PENALTY);
  const step = 1e-4;
  const slope = (f: number): number => {
    const at = (move: number): number =>
      loss(
        rows,
        prior,
        weights.map((w, n) => (n === f ? w + move : w)),
        f === SIZE ? offset + move : offset,
      );
    return (at(step) - at(-step)) / (2 * step);
  };
  for (let f = 0; f <= SIZE; f++) assert.ok(Math.abs(slope(f)) < 1e-4, `${f}: ${slope(f)}`);
});

test('weights stay at their prior without rows, and separable classes give finite ones', () => {
  const prior = [0.5, 0, 0, -1];
  assert.deepEqual(logisticRegression([], prior, PENALTY).weights, prior);
  const separable = [-2, -1, 1, 2].map((x) => ({ features: [x], positive: x > 0, weight: 1 }));
  const { weights } = logisticRegression(separable, [0], PENALTY);
  assert.ok(weights[0]! > 0 && weights[0]! < 2, `${weights[0]}`);
});

test('ridge regression solves its normal equations to 1e-4', () => {
  const random = seeded(4);
  const x = Array.from({ length: 40 }, () =>
    Float32Array.from({ length: 5 }, () => gaussian(random)),
  );
  const y = Array.from({ length: 40 }, () =>
    Float32Array.from({ length: 3 }, () => gaussian(random)),
  );
  const weight = (r: number): number => 0.2 + (r % 5) / 5;
  const regression = new RidgeRegression(5, 3);
  x.forEach((features, r) => regression.add(features, y[r]!, weight(r)));
  const map = regression.solve(PENALTY);
  // X'W(XB - Y) + penalty B = 0.
  for (let a = 0; a < 5; a++) {
    for (let c = 0; c < 3; c++) {
      let sum = PENALTY * map.data[c * 5 + a]!;
      x.forEach((features, r) => {
        const predicted = features.reduce((all, value, b) => all + value * map.data[c * 5 + b]!, 0);
        sum += weight(r) * features[a]! * (predicted - y[r]![c]!);
      });
      assert.ok(Math.abs(sum) < 1e-4, `${sum}`);
    }
  }
});
