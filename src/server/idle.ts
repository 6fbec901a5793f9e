import { setTimeout as sleep } from 'node:timers/promises';
import { PairLensError } from '../core/errors.ts';

/** A part of the server that works asynchronously, after its message was handled. */
export interface BackgroundPart {
  /** Whether it is working or has scheduled work. */
  readonly isBusy: boolean;
}

const POLL_MS = 20;

/**
 * Resolves once none of the parts is busy.
 * @throws PairLensError `cancelled`.
 */
export async function untilIdle(
  parts: readonly BackgroundPart[],
  signal: AbortSignal,
): Promise<void> {
  while (parts.some(({ isBusy }) => isBusy)) {
    if (signal.aborted) throw new PairLensError('cancelled', 'Cancelled.');
    await sleep(POLL_MS);
  }
}
