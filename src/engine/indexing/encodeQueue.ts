import { PairLensError } from '../../core/errors.ts';

/** One batch being encoded and one waiting. */
const BATCHES_AHEAD = 2;

/**
 * Encodes batches while the caller prepares the next one; `add` waits while the queue is full, which bounds the memory
 * use.
 */
export class EncodeQueue {
  readonly #running = new Set<Promise<void>>();
  #failure: PairLensError | undefined;
  readonly #limit: number;

  constructor(limit = BATCHES_AHEAD) {
    this.#limit = limit;
  }

  /**
   * Queues `encode`; resolves as soon as another batch may be added.
   * @throws the error of an earlier batch.
   */
  async add(encode: () => Promise<void>): Promise<void> {
    this.#throwFailure();
    const task = encode()
      .catch((error: unknown) => {
        this.#failure ??= PairLensError.from(error);
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
    this.#throwFailure();
  }

  /**
   * Resolves when all batches are done.
   * @throws the error of a batch.
   */
  async onIdle(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
