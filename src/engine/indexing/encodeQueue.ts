import { PairLensError } from '../../core/errors.ts';

/** Two batches: one being encoded, one ready to follow without a gap. */
const BATCHES_AHEAD = 2;

/**
 * Keeps the encoder busy while the caller prepares the next batch, and holds the caller back when it is ahead,
 * so that memory stays flat.
 */
export class EncodeQueue {
  private readonly running = new Set<Promise<void>>();
  private failure: PairLensError | undefined;

  constructor(private readonly limit = BATCHES_AHEAD) {}

  /**
   * Starts `encode`; resolves as soon as there is room for another batch.
   * @throws what an earlier batch threw.
   */
  async add(encode: () => Promise<void>): Promise<void> {
    this.throwFailure();
    const task = encode()
      .catch((error: unknown) => {
        this.failure ??= PairLensError.from(error);
      })
      .finally(() => this.running.delete(task));
    this.running.add(task);
    while (this.running.size >= this.limit) await Promise.race(this.running);
    this.throwFailure();
  }

  /**
   * Resolves when every batch is done.
   * @throws what a batch threw.
   */
  async onIdle(): Promise<void> {
    await Promise.all(this.running);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
