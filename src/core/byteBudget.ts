/**
 * Memory that several pieces of work share: each waits, first come first served, until its part is free.
 * (async-mutex's semaphore, whose time grows with the weight, takes seconds to count bytes.)
 */
export class ByteBudget {
  readonly bytes: number;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  #free: number;

  /** @param bytes that may be in use at a time */
  constructor(bytes: number) {
    this.bytes = bytes;
    this.#free = bytes;
  }

  /**
   * Runs `work` while `bytes` are set aside for it; work that needs more than the whole budget runs alone.
   * Work that waited for more of the same budget inside might wait for itself.
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
