import type { Log } from '../core/ports.ts';

/** Exit status after a signal, as in shells: 128 plus the signal's number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Interrupts {
  readonly signal: AbortSignal;
  /** The exit status after a signal; undefined before one. */
  status(): number | undefined;
  dispose(): void;
}

/** The first SIGINT cancels the work at a safe point; the second ends the process. */
export function listenForInterrupts(log: Log): Interrupts {
  const controller = new AbortController();
  let status: number | undefined;
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = (): void => {
      if (status !== undefined) process.exit(STATUS[name]);
      status = STATUS[name];
      log.info('Stopping. What was encoded stays in the cache; Ctrl-C again stops at once.');
      controller.abort();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    status: () => status,
    dispose: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
