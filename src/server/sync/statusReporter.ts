import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { WITHOUT_REFERENCE } from '../../core/audit/withoutReference.ts';
import { PairLensError } from '../../core/errors.ts';
import { localize } from '../localize.ts';
import type { Progress } from '../../core/progress.ts';
import { NOTIFICATIONS } from '../../protocol/serverApi.ts';
import type { DatasetFit } from '../../engine/workspace/workspace.ts';
import type { DatasetSummary, FitItem, Status } from '../../protocol/shapes.ts';
import type { ServerContext } from '../context.ts';
import { ProtocolConverter } from '../toProtocol.ts';

/** Shortest interval between two status notifications. */
const NOTIFY_EVERY_MS = 200;

/** Builds the status from the engine's state, the running refresh and the findings. */
export class StatusReporter {
  readonly #context: ServerContext;
  #progress: Progress | undefined;
  #started = false;
  #error: Status['error'];
  #timer: NodeJS.Timeout | undefined;
  #notifiedAt = 0;
  #fitting: Progress | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  refreshing(progress: Progress | undefined): void {
    this.#started = true;
    this.#error = undefined;
    this.#progress = progress;
    this.changed();
  }

  /** @param progress of a fit; undefined once it has ended */
  fitting(progress: Progress | undefined): void {
    this.#fitting = progress;
    this.changed();
  }

  /** @param error of the refresh that ended; undefined if it succeeded. */
  refreshed(error: unknown): void {
    this.#started = true;
    this.#progress = undefined;
    if (error === undefined) this.#error = undefined;
    else {
      this.#error = PairLensError.is(error, 'cancelled')
        ? {
            message: l10n.t('The audit was stopped.'),
            remedy: l10n.t('Run "Audit Dataset" to go on; what was encoded is kept.'),
          }
        : wordsOf(PairLensError.from(error));
    }
    this.changed();
  }

  /** Schedules a status notification. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#notifiedAt + NOTIFY_EVERY_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#notifiedAt = performance.now();
      const { method } = NOTIFICATIONS.status;
      void this.#context.connection.sendNotification(method, this.current());
    }, wait);
  }

  current(): Status {
    const { live } = this.#context;
    const counts = { error: 0, warning: 0, info: 0, hint: 0 };
    for (const { finding } of live.findings()) counts[finding.level] += 1;
    const error = this.#error ?? (live.status.error && wordsOf(live.status.error));
    const progress = this.#progress;
    const fitting = this.#fitting;
    return {
      state: this.#error !== undefined ? 'failed' : this.#started ? live.status.state : 'starting',
      ...(progress !== undefined && {
        phase: phaseText(progress.phase),
        done: progress.done,
        total: progress.total,
        ...(progress.rate !== undefined && { rate: progress.rate }),
        ...(progress.secondsLeft !== undefined && { secondsLeft: progress.secondsLeft }),
      }),
      ...(fitting !== undefined && {
        fitting: {
          phase: phaseText(fitting.phase),
          done: fitting.done,
          total: fitting.total,
        },
      }),
      ...(live.datasets.some(({ hasReference }) => !hasReference) && {
        encoderNote: localize(WITHOUT_REFERENCE),
      }),
      counts,
      datasets: this.#datasets(),
      unread: live.inventories
        .flatMap(({ unread }) => unread)
        .filter(({ isLeftAlone }) => !isLeftAlone).length,
      questions: live.inventories.flatMap(({ questions }) => questions).length,
      ...(error !== undefined && { error }),
    };
  }

  #datasets(): DatasetSummary[] {
    const { live, uris } = this.#context;
    const wire = new ProtocolConverter(uris);
    return live.datasets.map(({ dataset, estimate, leastFitting, verified, excluded, fit }) => ({
      root: uris.toUri(dataset.root),
      name: path.basename(dataset.root),
      images: dataset.images.length,
      pairs: dataset.pairs.length,
      formats: [...dataset.formats],
      ...(estimate !== undefined && { wrongShare: estimate.wrongShare }),
      ...(estimate?.precision !== undefined && { precision: estimate.precision }),
      ...(estimate?.incomparable && {
        incomparable: estimate.incomparable,
        leastFitting: leastFitting.map((pair) => wire.item(pair)),
      }),
      verified,
      excluded,
      ...(fit && { fit: wireFit(fit) }),
    }));
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}

export function wireFit({ heldOut: { before, after }, isUsed }: DatasetFit): FitItem {
  return { before, after, used: isUsed };
}

/** Localized name of a phase. */
export function phaseText(phase: Progress['phase']): string {
  switch (phase) {
    case 'list':
      return l10n.t('Looking for datasets');
    case 'read':
      return l10n.t('Reading captions');
    case 'images':
      return l10n.t('Encoding images');
    case 'captions':
      return l10n.t('Encoding captions');
    case 'match':
      return l10n.t('Comparing images and captions');
    case 'fit':
      return l10n.t('Learning from the pairs, round');
    case 'calibrate':
      return l10n.t('Learning what a wrong caption looks like here');
    case 'audit':
      return l10n.t('Auditing');
    case 'words':
      return l10n.t('Weighing words');
    case 'write':
      return l10n.t('Writing');
    case 'download':
      return l10n.t('Downloading');
  }
}

function wordsOf(error: PairLensError): NonNullable<Status['error']> {
  const { message, remedy } = error.toData(localize);
  return { message, ...(remedy !== undefined && { remedy }) };
}
