import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClaimedPair, reliability } from '../../../src/core/evaluation/reliability.ts';

function pairs(match: number, right: number, wrong: number, unknown = 0): ClaimedPair[] {
  return [
    ...Array.from({ length: right }, () => ({ match, right: true })),
    ...Array.from({ length: wrong }, () => ({ match, right: false })),
    ...Array.from({ length: unknown }, () => ({ match, right: undefined })),
  ];
}

describe('reliability', () => {
  it('compares what is claimed with what came true, in a tenth', () => {
    const [low, high] = reliability([...pairs(0.05, 1, 19), ...pairs(1, 90, 10)]);
    assert.deepEqual([low?.from, low?.to, low?.pairs, low?.right], [0, 0.1, 20, 0.05]);
    assert.deepEqual([high?.from, high?.to, high?.pairs, high?.right], [0.9, 1, 100, 0.9]);
    assert.ok(Math.abs((low?.claimed ?? 0) - 0.05) < 1e-9);
    // Wilson's formula with z = 1.645, by hand.
    assert.ok(Math.abs((high?.low ?? 0) - 0.8396) < 5e-4, String(high?.low));
    assert.ok(Math.abs((high?.high ?? 0) - 0.9393) < 5e-4, String(high?.high));
  });

  it('widens the interval by what is not known, and moves no share by it', () => {
    const [sure] = reliability(pairs(0.05, 0, 20));
    const [unsure] = reliability(pairs(0.05, 0, 20, 20));
    assert.deepEqual([unsure?.right, unsure?.pairs], [sure?.right, 20]);
    assert.deepEqual([(sure?.high ?? 1) < 0.15, (unsure?.high ?? 0) > 0.5], [true, true]);
  });

  it('joins sparse tenths between the ends, and leaves out what is left with few', () => {
    const bins = reliability([
      ...pairs(0.05, 0, 9),
      ...pairs(0.25, 2, 3),
      ...pairs(0.35, 3, 3),
      ...pairs(0.85, 4, 0),
      ...pairs(0.95, 30, 0),
    ]);
    assert.deepEqual(
      bins.map(({ from, to, pairs: count }) => [from, to, count]),
      [
        [0.1, 0.4, 11],
        [0.9, 1, 30],
      ],
    );
    assert.deepEqual(reliability([]), []);
  });
});
