import { availableParallelism, totalmem } from 'node:os';

/** Memory available to this process in bytes: that of the machine, or the container's limit. */
export function totalMemory(): number {
  // 0 or a huge number without a limit.
  const limit = process.constrainedMemory() || Infinity;
  return Math.min(limit, totalmem());
}

/** Number of threads that can run concurrently. */
export function cores(): number {
  return availableParallelism();
}
