import * as l10n from '@vscode/l10n';
import type { WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { Progress } from '../../core/progress.ts';
import type { ServerContext } from '../context.ts';
import { phaseText } from './statusReporter.ts';

/** Shorter work shows no progress. */
const SHOW_AFTER_MS = 400;

/** Work-done progress of one refresh, which the user can cancel. */
export class ProgressDisplay {
  readonly #context: ServerContext;
  readonly #stop: () => void;
  readonly #started = performance.now();
  #reporter: WorkDoneProgressServerReporter | undefined;
  #asked = false;
  #over = false;

  /** @param stop called when the user cancels. */
  constructor(context: ServerContext, stop: () => void) {
    this.#context = context;
    this.#stop = stop;
  }

  report(progress: Progress): void {
    // No progress yet: these phases run for folders without a dataset, too.
    if (progress.phase === 'list' || progress.phase === 'read') return;
    const { done, total } = progress;
    const message =
      total > 0 ? `${phaseText(progress.phase)} ${done}/${total}` : phaseText(progress.phase);
    const percentage = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
    if (this.#reporter !== undefined) this.#reporter.report(percentage, message);
    else if (performance.now() - this.#started >= SHOW_AFTER_MS) this.#begin(percentage, message);
  }

  done(): void {
    this.#over = true;
    this.#reporter?.done();
    this.#reporter = undefined;
  }

  #begin(percentage: number, message: string): void {
    const { client, connection, log } = this.#context;
    if (this.#asked || !client.progress) return;
    this.#asked = true;
    connection.window
      .createWorkDoneProgress()
      .then((reporter) => {
        reporter.begin(l10n.t('PairLens'), percentage, message, true);
        reporter.token.onCancellationRequested(this.#stop);
        if (this.#over) reporter.done();
        else this.#reporter = reporter;
      })
      .catch((error: unknown) => log.debug(`window/workDoneProgress/create: ${String(error)}`));
  }
}
