import type { HostEvent, WebviewMethod, WebviewResult } from '../../src/protocol/webviewApi.ts';

/** How the host answers one method: a value, or a function of the parameters that may take its time or throw. */
export type Answers = Partial<
  Record<WebviewMethod, (params: never, signal: AbortSignal) => unknown>
>;

export interface Call {
  readonly method: string;
  readonly params: unknown;
  readonly cancelled: boolean;
}

/** An extension host that answers a webview from a script and keeps what it was asked. */
export class ScriptedHost {
  readonly calls: Call[] = [];
  readonly #answers: Answers;
  readonly #running = new Map<number, AbortController>();
  #send: ((message: unknown) => void) | undefined;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  connect(send: (message: unknown) => void): void {
    this.#send = send;
  }

  emit(event: HostEvent): void {
    this.#send?.(event);
  }

  /** Calls of one method, the oldest first. */
  callsOf(method: WebviewMethod): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Replaces how a method is answered from now on. */
  answer<M extends WebviewMethod>(
    method: M,
    answer: (params: never, signal: AbortSignal) => WebviewResult<M> | Promise<WebviewResult<M>>,
  ): void {
    this.#answers[method] = answer;
  }

  receive(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('cancel' in message) {
      this.#running.get(message.cancel as number)?.abort();
      return;
    }
    const { id, method, params } = message as { id: number; method: string; params: unknown };
    const own = new AbortController();
    this.#running.set(id, own);
    const call = { method, params, cancelled: false };
    own.signal.addEventListener('abort', () => {
      call.cancelled = true;
    });
    this.calls.push(call);
    void this.#respond(id, method, params, own.signal);
  }

  async #respond(id: number, method: string, params: unknown, signal: AbortSignal): Promise<void> {
    try {
      const answer = this.#answers[method as WebviewMethod];
      const ok = answer === undefined ? {} : await answer(params as never, signal);
      this.#send?.({ id, ok });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#send?.({ id, err: { code: 'internal', message, remedy: 'Show the log.' } });
    } finally {
      this.#running.delete(id);
    }
  }
}
