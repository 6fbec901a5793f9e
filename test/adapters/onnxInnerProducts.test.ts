import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxInnerProducts } from '../../src/adapters/onnxInnerProducts.ts';
import {
  MOST_BYTE,
  plainByteProducts,
  plainInnerProducts,
} from '../../src/core/matching/innerProducts.ts';
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
    const out = new Float32Array(fast.length);
    assert.equal(await multiply(a, b, out), out);
    assert.deepEqual(out, fast);
  }
});

test('onnxruntime multiplies bytes as plain JavaScript does, the largest included', async () => {
  const random = seeded(5);
  const [rows, columns, width] = [19, 48, 7];
  const byte = (): number => Math.round(MOST_BYTE * (2 * random() - 1));
  const data = Uint8Array.from({ length: rows * columns }, () => 128 + byte());
  const group = Int8Array.from({ length: columns * width }, byte);
  // A row and a column that saturate 16 bits where a processor adds two products so and a value may be larger.
  data.fill(128 + MOST_BYTE, 0, columns);
  for (let c = 0; c < columns; c++) group[c * width] = MOST_BYTE;
  const { ofBytes } = onnxInnerProducts();
  assert.ok(ofBytes);
  const [fast, slow] = [new Int32Array(rows * width), new Int32Array(rows * width)];
  await ofBytes({ rows, columns, data }, group, fast);
  await plainByteProducts({ rows, columns, data }, group, slow);
  assert.equal(slow[0], columns * MOST_BYTE ** 2);
  assert.deepEqual(fast, slow);
});
