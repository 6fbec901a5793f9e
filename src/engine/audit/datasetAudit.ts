import type { Finding } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';

/** What the audit says of one pair. */
export interface AuditedPair {
  /** Cosine of the active encoder. */
  readonly similarity: number;
  /** Calibrated probability that the caption is wrong, 0..1. */
  readonly mismatch: number;
  readonly findings: readonly RuleCode[];
}

/** The audit of one dataset. */
export interface DatasetAudit {
  /** One for each pair of the dataset; undefined where its image or caption could not be read. */
  readonly pairs: readonly (AuditedPair | undefined)[];
  readonly findings: readonly Finding[];
  readonly estimate?: MismatchEstimate;
  /** Where captions are too alike to be judged against one another, the pairs that fit least: no verdict. */
  readonly leastFitting?: readonly number[];
  /** For each pair what its words add to the match; where they were asked for, and the pair could be judged. */
  readonly words?: readonly (readonly WeighedWord[] | undefined)[];
}

/** A dataset with its audit, ready to be reported. */
export interface AuditedDataset {
  readonly dataset: Dataset;
  readonly audit: DatasetAudit;
  /** For each pair what a person decided of it. */
  readonly decisions: readonly (Decision | undefined)[];
}
