import { PairLensError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

interface BackgroundPorts {
  /** Reads the folders again. */
  readonly audit: () => Promise<void>;
  /** Rescores pairs until none is dirty. */
  readonly rescore: () => Promise<void>;
  readonly log: () => Log;
  readonly closed: () => boolean;
}

/** What a workspace does by itself after changes: at most one audit and one rescoring at a time. Failures are logged. */
export class BackgroundWork {
  readonly #ports: BackgroundPorts;
  #rescoring: Promise<void> | undefined;
  #auditing: Promise<void> | undefined;
  /** Number of requests to read the folders again. */
  #rereads = 0;

  constructor(ports: BackgroundPorts) {
    this.#ports = ports;
  }

  get isBusy(): boolean {
    return this.#rescoring !== undefined || this.#auditing !== undefined;
  }

  async whenIdle(): Promise<void> {
    while (this.isBusy) await Promise.all([this.#rescoring, this.#auditing]);
  }

  /** Schedules a whole audit, for changes that cannot be applied file by file. */
  auditSoon(): void {
    this.#auditing ??= this.#logged(this.#auditWhileAsked()).finally(
      () => (this.#auditing = undefined),
    );
  }

  /** As `auditSoon`; a running audit, which may have read the old state, is followed by another. */
  rereadSoon(): void {
    this.#rereads++;
    this.auditSoon();
  }

  rescoreSoon(): void {
    this.#rescoring ??= this.#logged(this.#ports.rescore()).finally(
      () => (this.#rescoring = undefined),
    );
  }

  async #auditWhileAsked(): Promise<void> {
    let asked: number;
    do {
      asked = this.#rereads;
      await this.#ports.audit();
    } while (asked !== this.#rereads && !this.#ports.closed());
  }

  #logged(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      this.#ports.log().error(PairLensError.from(error).message);
    });
  }
}
