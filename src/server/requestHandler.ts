import {
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
} from 'vscode-languageserver/node';
import { type ErrorData, PairLensError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { localize } from './localize.ts';
import { describeError } from './serverLog.ts';

/** An AbortSignal for the cancellation token; dispose it after the request. */
export function signalOf(token: CancellationToken): {
  readonly signal: AbortSignal;
  dispose(): void;
} {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  const listening = token.onCancellationRequested(() => controller.abort());
  return { signal: controller.signal, dispose: () => listening.dispose() };
}

/** The LSP error for any thrown value, with our error data. */
export function responseError(error: unknown): ResponseError<ErrorData> {
  const data = PairLensError.from(error).toData(localize);
  const code =
    data.code === 'cancelled'
      ? LSPErrorCodes.RequestCancelled
      : data.code === 'invalid-argument'
        ? ErrorCodes.InvalidParams
        : data.code === 'internal'
          ? ErrorCodes.InternalError
          : LSPErrorCodes.RequestFailed;
  return new ResponseError(code, data.message, data);
}

/**
 * Runs the handler of one request. Internal errors are logged with their stack.
 * @throws ResponseError for anything that `work` throws.
 */
export async function answer<R>(
  name: string,
  token: CancellationToken,
  log: Log,
  work: (signal: AbortSignal) => Promise<R> | R,
): Promise<R> {
  const cancellation = signalOf(token);
  const { signal } = cancellation;
  try {
    const result = await work(signal);
    if (signal.aborted) throw new PairLensError('cancelled', 'Cancelled.');
    return result;
  } catch (error) {
    if (PairLensError.from(error).code === 'internal') {
      log.error(`${name}: ${describeError(error)}`);
    }
    throw responseError(error);
  } finally {
    cancellation.dispose();
  }
}
