import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placesOfLargest } from '../../../src/core/matching/selection.ts';

test('the places of the largest values are found, the first of them in order', () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.float({ noNaN: true }),
    fc.constantFrom(NaN, -Infinity),
  );
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 60 }),
      fc.nat(70),
      fc.nat(4),
      (list, wanted, ordered) => {
        const values = Float32Array.from(list);
        const places = new Int32Array(wanted);
        placesOfLargest(values, places, ordered);
        const found = [...places].filter((place) => place >= 0);
        const sorted = [...values].filter((v) => v > -Infinity).sort((a, b) => b - a);
        const expected = sorted.slice(0, wanted);
        assert.equal(new Set(found).size, expected.length);
        const at = found.map((place) => values[place]!);
        assert.deepEqual(
          at.toSorted((a, b) => b - a),
          expected,
        );
        assert.deepEqual(at.slice(0, ordered), expected.slice(0, ordered));
      },
    ),
  );
});
