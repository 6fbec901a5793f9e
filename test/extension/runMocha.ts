import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { PATIENCE_MS } from '../support/eventually.ts';

/** What a run leaves in its report file; read by hostRun.ts. */
export interface HostReport {
  readonly results: readonly {
    readonly title: string;
    readonly durationMs: number;
    /** Message and stack; absent where the test passed. */
    readonly error?: string;
  }[];
  /** Measured figures, by what they measure. */
  readonly figures: Readonly<Record<string, string>>;
}

const figures: Record<string, string> = {};

/** Keeps a measured figure for the report. */
export function recordFigure(what: string, value: string): void {
  figures[what] = value;
}

/** Runs inside the extension host: defines the tests, runs them, writes the report. Rejects where a test failed. */
export async function runMocha(define: () => void, reportFile: string): Promise<void> {
  // Several waits in a row, each of which names what it waited for.
  const mocha = new Mocha({ ui: 'bdd', timeout: 3 * PATIENCE_MS });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  define();
  const results: { title: string; durationMs: number; error?: string }[] = [];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) =>
      results.push({ title: test.fullTitle(), durationMs: test.duration ?? 0 }),
    );
    runner.on('fail', (test, error: Error) =>
      results.push({
        title: test.fullTitle(),
        durationMs: test.duration ?? 0,
        error: error.stack ?? error.message,
      }),
    );
  });
  writeFileSync(reportFile, JSON.stringify({ results, figures } satisfies HostReport));
  if (results.some(({ error }) => error !== undefined)) throw new Error('Some tests failed.');
}
