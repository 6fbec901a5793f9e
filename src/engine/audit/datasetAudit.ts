import type { Finding } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import type { PictureFacts } from '../../core/pictureFacts.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';

/** Audit result of one pair. */
export interface AuditedPair {
  /** Cosine of the active encoder. */
  readonly similarity: number;
  /** Calibrated probability that the caption is wrong, 0..1. */
  readonly mismatch: number;
  /** Whether `mismatch` is this pair's own; otherwise it is the mean of the dataset. */
  readonly scored: boolean;
  readonly findings: readonly RuleCode[];
}

/** Audit result of one dataset. */
export interface DatasetAudit {
  /** For each pair of the dataset; undefined if its image or caption could not be read. */
  readonly pairs: readonly (AuditedPair | undefined)[];
  readonly findings: readonly Finding[];
  readonly estimate?: MismatchEstimate;
  /** If the captions are too similar to be judged, the pairs with the lowest scores, without a verdict. */
  readonly leastFitting?: readonly number[];
  /** Number of captions that hold only what most of the dataset's captions share, so that they say nothing of their image. */
  readonly sharedOnly?: number;
  /** Word contributions of each pair, if requested; undefined for pairs that were not scored. */
  readonly words?: readonly (readonly WeighedWord[] | undefined)[];
}

/** A dataset with its audit result. */
export interface AuditedDataset {
  readonly dataset: Dataset;
  readonly settings: DatasetSettings;
  readonly audit: DatasetAudit;
  /** The user's decision about each pair. */
  readonly decisions: readonly (Decision | undefined)[];
  /** Facts of the readable images, and the modification times of their files in milliseconds since 1970. */
  readonly pictures: ReadonlyMap<DatasetPath, PictureFacts & { readonly modified?: number }>;
}
