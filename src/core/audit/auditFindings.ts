import { runCooperatively } from '../steps.ts';
import type { AuditContext, Detected, Tracker } from './detectors/detector.ts';
import { DETECTORS } from './detectors/detectorTable.ts';
import type { Rule, RuleCode } from './rule.ts';

/** Findings of all detectors for a dataset, updated as captions change. */
export class AuditFindings {
  readonly #trackers: readonly Tracker[];
  /** The rules of each tracker. */
  readonly #rules: readonly (readonly Rule[])[];
  #all: readonly Detected[] | undefined;

  /** @param wanted detectors without a wanted rule are not run */
  constructor(context: AuditContext, wanted: (code: RuleCode) => boolean = () => true) {
    const detectors = DETECTORS.filter(({ rules }) => rules.some(({ code }) => wanted(code)));
    this.#trackers = detectors.map((detector) => detector.track(context));
    this.#rules = detectors.map(({ rules }) => rules);
  }

  /** Runs all detectors on the whole dataset. @param pause awaited between steps; its errors are rethrown. */
  async detectAll(pause: () => Promise<void>): Promise<void> {
    this.#all = undefined;
    for (const tracker of this.#trackers) {
      await runCooperatively(tracker.detectAll(), pause);
      await pause();
    }
  }

  /**
   * Must be called after every change, also if only ranges in files or problems changed.
   * @param changed pairs with another caption or decision, including deleted ones
   * @param moved pairs with another probability
   * @returns whether a finding was added, removed or detected again.
   */
  update(changed: ReadonlySet<number> = new Set(), moved: readonly number[] = []): boolean {
    this.#all = undefined;
    let news = changed.size > 0;
    for (const tracker of this.#trackers) news = tracker.update(changed, moved) || news;
    return news;
  }

  /** Must be called after captions of other datasets of the folder may have changed. @returns whether findings did. */
  elsewhereChanged(): boolean {
    let news = false;
    for (const tracker of this.#trackers) news = tracker.elsewhereChanged?.() === true || news;
    if (news) this.#all = undefined;
    return news;
  }

  /** Suggests fixes for the findings about a pair again, when they are looked at. */
  renew(p: number): void {
    this.#all = undefined;
    for (const tracker of this.#trackers) tracker.renew?.(p);
  }

  /** All findings, in the order of the detectors: the same array until they change. */
  all(): readonly Detected[] {
    this.#all ??= this.#trackers.flatMap((tracker) => tracker.findings());
    return this.#all;
  }

  /** The findings of some rules. Other detectors are not asked: some look at all pairs when they are. */
  of(...codes: readonly RuleCode[]): readonly Detected[] {
    const asked = this.#trackers.filter((_, t) =>
      this.#rules[t]?.some(({ code }) => codes.includes(code)),
    );
    const found = this.#all ?? asked.flatMap((tracker) => tracker.findings());
    return found.filter(({ code }) => codes.includes(code));
  }
}
