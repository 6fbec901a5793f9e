import { runCooperatively } from '../steps.ts';
import type { AuditContext, Detected, Tracker } from './detectors/detector.ts';
import { DETECTORS } from './detectors/detectorTable.ts';
import type { RuleCode } from './rule.ts';

/** What all detectors find in a dataset, kept true while captions change. */
export class AuditFindings {
  readonly #trackers: readonly Tracker[];
  #all: readonly Detected[] | undefined;

  /** @param wanted detectors none of whose rules is wanted are not run */
  constructor(context: AuditContext, wanted: (code: RuleCode) => boolean = () => true) {
    this.#trackers = DETECTORS.filter(({ rules }) => rules.some(({ code }) => wanted(code))).map(
      (detector) => detector.track(context),
    );
  }

  /** Looks at the whole dataset. @param pause awaited between steps; what it throws is thrown on. */
  async detectAll(pause: () => Promise<void>): Promise<void> {
    this.#all = undefined;
    for (const tracker of this.#trackers) {
      await runCooperatively(tracker.detectAll(), pause);
      await pause();
    }
  }

  /**
   * To be called after every change, also where only places in files or problems are others.
   * @param changed pairs with another caption or decision, deleted ones included
   * @param moved pairs whose probability is another
   * @returns whether a finding came, went or was found anew.
   */
  update(changed: ReadonlySet<number> = new Set(), moved: readonly number[] = []): boolean {
    this.#all = undefined;
    let news = changed.size > 0;
    for (const tracker of this.#trackers) news = tracker.update(changed, moved) || news;
    return news;
  }

  /** Everything found, in the order of the detectors. */
  all(): readonly Detected[] {
    this.#all ??= this.#trackers.flatMap((tracker) => tracker.findings());
    return this.#all;
  }

  /** Those of some rules. */
  of(...codes: readonly RuleCode[]): readonly Detected[] {
    return this.all().filter(({ code }) => codes.includes(code));
  }
}
