import { announce } from '../shared/announce.ts';
import type { Host } from '../shared/host.ts';
import { Latest } from '../shared/latest.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import {
  initialState,
  reduceStatistics,
  type StatisticsAction,
  type StatisticsState,
  toRemembered,
} from './statisticsState.ts';

/** After a change of the dataset; a run of changes is asked for once. */
const CHANGE_DELAY_MS = 400;

/** Controller of the statistics, without DOM. */
export class StatisticsSession {
  readonly store: Store<StatisticsState, StatisticsAction>;
  readonly #host: Host;
  readonly #latest = new Latest();
  readonly #measuring = new Latest();

  constructor(host: Host) {
    this.#host = host;
    this.store = new Store(initialState(host.recall()), reduceStatistics);
    this.store.subscribe(() => {
      host.remember(toRemembered(this.store.state));
    });
  }

  async start(): Promise<void> {
    this.#host.rpc.onEvent((event) => {
      if (event.event === 'status') this.store.dispatch({ type: 'status', status: event.status });
      if (event.event === 'changed') this.#ask(CHANGE_DELAY_MS);
    });
    this.#ask(0);
    await announce(this.#host.rpc, (news) => {
      this.store.dispatch(news);
    });
  }

  setThreshold(threshold: number): void {
    this.store.dispatch({ type: 'threshold', threshold });
  }

  /** Measures how far the match can be believed. */
  measure(): void {
    this.store.dispatch({ type: 'measuring', isMeasuring: true });
    this.#measuring.run(0, (signal) => this.#host.rpc.call('calibration', {}, signal), {
      done: (calibration) => {
        this.store.dispatch({ type: 'calibration', calibration });
      },
      failed: (error) => {
        this.#failed(error);
      },
    });
  }

  stopMeasuring(): void {
    this.#measuring.cancel();
    this.store.dispatch({ type: 'measuring', isMeasuring: false });
  }

  /** Shows the pairs of a query in Browse Dataset. */
  async browse(query: string): Promise<void> {
    try {
      await this.#host.rpc.call('browseQuery', { query });
    } catch (error) {
      this.#failed(error);
    }
  }

  async browseAll(): Promise<void> {
    await this.browse('');
  }

  #ask(delay: number): void {
    this.#latest.run(delay, (signal) => this.#host.rpc.call('statistics', {}, signal), {
      done: (statistics) => {
        this.store.dispatch({ type: 'statistics', statistics });
      },
      failed: (error) => {
        this.#failed(error);
      },
    });
  }

  #failed(error: unknown): void {
    this.store.dispatch({ type: 'failed', failure: wireError(error) });
  }
}
