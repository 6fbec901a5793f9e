/** Long work in short steps: whoever runs it may do other things between them. Its result is what it returns. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs all steps at once. */
export function runToCompletion<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Runs the steps one by one, with `pause` awaited between them. Throws what `pause` throws. */
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
