import { setTimeout as sleep } from 'node:timers/promises';

/** How long tests wait for what must come, in milliseconds: more than a busy machine of a few slow cores needs. */
export const PATIENCE_MS = 120_000;

/**
 * Asks until the answer is neither undefined nor false, and returns it. What the question throws ends the wait.
 * @param what Completes "waited N s until ..." in the error, which also holds the last answer.
 */
export async function eventually<T>(
  question: () => T | Promise<T>,
  what: string,
  timeoutMs = PATIENCE_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) {
      return answer as Exclude<T, undefined | false>;
    }
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs / 1000} s until ${what}.`);
    await sleep(50);
  }
}
