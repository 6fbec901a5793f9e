/** Most restarts within WINDOW_MS; another crash means a crash loop. */
const MOST_CRASHES = 4;
const WINDOW_MS = 3 * 60_000;

/** Decides whether a crashed server is restarted. */
export class RestartPolicy {
  #crashes: number[] = [];

  /** Counts a crash at `now` (milliseconds). False in a crash loop. */
  mayRestart(now: number): boolean {
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now];
    return this.#crashes.length <= MOST_CRASHES;
  }

  /** Resets the count, after a restart by the user. */
  reset(): void {
    this.#crashes = [];
  }
}
