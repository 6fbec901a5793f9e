import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { MessageType, ShowMessageNotification } from 'vscode-languageserver/node';
import type { z } from 'zod';
import type { ProgressListener } from '../../core/progress.ts';
import type { HeldOut } from '../../core/audit/fitting/fittedModel.ts';
import { visibleText } from '../../core/text/visibleText.ts';
import type { LiveFit } from '../../engine/workspace/liveFits.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { ServerContext } from '../context.ts';
import type { Refresher } from '../sync/refresher.ts';
import type { StatusReporter } from '../sync/statusReporter.ts';
import { ProgressDisplay } from '../sync/workDoneProgress.ts';
import { untilIdle } from '../idle.ts';

type FitResult = z.input<typeof REQUESTS.fit.result>;

/** Fits to the datasets of the client's folders, and drops what was fitted. Audits follow. */
export class Fitting {
  readonly #context: ServerContext;
  readonly #status: StatusReporter;
  readonly #refresher: Refresher;

  constructor(context: ServerContext, status: StatusReporter, refresher: Refresher) {
    this.#context = context;
    this.#status = status;
    this.#refresher = refresher;
  }

  /**
   * Fits to all datasets; audits again if anything is better.
   * @throws PairLensError `cancelled`, `invalid-argument` if a fit is running, `write-failed`.
   */
  async fit(signal: AbortSignal, onProgress?: ProgressListener): Promise<FitResult> {
    await untilIdle([this.#refresher], signal);
    if (this.#context.live.datasets.length === 0) {
      // Asked before the first audit, which finds the datasets.
      void this.#refresher.refresh();
      await untilIdle([this.#refresher], signal);
    }
    let fits: readonly LiveFit[];
    try {
      fits = await this.#context.live.fits.fit({
        signal,
        onProgress: (progress) => {
          this.#status.fitting(progress);
          onProgress?.(progress);
        },
      });
    } finally {
      this.#status.fitting(undefined);
    }
    const written = fits.flatMap(({ outcome }) =>
      outcome.kind === 'fitted' ? [outcome.file] : [],
    );
    await this.#auditAfter(written);
    return {
      datasets: fits.map((fit) => ({
        root: this.#context.uris.toUri(fit.root),
        outcome: fit.outcome.kind,
        message: this.#message(fit),
      })),
    };
  }

  /** As `fit`, for editors that show no results of requests: with progress, and a message for each dataset. */
  async fitAndTell(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const display = new ProgressDisplay(this.#context, () => stop.abort());
    try {
      const { datasets } = await this.fit(AbortSignal.any([signal, stop.signal]), (progress) =>
        display.report(progress),
      );
      for (const { message } of datasets) {
        const type = MessageType.Info;
        await this.#context.connection.sendNotification(ShowMessageNotification.type, {
          type,
          message,
        });
      }
    } finally {
      display.done();
    }
  }

  /** Drops what was fitted to all datasets, and audits without it. @returns the number of fits. */
  async drop(): Promise<number> {
    const gone = await this.#context.live.fits.drop();
    await this.#auditAfter(gone);
    return gone.length;
  }

  async #auditAfter(changed: readonly string[]): Promise<void> {
    for (const file of changed) await this.#context.recordOwnWrite(file);
    if (changed.length > 0) await this.#refresher.refresh();
  }

  #message({ root, outcome, configured }: LiveFit): string {
    const name = visibleText(path.basename(root));
    switch (outcome.kind) {
      case 'too-few':
        return l10n.t(
          '{0} has {1} pictures; fitting needs {2}. Audits stay as they are.',
          name,
          outcome.pictures,
          outcome.least,
        );
      case 'no-better':
        return l10n.t(
          '{0}: fitting brings nothing beyond chance. Of a wrong and a right caption the wrong one would be more suspicious in {1} % of cases, without it in {2} %. Audits stay as they are.',
          name,
          ...percents(outcome.heldOut),
        );
      case 'fitted': {
        const better = l10n.t(
          '{0}: fitted. Of a wrong and a right caption the wrong one is more suspicious in {1} % of cases, before in {2} %, measured on captions that were held out.',
          name,
          ...percents(outcome.heldOut),
        );
        return `${better} ${this.#use(root, configured)}`;
      }
    }
  }

  /** Whether audits use the fit of a dataset, after the first one that could. */
  #use(root: string, configured: string | undefined): string {
    if (configured !== undefined) {
      return l10n.t(
        'Audits do not use it: the config file says "fitted": "{0}".',
        visibleText(configured),
      );
    }
    const { live } = this.#context;
    const known = live.datasets.find(({ dataset }) => dataset.root === root);
    return known?.fit?.isUsed === true
      ? l10n.t('Audits use it from now on.')
      : l10n.t('The last audit did not use it.');
  }
}

function percents({ before, after }: HeldOut): [after: string, before: string] {
  return [(100 * after).toFixed(1), (100 * before).toFixed(1)];
}
