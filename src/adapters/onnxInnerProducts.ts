import type { InferenceSession } from 'onnxruntime-node';
import type { InnerProducts } from '../core/matching/innerProducts.ts';
import { onnxRuntime, usableThreads } from './onnxSession.ts';

/**
 * Inner products by onnxruntime's matrix multiplication: about fifty times as fast as plain JavaScript. The calling thread
 * computes, with the help of others. The graph is a single Gemm, defined here, so that no model file is needed.
 * @param threads 0 for all cores
 * @throws PairLensError `missing-native-package` on the first call.
 */
export function onnxInnerProducts(threads = 0): InnerProducts {
  let opening: Promise<InferenceSession> | undefined;
  return async (a, b) => {
    const runtime = await onnxRuntime();
    opening ??= runtime.InferenceSession.create(GEMM, {
      executionProviders: ['cpu'],
      intraOpNumThreads: usableThreads(threads),
      logSeverityLevel: 4,
      // Between two products the calling thread works alone: spinning threads would take its processor time.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const session = await opening;
    const { s } = await session.run({
      a: new runtime.Tensor('float32', a.data, [a.rows, a.columns]),
      b: new runtime.Tensor('float32', b.data, [b.rows, b.columns]),
    });
    if (!(s?.data instanceof Float32Array)) throw new TypeError('The product is not float32.');
    return s.data;
  };
}

/** Protocol buffer fields of onnx.proto3: a length-delimited one, and a varint below 128. */
function nested(field: number, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat();
  if (bytes.length > 16383) throw new RangeError('Longer than two length bytes can say.');
  const length =
    bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return [...tag(field, 2), ...length, ...bytes];
}
function text(field: number, value: string): number[] {
  return nested(field, [...new TextEncoder().encode(value)]);
}
function int(field: number, value: number): number[] {
  return [...tag(field, 0), value];
}
function tag(field: number, type: number): number[] {
  const key = (field << 3) | type;
  return key < 128 ? [key] : [(key & 127) | 128, key >> 7];
}
/** ValueInfoProto of a float matrix with named dimensions. */
function floats(field: number, name: string, rows: string, columns: string): number[] {
  const shape = nested(2, nested(1, text(2, rows)), nested(1, text(2, columns)));
  return nested(field, text(1, name), nested(2, nested(1, int(1, 1), shape)));
}

/** ModelProto of s = a b^T: Gemm with transB = 1, opset 13. */
const GEMM = Uint8Array.from([
  ...int(1, 8),
  ...nested(
    7,
    nested(
      1,
      text(1, 'a'),
      text(1, 'b'),
      text(2, 's'),
      text(4, 'Gemm'),
      nested(5, text(1, 'transB'), int(3, 1), int(20, 2)),
    ),
    text(2, 'inner products'),
    floats(11, 'a', 'n', 'd'),
    floats(11, 'b', 'm', 'd'),
    floats(12, 's', 'n', 'm'),
  ),
  ...nested(8, int(2, 13)),
]);
