/** So many crashes within this time are a loop: starting again would not help. */
const MOST_CRASHES = 4;
const WINDOW_MS = 3 * 60_000;

/** Decides whether a server that ended by itself is started again. */
export class RestartPolicy {
  #crashes: number[] = [];

  /** Counts a crash at `now` (milliseconds); false once there were too many in the last minutes. */
  mayRestart(now: number): boolean {
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now];
    return this.#crashes.length <= MOST_CRASHES;
  }

  /** A person asked for the restart: earlier crashes no longer count. */
  forget(): void {
    this.#crashes = [];
  }
}
