import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxInnerProducts } from '../../src/adapters/onnxInnerProducts.ts';
import { plainInnerProducts } from '../../src/core/matching/innerProducts.ts';
import { matrix } from '../../src/core/matching/matrix.ts';
import { randomRows, seeded } from '../support/randomVectors.ts';

test('onnxruntime multiplies as plain JavaScript does, views of a larger array included', async () => {
  const random = seeded(4);
  const all = randomRows(60, 33, random);
  const a = matrix(17, 33, all.data.subarray(5 * 33, 22 * 33));
  const multiply = onnxInnerProducts();
  for (const b of [all, matrix(1, 33, all.data.subarray(0, 33))]) {
    const fast = await multiply(a, b);
    const slow = await plainInnerProducts(a, b);
    assert.equal(fast.length, slow.length);
    fast.forEach((value, i) => assert.ok(Math.abs(value - slow[i]!) < 1e-5));
  }
});
