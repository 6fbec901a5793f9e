import type { InferenceSession } from 'onnxruntime-node';
import type { ByteProducts, InnerProducts } from '../core/matching/innerProducts.ts';
import { onnxRuntime, usableThreads } from './onnxRuntime.ts';

/**
 * Inner products by onnxruntime's matrix multiplication: about fifty times as fast as plain JavaScript. The calling thread
 * computes, with the help of others. Each graph is a single node, defined here, so that no model file is needed.
 * @param threads 0 for all cores
 * @throws PairLensError `missing-native-package` on the first call.
 */
export function onnxInnerProducts(threads = 0): InnerProducts {
  const floats = opener(GEMM, threads);
  const bytes = opener(MAT_MUL_INTEGER, threads);
  const ofBytes: ByteProducts = async (a, b, out) => {
    const { Tensor } = await onnxRuntime();
    const session = await bytes();
    const width = out.length / a.rows;
    await session.run(
      {
        a: new Tensor('uint8', a.data, [a.rows, a.columns]),
        b: new Tensor('int8', b, [a.columns, width]),
      },
      { s: new Tensor('int32', out, [a.rows, width]) },
    );
  };
  const ofFloats = async (...[a, b, out]: Parameters<InnerProducts>): Promise<Float32Array> => {
    const { Tensor } = await onnxRuntime();
    const session = await floats();
    const feeds = {
      a: new Tensor('float32', a.data, [a.rows, a.columns]),
      b: new Tensor('float32', b.data, [b.rows, b.columns]),
    };
    if (out !== undefined) {
      await session.run(feeds, { s: new Tensor('float32', out, [a.rows, b.rows]) });
      return out;
    }
    const { s } = await session.run(feeds);
    if (!(s?.data instanceof Float32Array)) throw new TypeError('The product is not float32.');
    return s.data;
  };
  return Object.assign(ofFloats, { ofBytes });
}

/** Opens a session when it is first asked for. */
function opener(graph: Uint8Array, threads: number): () => Promise<InferenceSession> {
  let opening: Promise<InferenceSession> | undefined;
  return async () => {
    const runtime = await onnxRuntime();
    opening ??= runtime.InferenceSession.create(graph, {
      executionProviders: ['cpu'],
      intraOpNumThreads: usableThreads(threads),
      logSeverityLevel: 4,
      // Between two products the calling thread works alone: spinning threads would take its processor time.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return opening;
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
/** TensorProto.DataType. */
const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const FORMAT = 8;
const OPSET = 13;

/** ValueInfoProto of a matrix with named dimensions. */
function values(
  field: number,
  name: string,
  type: number,
  rows: string,
  columns: string,
): number[] {
  const shape = nested(2, nested(1, text(2, rows)), nested(1, text(2, columns)));
  return nested(field, text(1, name), nested(2, nested(1, int(1, type), shape)));
}

/** ModelProto of a graph. */
function model(...graph: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...int(1, FORMAT), ...nested(7, ...graph), ...nested(8, int(2, OPSET))]);
}

/** s = a b^T: Gemm with transB = 1. */
const GEMM = model(
  nested(
    1,
    text(1, 'a'),
    text(1, 'b'),
    text(2, 's'),
    text(4, 'Gemm'),
    nested(5, text(1, 'transB'), int(3, 1), int(20, 2)),
  ),
  text(2, 'inner products'),
  values(11, 'a', FLOAT, 'n', 'd'),
  values(11, 'b', FLOAT, 'm', 'd'),
  values(12, 's', FLOAT, 'n', 'm'),
);

/** s = (a - 128) b. */
const MAT_MUL_INTEGER = model(
  nested(1, text(1, 'a'), text(1, 'b'), text(1, 'zero'), text(2, 's'), text(4, 'MatMulInteger')),
  text(2, 'products of bytes'),
  nested(5, int(2, UINT8), text(8, 'zero'), nested(9, [128])),
  values(11, 'a', UINT8, 'n', 'd'),
  values(11, 'b', INT8, 'd', 'm'),
  values(12, 's', INT32, 'n', 'm'),
);
