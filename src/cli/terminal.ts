import { isatty } from 'node:tty';
import { createColors } from 'picocolors';
import { PairLensError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { ProgressListener } from '../core/progress.ts';
import { visibleLines, visibleText } from '../core/text/visibleText.ts';
import { ProgressLine } from './progressLine.ts';

export type Colors = ReturnType<typeof createColors>;

const [STDOUT, STDERR] = [1, 2];
const DEFAULT_WIDTH = 80;
const MAX_WIDTH = 110;

interface TerminalOptions {
  readonly quiet: boolean;
  readonly color: boolean;
}

/** Output of a command: results to standard output, everything else to standard error. */
export class Terminal {
  /** Colours for results; disabled if standard output is not a terminal. */
  readonly colors: Colors;
  /** Width of results in columns. */
  readonly width: number;
  readonly log: Log;
  readonly #quiet: boolean;
  readonly #progress: ProgressLine | undefined;
  #closed = false;

  constructor({ quiet, color }: TerminalOptions) {
    this.#quiet = quiet;
    this.colors = createColors(wantsColor(STDOUT, color));
    this.width = process.stdout.isTTY ? Math.min(process.stdout.columns, MAX_WIDTH) : DEFAULT_WIDTH;
    this.#progress = quiet ? undefined : new ProgressLine(process.stderr);
    const marks = createColors(wantsColor(STDERR, color));
    const say = (mark: string, message: string): void => {
      this.#progress?.clear();
      process.stderr.write(`${mark}${visibleLines(message)}\n`);
    };
    this.log = {
      debug: (message) => {
        if (process.env['PAIRLENS_DEBUG']) say('', message);
      },
      info: (message) => {
        if (!this.#quiet) say('', message);
      },
      warn: (message) => {
        if (!this.#quiet) say(marks.yellow('warning: '), message);
      },
      error: (message) => say(marks.red('error: '), message),
    };
    // EPIPE: the reader (such as `head`) has closed the pipe, and the rest of the output is dropped.
    // `print` reports other errors.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#closed = true;
    });
    // An error of standard error cannot be reported.
    process.stderr.on('error', () => undefined);
  }

  /** Progress listener for long calls; undefined with --quiet. */
  progress(what = ''): ProgressListener | undefined {
    const line = this.#progress;
    return line && ((progress) => line.show(progress, visibleText(what)));
  }

  /**
   * Writes a result; waits while the reader is slower (back pressure).
   * @throws PairLensError `write-failed`, such as for a full disk.
   */
  async print(chunks: string | Iterable<string>): Promise<void> {
    this.#progress?.clear();
    for (const chunk of typeof chunks === 'string' ? [chunks] : chunks) {
      if (this.#closed) return;
      await new Promise<void>((resolve, reject) => {
        process.stdout.write(chunk, (error?: NodeJS.ErrnoException | null) => {
          if (!error || error.code === 'EPIPE') resolve();
          else reject(unwritable(error));
        });
      });
    }
  }

  /** Removes the progress line, if there is one. */
  done(): void {
    this.#progress?.clear();
  }
}

function unwritable(error: NodeJS.ErrnoException): PairLensError {
  return new PairLensError(
    'write-failed',
    `Standard output could not be written: ${error.message}.`,
    { cause: error, remedy: 'Free some space there, or send the output to another place.' },
  );
}

function wantsColor(fd: number, color: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (!color || (NO_COLOR ?? '') !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0';
  // `isTTY` is undefined in a pipe, despite its type, and picocolors would then use its own guess (CI).
  return isatty(fd) && TERM !== 'dumb';
}
