import type { Incomparable } from '../audit/comparability.ts';
import { type Level, LEVELS_WORST_FIRST, type RuleCode } from '../audit/rule.ts';
import { groupBy } from '../collections.ts';

/** Range of a caption in its file, for editors and CI: 1-based lines and columns of UTF-16 code units. */
export interface ReportRegion {
  readonly startLine: number;
  readonly startColumn: number;
  /** First column after the caption; absent if the caption spans several lines. */
  readonly endColumn?: number;
}

/** Another pair concerned by a finding: the swap partner, the hard negative. */
export interface RelatedPair {
  readonly image: string;
  readonly caption: string;
  readonly file: string;
  readonly region: ReportRegion;
}

/** A finding with paths relative to the audited folder, for output. */
export interface ReportFinding {
  readonly code: RuleCode;
  readonly level: Exclude<Level, 'off'>;
  /** The file to open. */
  readonly file: string;
  readonly region?: ReportRegion;
  readonly image?: string;
  readonly caption?: string;
  readonly captionIndex?: number;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Why, the strongest reason first. */
  readonly evidence: readonly string[];
  /** 0..1; 1 for facts. */
  readonly confidence: number;
  /** What to do, one sentence. */
  readonly remedy?: string;
  /** Captions of this dataset that match the image better, the best first. */
  readonly suggestions: readonly string[];
  /** For each suggestion the probability that it is the right caption, 0..1; null if it follows from the caption itself. */
  readonly suggestionMatches: readonly (number | null)[];
  readonly relatedPairs: readonly RelatedPair[];
  readonly relatedFiles: readonly string[];
  /** The same for the same finding in every run, regardless of its position in the file. */
  readonly fingerprint: string;
}

/** Estimates about wrong captions; absent if no pair could be scored. */
export interface MismatchEstimate {
  /** Share of the scored captions that are wrong, 0..1. */
  readonly wrongShare: number;
  /** 90 % credible interval of the share. */
  readonly range?: { readonly low: number; readonly high: number };
  /** Probability that a caption matches its image better than one exchanged within the dataset: 0.5 if they are all alike. */
  readonly separability?: number;
  /** Why a caption that belongs to another image of the dataset cannot be detected; absent if it can. */
  readonly incomparable?: Incomparable;
  /** Expected share of correct `caption-mismatch` findings, 0..1. */
  readonly precision?: number;
  /** Expected share of the wrong captions that were found, 0..1. */
  readonly recall?: number;
}

/** Numbers of pairs with a decision of the user; absent if there are none. */
export interface DecidedPairs {
  /** Caption confirmed: not reported as wrong. */
  readonly verified: number;
  /** Excluded from the audit. */
  readonly excluded: number;
}

/** The median, and the range that holds nine in ten. */
export interface Quantiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface ReportDataset {
  /** Folder of the dataset relative to the audited folder; empty for that folder itself. */
  readonly folder: string;
  readonly formats: readonly string[];
  readonly pairs: number;
  readonly images: number;
  readonly estimate?: MismatchEstimate;
  /** If captions cannot be judged against one another, the pairs with the lowest scores: information without a verdict. */
  readonly leastFitting?: readonly RelatedPair[];
  readonly decided?: DecidedPairs;
  /** Words in its captions, separated by white space; absent if there are no captions. */
  readonly captionWords?: Quantiles;
  /** Rows of its caption files that were understood and are not audited; absent where there are none. */
  readonly notJudged?: readonly { readonly what: string; readonly count: number }[];
}

export interface ReportSummary {
  readonly pairs: number;
  readonly images: number;
  readonly findings: Readonly<Partial<Record<RuleCode, number>>>;
  readonly levels: Readonly<Record<Exclude<Level, 'off'>, number>>;
  readonly estimate?: MismatchEstimate;
  readonly decided?: DecidedPairs;
}

/** Result of an audit of a folder: printed by `--format json`, and the input of all other formats. */
export interface AuditReport {
  /** Version of this layout; increased when a field changes its meaning or is removed. */
  readonly version: 1;
  readonly tool: { readonly name: 'pairlens'; readonly version: string };
  readonly model: string;
  /** Whether the encoder has no reference pairs and class names, so that captions of no picture here are hardly looked for. */
  readonly withoutReference?: true;
  /** Absolute path of the audited folder; all other paths are relative to it, with `/`. */
  readonly root: string;
  readonly summary: ReportSummary;
  readonly datasets: readonly ReportDataset[];
  /** The worst first: by level, then by confidence. */
  readonly findings: readonly ReportFinding[];
}

/** Whether a finding of `level` is at least as bad as `threshold`. */
export function atLeast(
  level: Exclude<Level, 'off'>,
  threshold: Exclude<Level, 'off'> | 'never',
): boolean {
  if (threshold === 'never') return false;
  return LEVELS_WORST_FIRST.indexOf(level) <= LEVELS_WORST_FIRST.indexOf(threshold);
}

/** The findings by rule, the rules in the order of their worst finding. */
export function groupByCode(
  findings: readonly ReportFinding[],
): ReadonlyMap<RuleCode, readonly ReportFinding[]> {
  return groupBy(findings, ({ code }) => code);
}
