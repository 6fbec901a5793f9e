/** A long computation in short steps, between which its runner can yield; it returns the result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs all steps synchronously. */
export function runToCompletion<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Runs the steps one by one and awaits `pause` between them. Throws errors of `pause`. */
export async function runCooperatively<T>(
  steps: Steps<T>,
  pause: (() => Promise<void>) | undefined,
): Promise<T> {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    await pause?.();
  }
}
