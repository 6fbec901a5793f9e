/** Handlers for the outcome of the latest request. */
export interface LatestHandlers<T> {
  done(value: T): void;
  failed(error: unknown): void;
}

/**
 * Runs one request at a time: a new one cancels the previous one. Only the outcome of the latest is delivered.
 */
export class Latest {
  #current: AbortController | undefined;

  /** Sends the request after a debounce delay in milliseconds (0: at once). */
  run<T>(
    delay: number,
    ask: (signal: AbortSignal) => Promise<T>,
    handlers: LatestHandlers<T>,
  ): void {
    this.cancel();
    const own = new AbortController();
    this.#current = own;
    const isNewest = () => this.#current === own;
    const start = async () => {
      try {
        const value = await ask(own.signal);
        if (isNewest()) {
          this.#current = undefined;
          handlers.done(value);
        }
      } catch (error) {
        if (isNewest()) {
          this.#current = undefined;
          handlers.failed(error);
        }
      }
    };
    if (delay <= 0) {
      void start();
      return;
    }
    const timer = setTimeout(() => void start(), delay);
    own.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  }

  /** Whether a request is scheduled or pending. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Cancels the request; its outcome is dropped. */
  cancel(): void {
    const own = this.#current;
    this.#current = undefined;
    own?.abort();
  }
}
