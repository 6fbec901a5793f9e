import { PairLensError } from './errors.ts';

/** What a long loop asks now and then. Node's and the browser's AbortSignal fit. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** @throws PairLensError `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw new PairLensError('cancelled', 'Cancelled.');
}
