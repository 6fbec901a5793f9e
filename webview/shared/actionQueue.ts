import { t } from './l10n.ts';
import type { Notice } from './noticeLine.ts';
import { isCancelled, wireError } from './rpcClient.ts';

/** Runs the user's actions one after the other: keys come faster than a file is written. */
export class ActionQueue {
  readonly #failed: (error: unknown) => void;
  readonly #unfinished = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  /** @param failed receives what an action throws */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Whether an action that resolves this finding waits or runs. */
  isUnfinished(finding: string): boolean {
    return this.#unfinished.has(finding);
  }

  /**
   * @param action is to act on what was shown when the user asked, which may be left when its turn comes
   * @param ofFinding the finding that the action resolves: until it has ended, no other one for this finding is taken
   */
  async run(action: () => Promise<unknown>, ofFinding?: string): Promise<void> {
    if (ofFinding !== undefined) {
      if (this.#unfinished.has(ofFinding)) return;
      this.#unfinished.add(ofFinding);
    }
    this.#last = this.#last.then(async () => {
      try {
        await action();
      } catch (error) {
        this.#failed(error);
      } finally {
        if (ofFinding !== undefined) this.#unfinished.delete(ofFinding);
      }
    });
    await this.#last;
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

/** How many captions an action changed. */
export function changedText(count: number): string {
  if (count === 0) return t('No caption changes.');
  return count === 1 ? t('1 caption changed.') : t('{0} captions changed.', count);
}

/** What was done when the user left out some of the changes that the editor showed. */
export function partlyText(): string {
  return t('Only the ticked changes were made.');
}

/** What a decision did to pairs. */
export function decidedText(decision: 'verified' | 'excluded' | 'none', count: number): string {
  if (count === 0) return t('No verdict changes.');
  switch (decision) {
    case 'verified':
      return count === 1
        ? t('1 pair is marked as verified.')
        : t('{0} pairs are marked as verified.', count);
    case 'excluded':
      return count === 1 ? t('1 pair is ignored.') : t('{0} pairs are ignored.', count);
    case 'none':
      return count === 1
        ? t('The verdict on 1 pair is taken back.')
        : t('Verdicts on {0} pairs taken back.', count);
  }
}

/** What became of images that were deleted. */
export function removedText(count: number): string {
  return count === 1
    ? t('1 image is deleted with what belongs to it.')
    : t('{0} images are deleted with what belongs to them.', count);
}

/** What became of images that were moved out of the dataset. */
export function excludedText(count: number): string {
  return count === 1
    ? t('1 image is excluded: it and what belongs to it were moved.')
    : t('{0} images are excluded: they and what belongs to them were moved.', count);
}
