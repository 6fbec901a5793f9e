/**
 * A memory budget shared by concurrent tasks, which wait in FIFO order until their share is free.
 * (async-mutex's semaphore takes time proportional to the weight: seconds for weights in bytes.)
 */
export class ByteBudget {
  readonly bytes: number;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  #free: number;

  /** @param bytes that may be in use concurrently */
  constructor(bytes: number) {
    this.bytes = bytes;
    this.#free = bytes;
  }

  /**
   * Runs `work` with `bytes` reserved; work that needs more than the whole budget runs alone.
   * `work` must not request more of the same budget: this can deadlock.
   */
  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const part = Math.min(bytes, this.bytes);
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes: part, start });
      this.#startWaiting();
    });
    try {
      return await work();
    } finally {
      this.#free += part;
      this.#startWaiting();
    }
  }

  #startWaiting(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.start();
    }
  }
}
