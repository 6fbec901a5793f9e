/** What a `Latest` does with the newest outcome. */
export interface LatestHandlers<T> {
  done(value: T): void;
  failed(error: unknown): void;
}

/**
 * Runs one question at a time: a newer one cancels the older, and only the newest outcome is ever delivered,
 * whatever order the answers come in.
 */
export class Latest {
  #current: AbortController | undefined;

  /** Asks after `delay` milliseconds of quiet (0: at once). */
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

  /** Whether a question is waiting or on its way. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Gives the question up; its outcome is dropped. */
  cancel(): void {
    const own = this.#current;
    this.#current = undefined;
    own?.abort();
  }
}
