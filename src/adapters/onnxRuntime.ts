import type * as Runtime from 'onnxruntime-node';
import { PairLensError } from '../core/errors.ts';
import { cores } from './machine.ts';

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
