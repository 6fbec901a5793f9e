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

/** Where a command's words go: results to standard output, everything else to standard error. */
export class Terminal {
  /** Colours for results; all of them plain where standard output is no terminal. */
  readonly colors: Colors;
  /** Columns a result may take. */
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
    // A reader that has seen enough (`| head`) is no failure: the rest of the output is dropped.
    // Any other failure is told by `print`.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#closed = true;
    });
    // Nobody is left to be told.
    process.stderr.on('error', () => undefined);
  }

  /** The listener to hand to long calls, or undefined with --quiet. */
  progress(what = ''): ProgressListener | undefined {
    const line = this.#progress;
    return line && ((progress) => line.show(progress, visibleText(what)));
  }

  /**
   * Writes a result, and waits for a reader that is slower than we are.
   * @throws PairLensError `write-failed` where standard output takes nothing: a full disk behind it, say.
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
  // In a pipe `isTTY` is undefined, whatever its type says, and picocolors would take that for its own guess (CI).
  return isatty(fd) && TERM !== 'dumb';
}
