import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseSafetensors,
  safetensorsFile,
  type Tensor,
} from '../../../src/core/export/safetensors.ts';

const file = safetensorsFile({
  metadata: { made: 'by a test' },
  tensors: new Map<string, Tensor>([
    ['odd', { shape: [3, 1], data: Float32Array.of(0.5, -2, 0.25) }],
    ['exact', { shape: [2], data: Float64Array.of(1 / 3, -1e-300) }],
  ]),
});

test('a file of tensors has the layout that other readers of the format expect', () => {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  assert.equal((8 + length) % 8, 0);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))), {
    __metadata__: { made: 'by a test' },
    odd: { dtype: 'F16', shape: [3, 1], data_offsets: [0, 6] },
    exact: { dtype: 'F64', shape: [2], data_offsets: [6, 22] },
  });
});

test('tensors come back, wherever the bytes lie in memory, also in a buffer of Node', () => {
  for (const shifted of [new Uint8Array(file.length + 1), Buffer.alloc(file.length + 1)]) {
    shifted.set(file, 1);
    const { metadata, tensors } = parseSafetensors(shifted.subarray(1));
    assert.deepEqual(metadata, { made: 'by a test' });
    assert.deepEqual([...tensors.get('odd')!.data], [0.5, -2, 0.25]);
    assert.deepEqual([...tensors.get('exact')!.data], [1 / 3, -1e-300]);
  }
});

test('a file cut off at any byte, or with any byte of its header gone wrong, throws an error or is read', () => {
  for (let end = 0; end < file.length; end++) {
    assert.throws(() => parseSafetensors(file.subarray(0, end)), Error, `${end}`);
  }
  for (let at = 0; at < 120; at++) {
    const broken = file.slice();
    broken[at] = 0xff;
    try {
      parseSafetensors(broken);
    } catch (error) {
      assert.match(
        String(error),
        /it is no safetensors file|its header is damaged|it is cut off or damaged/,
      );
    }
  }
});
