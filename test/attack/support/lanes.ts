import { availableParallelism } from 'node:os';
import pMap from 'p-map';

/** Runs the trials, as many at once as there are processors. The first that fails ends them all. */
export async function inLanes<T>(
  trials: Iterable<T>,
  attempt: (trial: T) => Promise<void>,
): Promise<void> {
  await pMap(trials, attempt, { concurrency: availableParallelism() });
}
