import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closerFirst, type HardNegative } from '../../../src/core/audit/detectors/hardNegative.ts';
import { ClosestFirst } from '../../../src/core/audit/detectors/closestFirst.ts';

const PAIRS = 8;
const hardNegative = fc
  .tuple(fc.nat(PAIRS - 2), fc.nat(PAIRS - 2), fc.constantFrom(0.75, 0.8, 0.9))
  .map(([a, b, closeness]): HardNegative => ({
    first: Math.min(a, b),
    second: Math.max(a, b) + 1,
    closeness,
  }));
const unique = (list: readonly HardNegative[]): HardNegative[] => [
  ...new Map(list.map((each) => [`${each.first} ${each.second}`, each])).values(),
];

test('whatever comes and goes, what is left stands as if it were sorted anew', () => {
  const step = fc.oneof(hardNegative, fc.nat(PAIRS - 1));
  fc.assert(
    fc.property(fc.array(hardNegative), fc.array(step), (start, steps) => {
      let expected = unique(start);
      const kept = new ClosestFirst(expected);
      for (const each of steps) {
        if (typeof each === 'number') {
          kept.drop(each);
          expected = expected.filter(({ first, second }) => first !== each && second !== each);
        } else if (unique([...expected, each]).length > expected.length) {
          kept.add(each);
          expected.push(each);
        }
        assert.deepEqual(kept.sorted, [...expected].sort(closerFirst));
      }
    }),
  );
});
