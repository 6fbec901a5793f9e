import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-node';
import { PairLensError } from '../core/errors.ts';
import { type Matrix, matrix } from '../core/matching/matrix.ts';
import { cores } from './machine.ts';

/** Only fatal messages: onnxruntime warns about every graph it optimises. */
const LOG_SEVERITY = 4;

/** One ONNX graph on the CPU. */
export interface OnnxSession {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
  run(feeds: Readonly<Record<string, OnnxValue>>): Promise<Readonly<Record<string, OnnxValue>>>;
  release(): Promise<void>;
}

let loading: Promise<typeof Runtime> | undefined;

/** @throws PairLensError `missing-native-package`, with what to do on this platform. */
export function onnxRuntime(): Promise<typeof Runtime> {
  // Disables the telemetry of onnxruntime 1.30 and later; must be set before the library is loaded.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  loading ??= import('onnxruntime-node').catch((error: unknown) => {
    loading = undefined;
    const where = `${process.platform}-${process.arch}`;
    throw new PairLensError(
      'missing-native-package',
      `onnxruntime-node cannot be loaded on ${where}: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy:
          process.platform === 'win32'
            ? 'Install the Visual C++ redistributable, then run npm ci again.'
            : 'Run npm ci again on this machine; Linux needs glibc 2.28 or newer (not musl).',
        cause: error,
      },
    );
  });
  return loading;
}

/** Limits a thread count to the number of cores, because more threads only use memory. 0 means all cores. */
export function usableThreads(threads: number): number {
  return Math.min(threads, cores());
}

/**
 * @param file checked ONNX file
 * @param threads per run; 0 for all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openOnnxSession(file: string, threads: number): Promise<OnnxSession> {
  const runtime = await onnxRuntime();
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
          // x64 processors without VNNI add products of bytes in 16 bits, which overflow: embeddings would be others (cosine .99).
          x64quantprecision: '1',
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
