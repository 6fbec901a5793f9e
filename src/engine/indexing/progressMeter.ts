import type { Clock } from '../../core/ports.ts';
import type { Progress, ProgressListener } from '../../core/progress.ts';

const WINDOW_MS = 5_000;
const REPORT_EVERY_MS = 100;

/**
 * Counts the items of one phase and reports about ten times per second, with the rate of the last five seconds,
 * because cached items may be a hundred times as fast as the others.
 */
export class ProgressMeter {
  #done = 0;
  #reported = -Infinity;
  readonly #samples: { readonly time: number; readonly done: number }[] = [];
  readonly #phase: Progress['phase'];
  readonly #total: number;
  readonly #clock: Clock;
  readonly #listener: ProgressListener | undefined;

  constructor(
    phase: Progress['phase'],
    total: number,
    clock: Clock,
    listener: ProgressListener | undefined,
  ) {
    this.#phase = phase;
    this.#total = total;
    this.#clock = clock;
    this.#listener = listener;
    this.#samples.push({ time: clock.now(), done: 0 });
    this.#report();
  }

  add(items: number): void {
    this.#done += items;
    const now = this.#clock.now();
    if (this.#done >= this.#total || now - this.#reported >= REPORT_EVERY_MS) this.#report(now);
  }

  #report(now = this.#clock.now()): void {
    this.#reported = now;
    this.#samples.push({ time: now, done: this.#done });
    // Keep the sample just outside of the window, so that the rate covers at least the window.
    while (this.#samples.length > 2 && now - (this.#samples[1]?.time ?? now) >= WINDOW_MS) {
      this.#samples.shift();
    }
    this.#listener?.({
      phase: this.#phase,
      done: this.#done,
      total: this.#total,
      ...this.#rate(now),
    });
  }

  #rate(now: number): { rate: number; secondsLeft: number } | undefined {
    const oldest = this.#samples[0];
    if (oldest === undefined || now - oldest.time < REPORT_EVERY_MS) return undefined;
    const rate = ((this.#done - oldest.done) * 1000) / (now - oldest.time);
    return rate > 0 ? { rate, secondsLeft: (this.#total - this.#done) / rate } : undefined;
  }
}
