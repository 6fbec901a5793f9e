import { PairLensError } from './errors.ts';

/** Checked by long loops. Implemented by the AbortSignal of Node and browsers. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** @throws PairLensError `cancelled` if the signal is aborted. */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw new PairLensError('cancelled', 'Cancelled.');
}
