import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { float16Bits, npyFile, npyHeader } from '../../../src/core/export/npyFile.ts';

/** The number that 16 bits stand for, straight from the definition in IEEE 754. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * mantissa * 2 ** -24
    : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

describe('.npy files', () => {
  test('every half-precision number survives', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = half(bits);
      if (Number.isNaN(value)) assert.ok(Number.isNaN(half(float16Bits(value))));
      else assert.equal(float16Bits(value), bits);
    }
  });

  test('a number becomes the nearest half-precision one, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = float16Bits(value);
        const error = Math.abs(half(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          const distance = Math.abs(half(other & 0xffff) - value);
          assert.ok(!(distance < error), `${value}: ${half(other)} is nearer than ${half(bits)}`);
          if (distance === error && error > 0) assert.equal(bits & 1, 0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('the header is what numpy.save writes, aligned to 64 bytes', () => {
    const header = npyHeader(1000, 384);
    assert.equal(header.length % 64, 0);
    const text = new TextDecoder('latin1').decode(header);
    assert.equal(text.slice(1, 8), 'NUMPY\u0001\u0000');
    assert.equal(
      text.slice(10),
      "{'descr': '<f2', 'fortran_order': False, 'shape': (1000, 384), }".padEnd(
        header.length - 11,
      ) + '\n',
    );
  });

  test('rows come out in order across chunks, from a buffer that is reused', () => {
    const rows = 3000;
    const columns = 300;
    const buffer = new Float32Array(columns);
    const chunks = [...npyFile(rows, columns, (i) => buffer.fill(i))];
    assert.ok(chunks.length > 2);
    const data = Buffer.concat(chunks.slice(1));
    assert.equal(data.length, rows * columns * 2);
    for (const i of [0, 1, 1747, 2999]) {
      assert.equal(half(data.readUInt16LE(i * columns * 2)), half(float16Bits(i)));
      assert.equal(half(data.readUInt16LE((i + 1) * columns * 2 - 2)), half(float16Bits(i)));
    }
  });
});
