import { t } from './l10n.ts';
import type { Notice } from './noticeLine.ts';
import { isCancelled, wireError } from './rpcClient.ts';

/** Runs one action of the user at a time; calls during an action are ignored. */
export class OneAction {
  readonly #failed: (error: unknown) => void;
  #running = false;

  /** @param failed receives what an action throws */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  async run(action: () => Promise<unknown>): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      await action();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = false;
    }
  }
}

/** The notice of an action that failed; undefined if this page cancelled it: no message is needed. */
export function failureNotice(error: unknown): Notice | undefined {
  if (isCancelled(error)) return undefined;
  const { message, remedy } = wireError(error);
  return { text: remedy === undefined ? message : `${message} ${remedy}`, error: true };
}

/** What undo did. @param undone the label of the step; null if there was none. */
export function undoneText(undone: string | null): string {
  return undone === null ? t('Nothing to undo.') : t('Undone: {0}', undone);
}
