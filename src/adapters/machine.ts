import { availableParallelism, totalmem } from 'node:os';

/** Bytes this process may have: the machine's, or those of the container it runs in. */
export function totalMemory(): number {
  // 0 or a number beyond any memory where nothing limits it.
  const limit = process.constrainedMemory() || Infinity;
  return Math.min(limit, totalmem());
}

/** Threads that can run at a time. */
export function cores(): number {
  return availableParallelism();
}
