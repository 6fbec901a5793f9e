import type { DatasetAudit } from '../audit/datasetAudit.ts';
import type { Levels } from '../../core/audit/rules.ts';
import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { InnerProducts } from '../../core/matching/innerProducts.ts';
import type { MatchingSpaces } from '../../core/matching/matcher.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { LeftOut } from '../indexing/indexPorts.ts';
import type { KnownDecisions } from '../audit/decisionFile.ts';

/** How the caller of a long step stops it and hears of it. */
export interface RunOptions {
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
}

/** What an audit is to say. */
export interface AuditRequest {
  readonly levels: Levels;
  /** What a person decided of each pair. */
  readonly decisions?: readonly (Decision | undefined)[];
  /** Whether the words of each pair are weighed: some six captions more to encode for each. */
  readonly words?: boolean;
}

/** The steps that the use cases of the command line are made of, with the ports already in place. */
export interface BatchPorts {
  readonly modelId: string;
  /** Unit rows of shipped pairs: queries of a known distribution for datasets too small to supply their own. */
  readonly reference: MatchingSpaces;
  /** A fast kernel for matching; plain JavaScript without one. */
  readonly innerProducts?: InnerProducts;
  open(folder: string, hooks: RunOptions): Promise<readonly Dataset[]>;
  /** @param leaveOut given where captions are embedded to be judged: what is left out beside what they share */
  index(dataset: Dataset, hooks: RunOptions, leaveOut?: LeftOut): Promise<EmbeddedDataset>;
  /** What people decided of a dataset's pairs. @param folder that was opened, and holds the root */
  decisions(root: string, folder: string): Promise<KnownDecisions>;
  audit(embedded: EmbeddedDataset, wanted: AuditRequest, hooks: RunOptions): Promise<DatasetAudit>;
  /** Joint-space embedding of a text, a unit vector. */
  encodeText(text: string): Promise<Float32Array>;
  /** Joint-space embedding of any image file, a unit vector. @throws PairLensError `unreadable-image`. */
  encodeImage(file: string): Promise<Float32Array>;
  hash(text: string): string;
}
