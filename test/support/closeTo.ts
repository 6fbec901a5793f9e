import assert from 'node:assert/strict';

/** The numbers are `expected` to within `tolerance`, one by one; beyond 1 it is relative. */
export function closeTo(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 2e-6,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [is, should] = [actual[i]!, expected[i]!];
    assert.ok(
      Math.abs(is - should) <= tolerance * Math.max(1, Math.abs(should)),
      `${is} is not ${should} at ${i}`,
    );
  }
}
