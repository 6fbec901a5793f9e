import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-node';
import { PairLensError } from '../core/errors.ts';
import { type Matrix, matrix } from '../core/matching/matrix.ts';
import { bytesOverflow } from './byteOverflow.ts';
import { onnxRuntime, usableThreads } from './onnxRuntime.ts';

/** Only fatal messages: onnxruntime warns about every graph it optimises. */
const LOG_SEVERITY = 4;

/** One ONNX graph on the CPU. */
export interface OnnxSession {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
  run(feeds: Readonly<Record<string, OnnxValue>>): Promise<Readonly<Record<string, OnnxValue>>>;
  release(): Promise<void>;
}

/**
 * @param file checked ONNX file
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxSession(file: string, threads: number): Promise<OnnxSession> {
  const runtime = await onnxRuntime();
  const precise = await bytesOverflow();
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: usableThreads(threads),
      logSeverityLevel: LOG_SEVERITY,
      extra: {
        session: {
          // Spinning threads would take CPU time from the decoding threads.
          intra_op: { allow_spinning: '0' },
          // Slower, and nothing else gives the embeddings of other processors (cosine .99 without it).
          x64quantprecision: precise ? '1' : '0',
        },
      },
    });
  } catch (error) {
    throw new PairLensError('invalid-model', `The model file ${file} cannot be loaded.`, {
      path: file,
      remedy: 'Install PairLens again, or give --encoder another folder.',
      cause: error,
    });
  }
  return {
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
    run: (feeds) => session.run(feeds),
    release: () => session.release(),
  };
}

/** The tensor `name` among the outputs of a graph. @throws PairLensError `invalid-model`. */
export function tensorOutput(outputs: Readonly<Record<string, OnnxValue>>, name: string): Tensor {
  const value = outputs[name];
  if (value === undefined || !('dims' in value)) {
    throw new PairLensError('invalid-model', `The model has no output tensor "${name}".`);
  }
  return value;
}

/** The float output `name` of shape (rows, columns). @throws PairLensError `invalid-model`. */
export function matrixOutput(outputs: Readonly<Record<string, OnnxValue>>, name: string): Matrix {
  const { dims, data } = tensorOutput(outputs, name);
  const [rows, columns] = dims;
  if (
    !(data instanceof Float32Array) ||
    dims.length !== 2 ||
    rows === undefined ||
    columns === undefined
  ) {
    throw new PairLensError('invalid-model', `The model's output "${name}" is not a float matrix.`);
  }
  return matrix(rows, columns, data);
}
