import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is neither undefined nor false, and returns it. What the question throws ends the wait.
 * @param what Completes "waited N s until ..." in the error, which also holds the last answer.
 */
export async function eventually<T>(
  question: () => T | Promise<T>,
  what: string,
  timeoutMs = 30_000,
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
