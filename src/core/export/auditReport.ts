import { type Level, LEVELS_WORST_FIRST, type RuleCode } from '../audit/rule.ts';

/** Where a caption stands in its file, for editors and CI: 1-based lines and columns of UTF-16 code units. */
export interface ReportRegion {
  readonly startLine: number;
  readonly startColumn: number;
  /** First column behind the caption; absent where the caption spans several lines. */
  readonly endColumn?: number;
}

/** Another pair that has to do with a finding: the swap partner, the hard negative. */
export interface RelatedPair {
  readonly image: string;
  readonly caption: string;
  readonly file: string;
  readonly region: ReportRegion;
}

/** A finding with its paths relative to the audited folder, ready to be printed. */
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
  /** Captions of this dataset that fit the image better, the best first. */
  readonly suggestions: readonly string[];
  readonly relatedPairs: readonly RelatedPair[];
  readonly relatedFiles: readonly string[];
  /** The same for the same finding in every run, whatever its position in the file. */
  readonly fingerprint: string;
}

/** What was estimated about wrong captions; absent where no pair could be judged. */
export interface MismatchEstimate {
  /** Share of the judged captions that are wrong, 0..1. */
  readonly wrongShare: number;
  /** The share lies between with a probability of nine in ten. */
  readonly range?: { readonly low: number; readonly high: number };
  /** Chance that a caption fits its image better than one exchanged within the dataset does: 0.5 where all are alike. */
  readonly separability?: number;
  /** The captions are too alike for one that belongs to another image of the dataset to be told. */
  readonly tooAlike?: boolean;
  /** Expected share of the `caption-mismatch` findings that are right, 0..1. */
  readonly precision?: number;
  /** Expected share of the wrong captions that were found, 0..1. */
  readonly recall?: number;
}

/** Pairs a person has spoken for; absent where there are none. */
export interface DecidedPairs {
  /** Found right: no finding doubts them. */
  readonly verified: number;
  /** Left out of the audit. */
  readonly excluded: number;
}

export interface ReportDataset {
  /** Folder of the dataset relative to the audited folder; empty for that folder itself. */
  readonly folder: string;
  readonly formats: readonly string[];
  readonly pairs: number;
  readonly images: number;
  readonly estimate?: MismatchEstimate;
  /** Where captions are too alike to be judged against one another, the pairs that fit least: information, no verdict. */
  readonly leastFitting?: readonly RelatedPair[];
  readonly decided?: DecidedPairs;
}

export interface ReportSummary {
  readonly pairs: number;
  readonly images: number;
  readonly findings: Readonly<Partial<Record<RuleCode, number>>>;
  readonly levels: Readonly<Record<Exclude<Level, 'off'>, number>>;
  readonly estimate?: MismatchEstimate;
  readonly decided?: DecidedPairs;
}

/** The outcome of an audit of a folder: what `--format json` prints, and what every other format is made of. */
export interface AuditReport {
  /** Version of this layout; it grows when a field changes its meaning or goes away. */
  readonly version: 1;
  readonly tool: { readonly name: 'pairlens'; readonly version: string };
  readonly model: string;
  /** Absolute path of the audited folder; every other path is relative to it, with `/` between its parts. */
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

/** The findings of each code, the codes in the order of their worst finding. */
export function groupByCode(
  findings: readonly ReportFinding[],
): ReadonlyMap<RuleCode, readonly ReportFinding[]> {
  const groups = new Map<RuleCode, ReportFinding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.code);
    if (group === undefined) groups.set(finding.code, [finding]);
    else group.push(finding);
  }
  return groups;
}
