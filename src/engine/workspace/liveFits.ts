import { FIT_DEFAULTS } from '../../core/audit/fitting/fitDefaults.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { sentence } from '../../core/text/sentence.ts';
import { decisionsOf, mendedPairs, readDecisions } from '../audit/decisionFile.ts';
import { dropFitsOf, type FitOutcome, fitInPlace } from '../audit/fitInPlace.ts';
import { FITTED_FILE } from '../audit/fittedFile.ts';
import { indexDataset } from '../indexing/indexDataset.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import type { ForegroundGate } from './scheduling.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

/** What fitting to one dataset gave. */
export interface LiveFit {
  readonly root: string;
  readonly outcome: FitOutcome;
  /** What the config file says instead of using the fit: `none` or another file. */
  readonly configured?: string;
}

/** Dependencies; the datasets are those at the time of a call. */
export interface LiveFitsParts {
  readonly updater: CaptionFileUpdater;
  readonly gate: ForegroundGate;
  readonly ports: () => WorkspacePorts;
  readonly opened: () => readonly OpenedDataset[];
}

/** Fits to the open datasets, as `pairlens fit` does, while no user request is running. */
export class LiveFits {
  readonly #parts: LiveFitsParts;
  #running: Promise<unknown> | undefined;
  #closed = false;

  constructor(parts: LiveFitsParts) {
    this.#parts = parts;
  }

  /**
   * Fits to all datasets, one after the other. The next audit uses what was written.
   * A run that is cancelled goes on after its last round when it is asked for again.
   * @throws PairLensError `cancelled`, `invalid-argument` if a fit is running, `write-failed`.
   */
  async fit(options: {
    readonly signal?: CancelSignal;
    readonly onProgress?: ProgressListener;
  }): Promise<readonly LiveFit[]> {
    if (this.#running !== undefined) {
      throw new PairLensError('invalid-argument', sentence('A fit is running already.'), {
        remedy: sentence('Wait until it is done, or cancel it.'),
      });
    }
    const running = this.#fitAll(options);
    this.#running = running.catch(() => undefined);
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  async #fitAll({
    signal: asked,
    onProgress,
  }: Parameters<LiveFits['fit']>[0]): Promise<readonly LiveFit[]> {
    const isClosed = (): boolean => this.#closed;
    const signal: CancelSignal = {
      get aborted() {
        return isClosed() || asked?.aborted === true;
      },
    };
    const fits: LiveFit[] = [];
    for (const opened of this.#parts.opened()) {
      throwIfCancelled(signal);
      fits.push(await this.#fit(opened, { signal, ...(onProgress && { onProgress }) }));
    }
    return fits;
  }

  async #fit(
    { opened, dataset }: OpenedDataset,
    run: { readonly signal: CancelSignal; readonly onProgress?: ProgressListener },
  ): Promise<LiveFit> {
    const { gate, updater, ports } = this.#parts;
    const { signal, onProgress } = run;
    const { fitted: configured, triggerWords = [] } = opened.settings;
    const { reference, hasher, languages, innerProducts, ...indexing } = gate.behind(ports());
    const place = { root: dataset.root, folder: opened.dir };
    const { decisions, replaced = [] } = await readDecisions(
      updater.disk,
      place.root,
      place.folder,
    );
    const hash = (text: string): string => hasher.hash(text);
    const embedded = await indexDataset(
      dataset.dataset,
      { ...indexing, hasher },
      { ...run, leaveOut: { triggerWords } },
    );
    const { rounds } = FIT_DEFAULTS;
    const fit = (done: number): void => onProgress?.({ phase: 'fit', done, total: rounds });
    const outcome = await fitInPlace(
      embedded,
      place,
      {
        files: updater.disk,
        hasher,
        reference,
        ...(languages && { languages }),
        ...(innerProducts && { innerProducts }),
      },
      {
        ...FIT_DEFAULTS,
        decisions: decisionsOf(embedded, decisions, hash),
        mended: mendedPairs(embedded, replaced, hash),
        pause: gate.pause,
        signal,
        onProgress: (share) => {
          if (share < 1)
            onProgress?.({ phase: 'match', done: Math.floor(share * 100), total: 100 });
          else fit(0);
        },
        onRound: (state) => fit(state.rounds),
      },
    );
    return { root: dataset.root, outcome, ...(configured !== undefined && { configured }) };
  }

  /**
   * Removes what was fitted to the open datasets; the next audit goes without it.
   * @returns the files that are gone (absolute).
   * @throws PairLensError `write-failed`.
   */
  async drop(): Promise<readonly string[]> {
    const gone: string[] = [];
    for (const { opened, dataset } of this.#parts.opened()) {
      const { root } = dataset;
      if (await dropFitsOf([{ root }], opened.dir, this.#parts.updater.disk)) {
        gone.push(toAbsolute(root, FITTED_FILE));
      }
    }
    return gone;
  }

  /** Stops a running fit. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }
}
