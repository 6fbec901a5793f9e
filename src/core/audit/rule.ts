import type { Sentence } from '../text/sentence.ts';

/** Levels of findings, the worst first; a rule that is `off` reports nothing. */
export const LEVELS = ['error', 'warning', 'info', 'hint', 'off'] as const;
export type Level = (typeof LEVELS)[number];

/** Levels that findings can have, the worst first. */
export const LEVELS_WORST_FIRST = ['error', 'warning', 'info', 'hint'] as const satisfies Level[];

export function isLevel(value: unknown): value is Level {
  return LEVELS.some((level) => level === value);
}

/**
 * Stable name of a rule, such as `caption-mismatch`, in reports, settings and documentation. Not a union type: the
 * detectors declare the rules (`rules.ts`), so that a new one needs no second list.
 */
export type RuleCode = string;

/** A kind of error that PairLens reports, with its texts. */
export interface Rule {
  readonly code: RuleCode;
  /** Default level. */
  readonly level: Level;
  /** Name of the rule and heading of its findings, such as "Mismatched captions". */
  readonly title: Sentence;
  /** The same for a single finding, such as "Mismatched caption". */
  readonly shortTitle: Sentence;
  /** Its effect on training, in one or two sentences. */
  readonly meaning: Sentence;
  /**
   * A finding of this rule replaces findings of these rules about the same pair, or, if it has no pair, about any pair of
   * the same image.
   */
  readonly supersedes?: readonly RuleCode[];
  /** Whether its findings say that a caption does not belong to its image. */
  readonly wrongCaption?: true;
  /** Whether this also applies to the related pairs of a finding. */
  readonly coversRelated?: boolean;
}
