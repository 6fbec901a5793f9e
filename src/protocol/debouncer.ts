/** Runs an action after a delay without further calls. In src/protocol, which server, extension and webviews share. */
export class Debouncer {
  readonly #delayMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  get isPending(): boolean {
    return this.#timer !== undefined;
  }

  /** Runs `action` after the delay, instead of the action that is pending. */
  schedule(action: () => void, delayMs = this.#delayMs): void {
    this.cancel();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      action();
    }, delayMs);
  }

  /** Drops the pending action. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  dispose(): void {
    this.cancel();
  }
}
