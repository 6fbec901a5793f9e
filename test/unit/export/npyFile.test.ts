import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromFloat16, toFloat16 } from '../../../src/core/float16.ts';
import { npyFile, npyHeader, parseNpyFloat16 } from '../../../src/core/export/npyFile.ts';

describe('.npy files', () => {
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
      assert.equal(fromFloat16(data.readUInt16LE(i * columns * 2)), fromFloat16(toFloat16(i)));
      assert.equal(
        fromFloat16(data.readUInt16LE((i + 1) * columns * 2 - 2)),
        fromFloat16(toFloat16(i)),
      );
    }
  });

  test('what is written can be read back, and a cut or foreign file is refused with a reason', () => {
    const values = [0.5, -1.25, 0, 65504, 2 ** -24, 3];
    const bytes = Buffer.concat([
      ...npyFile(3, 2, (i) => Float32Array.from(values.slice(2 * i, 2 * i + 2))),
    ]);
    const read = parseNpyFloat16(bytes);
    assert.deepEqual([read.rows, read.columns, [...read.data]], [3, 2, values]);
    assert.throws(() => parseNpyFloat16(bytes.subarray(0, -2)), /cut short/);
    assert.throws(() => parseNpyFloat16(Buffer.from('PK')), /not a \.npy/);
    const doubles = Buffer.from(bytes.toString('latin1').replace('<f2', '<f8'), 'latin1');
    assert.throws(() => parseNpyFloat16(doubles), /float16 matrix/);
  });
});
