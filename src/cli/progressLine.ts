import type { Progress } from '../core/progress.ts';

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  list: 'Listing files',
  read: 'Reading captions',
  images: 'Encoding images',
  captions: 'Encoding captions',
  match: 'Matching',
  fit: 'Fitting, rounds',
  calibrate: 'Calibrating',
  audit: 'Looking for mistakes',
  words: 'Weighing words',
  write: 'Writing',
  download: 'Downloading, MB',
};

const REDRAW_MS = 80;
/** Interval of progress lines in logs, without a terminal. */
const PLAIN_LINE_MS = 15_000;

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** A progress line, redrawn in place on a terminal, and printed at long intervals elsewhere. */
export class ProgressLine {
  readonly #stream: Stream;
  readonly #now: () => number;
  #phase: string | undefined;
  #shownAt = -Infinity;
  #drawn = false;

  constructor(stream: Stream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  show(progress: Progress, what: string): void {
    const now = this.#now();
    const finished = progress.total > 0 && progress.done >= progress.total;
    const key = `${progress.phase}\n${what}`;
    if (this.#stream.isTTY) {
      if (key === this.#phase && !finished && now - this.#shownAt < REDRAW_MS) return;
      const line = progressText(progress, what).slice(0, (this.#stream.columns || 80) - 1);
      this.#stream.write(`\r${line}\u001b[K`);
      this.#drawn = true;
    } else {
      // The first report of a phase contains no progress: not printed in logs.
      if (key !== this.#phase) this.#shownAt = now;
      if (!finished && now - this.#shownAt < PLAIN_LINE_MS) {
        this.#phase = key;
        return;
      }
      this.#stream.write(`${progressText(progress, what)}\n`);
    }
    this.#phase = key;
    this.#shownAt = now;
  }

  /** Erases the line, so that other output starts at the left margin. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K');
    this.#drawn = false;
  }
}

/** Such as "Encoding images  1,234/8,091  15 %  312/s  22 s left", without unknown parts. */
export function progressText(progress: Progress, what: string): string {
  const { phase, done, total, rate, secondsLeft } = progress;
  const parts = [PHASES[phase] + (what === '' ? '' : ` in ${what}`)];
  if (total > 0) {
    parts.push(`${number(done)}/${number(total)}`, `${Math.floor((100 * done) / total)} %`);
  } else if (done > 0) {
    parts.push(number(done));
  }
  if (rate !== undefined && done < total) {
    parts.push(`${rate < 10 ? rate.toFixed(1) : number(Math.round(rate))}/s`);
  }
  if (secondsLeft !== undefined && done < total) parts.push(`${duration(secondsLeft)} left`);
  return parts.join('  ');
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** "0.8 s", "42 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
