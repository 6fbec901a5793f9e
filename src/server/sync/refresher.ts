import { PairLensError } from '../../core/errors.ts';
import type { ServerContext } from '../context.ts';
import { ProgressDisplay } from './workDoneProgress.ts';
import { describeError } from '../serverLog.ts';
import type { StatusReporter } from './statusReporter.ts';

/**
 * Reads, indexes and audits the client's folders, one run at a time. All calls during a run share one following run.
 */
export class Refresher {
  readonly #context: ServerContext;
  readonly #status: StatusReporter;
  readonly #folders: () => readonly string[];
  readonly #refreshed: () => void;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #stop: AbortController | undefined;
  #runs = 0;
  /** Whether the run after the current one is not wanted any more. */
  #stopped = false;

  /** @param refreshed called after each successful run. */
  constructor(
    context: ServerContext,
    status: StatusReporter,
    folders: () => readonly string[],
    refreshed: () => void,
  ) {
    this.#context = context;
    this.#status = status;
    this.#folders = folders;
    this.#refreshed = refreshed;
  }

  get isBusy(): boolean {
    return this.#running !== undefined || this.#next !== undefined;
  }

  /** Resolves once the state of the disk at the time of the call is audited. Never rejects. */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#run().finally(() => (this.#running = undefined));
      return this.#running;
    }
    this.#stopped = false;
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#stopped ? undefined : this.refresh();
    });
    return this.#next;
  }

  /** Stops the current run; embeddings computed so far stay in the cache. */
  stop(): void {
    this.#stop?.abort();
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    const { live, log } = this.#context;
    const stop = new AbortController();
    this.#stop = stop;
    if (this.#runs++ > 0) log.info('Reading the folders again.');
    const display = new ProgressDisplay(this.#context, () => stop.abort());
    this.#status.refreshing(undefined);
    try {
      await live.refresh(this.#folders(), {
        signal: stop.signal,
        onProgress: (progress) => {
          this.#status.refreshing(progress);
          display.report(progress);
        },
      });
      this.#status.refreshed(undefined);
      this.#refreshed();
    } catch (error) {
      if (!PairLensError.is(error, 'cancelled')) log.error(describeError(error));
      this.#status.refreshed(error);
    } finally {
      display.done();
    }
  }
}
