import type { Sentence } from '../text/sentence.ts';

/** How bad a finding is, the worst first; a rule that is `off` reports nothing. */
export const LEVELS = ['error', 'warning', 'info', 'hint', 'off'] as const;
export type Level = (typeof LEVELS)[number];

/** Levels that findings can have, the worst first. */
export const LEVELS_WORST_FIRST = ['error', 'warning', 'info', 'hint'] as const satisfies Level[];

export function isLevel(value: unknown): value is Level {
  return LEVELS.some((level) => level === value);
}

/**
 * Stable name of a rule, such as `caption-mismatch`: in reports, settings, decisions and documentation. Open on
 * purpose: which rules there are is said by the detectors (`rules.ts`), so that a new one needs no second list.
 */
export type RuleCode = string;

/** One kind of mistake that PairLens reports, with everything that is said about it as a rule. */
export interface Rule {
  readonly code: RuleCode;
  /** Where the settings say nothing. */
  readonly level: Level;
  /** Name of the rule, and heading over its findings: "Mismatched captions". The same in every place. */
  readonly title: Sentence;
  /** The same for a single finding: "Mismatched caption". */
  readonly shortTitle: Sentence;
  /** What it means for training, one or two sentences. */
  readonly meaning: Sentence;
  /**
   * A finding of this rule says everything that a finding of these rules says about the same pair, or about any pair of the
   * same image where it is about no pair; those are left out.
   */
  readonly supersedes?: readonly RuleCode[];
  /** Whether that holds of the related pairs of a finding as well. */
  readonly coversRelated?: boolean;
}
