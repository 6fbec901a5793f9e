import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { auroc } from '../../../src/core/matching/auroc.ts';

/** The definition, pair by pair. */
function naive(scores: readonly number[], positive: readonly boolean[]): number {
  let sum = 0;
  let count = 0;
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (!positive[i] || positive[j]) continue;
      sum += a > b ? 1 : a === b ? 0.5 : 0;
      count++;
    }
  }
  return sum / count;
}

describe('AUROC', () => {
  test('it is the chance that a positive scores above a negative, ties counting half', () => {
    const item = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const scores = items.map(([score]) => score);
        const positive = items.map(([, wrong]) => wrong);
        const expected = naive(scores, positive);
        const actual = auroc(scores, positive);
        if (Number.isNaN(expected)) assert.ok(Number.isNaN(actual));
        else assert.ok(Math.abs(actual - expected) < 1e-12);
      }),
    );
  });
});
