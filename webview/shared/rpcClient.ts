import type { z } from 'zod';
import type { errorDataSchema } from '../../src/protocol/errorData.ts';
import { REQUESTS } from '../../src/protocol/serverApi.ts';
import {
  answerMessageSchema,
  eventSchema,
  HOST_REQUESTS,
  type HostEvent,
  type ForwardedRequest,
  type WebviewMethod,
  type WebviewParams,
  type WebviewResult,
} from '../../src/protocol/webviewApi.ts';

/** Message channel to the extension host; `subscribe` returns a function that unsubscribes. */
export interface Transport {
  post(message: unknown): void;
  listen(receive: (message: unknown) => void): () => void;
}

/** A serialized error of the host. */
export type WireError = z.output<typeof errorDataSchema>;

/** A request failed: with an error of the host, by cancellation, or with an invalid answer. */
export class RequestFailed extends Error {
  readonly data: WireError;
  constructor(data: WireError) {
    super(data.message);
    this.name = 'RequestFailed';
    this.data = data;
  }
}

/** Error data of any value thrown around a request. */
export function wireError(error: unknown): WireError {
  if (error instanceof RequestFailed) return error.data;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function isCancelled(error: unknown): boolean {
  return error instanceof RequestFailed && error.data.code === 'cancelled';
}

interface Pending {
  readonly method: WebviewMethod;
  resolve(value: unknown): void;
  reject(error: RequestFailed): void;
}

function resultSchema(method: WebviewMethod) {
  return method in HOST_REQUESTS
    ? HOST_REQUESTS[method as keyof typeof HOST_REQUESTS].result
    : REQUESTS[method as ForwardedRequest].result;
}

/**
 * Sends requests of a webview to its host. Answers are parsed with the schema of the request; answers to cancelled
 * requests are dropped. Events are passed to all listeners; unknown messages are ignored.
 */
export class RpcClient {
  readonly #transport: Transport;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: HostEvent) => void>();
  readonly #stop: () => void;
  #lastId = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#stop = transport.listen((message) => {
      this.#receive(message);
    });
  }

  /** Rejects with `RequestFailed`; when `signal` aborts, immediately with code `cancelled`. */
  call<M extends WebviewMethod>(
    method: M,
    params: WebviewParams<M>,
    signal?: AbortSignal,
  ): Promise<WebviewResult<M>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(cancelled(method));
        return;
      }
      const id = ++this.#lastId;
      const giveUp = () => {
        if (this.#pending.delete(id)) this.#transport.post({ cancel: id });
        reject(cancelled(method));
      };
      const cleanup = () => signal?.removeEventListener('abort', giveUp);
      this.#pending.set(id, {
        method,
        resolve: (value) => {
          cleanup();
          resolve(value as WebviewResult<M>);
        },
        reject: (error) => {
          cleanup();
          reject(error);
        },
      });
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#transport.post({ id, method, params });
    });
  }

  /** Returns a function that unsubscribes. */
  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Unsubscribes and cancels all pending requests. */
  dispose(): void {
    this.#stop();
    this.#listeners.clear();
    for (const pending of this.#pending.values()) pending.reject(cancelled(pending.method));
    this.#pending.clear();
  }

  #receive(message: unknown): void {
    const event = eventSchema.safeParse(message);
    if (event.success) {
      for (const listener of this.#listeners) listener(event.data);
      return;
    }
    const answer = answerMessageSchema.safeParse(message);
    if (!answer.success) return;
    const pending = this.#pending.get(answer.data.id);
    if (pending === undefined) return;
    this.#pending.delete(answer.data.id);
    if ('err' in answer.data) {
      pending.reject(new RequestFailed(answer.data.err));
      return;
    }
    const result = resultSchema(pending.method).safeParse(answer.data.ok);
    if (result.success) pending.resolve(result.data);
    else {
      pending.reject(
        new RequestFailed({
          code: 'internal',
          message: `The answer to "${pending.method}" has an unexpected shape: ${result.error.message}`,
        }),
      );
    }
  }
}

function cancelled(method: string): RequestFailed {
  return new RequestFailed({ code: 'cancelled', message: `"${method}" was cancelled.` });
}
