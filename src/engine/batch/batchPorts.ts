import type { PlacedCaption } from '../audit/unwantedCaptions.ts';
import type { DatasetAudit } from '../audit/datasetAudit.ts';
import type { Levels } from '../../core/audit/rules.ts';
import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { LearntModel } from '../../core/audit/learntModel.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { PicturesElsewhere } from '../../core/audit/picturesElsewhere.ts';
import type { InnerProducts } from '../../core/matching/innerProducts.ts';
import type { MatchingSpaces } from '../../core/matching/matcher.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { LeftOut } from '../indexing/indexPorts.ts';
import type { KnownDecisions } from '../audit/decisionFile.ts';
import type { FitOutcome, FitPlace, FitRequest } from '../audit/fitInPlace.ts';
import type { Fit, KnownFit } from '../audit/fittedFile.ts';

/** Cancellation and progress of a long step. */
export interface RunOptions {
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
}

/** Options of an audit. */
export interface AuditRequest {
  readonly levels: Levels;
  /** The user's decision about each pair. */
  readonly decisions?: readonly (Decision | undefined)[];
  /** Wrong captions that were replaced, of `embedded.replaced`. */
  readonly replaced?: readonly PlacedCaption[];
  /** What `pairlens fit` learnt of it. */
  readonly fit?: Fit;
  /** What `pairlens learn` learnt of another dataset, which then judges this one. */
  readonly learnt?: LearntModel;
  /** Pictures of the datasets of the same folder that were audited before. */
  readonly elsewhere?: readonly PicturesElsewhere[];
  /** Pictures that the user called different. */
  readonly different?: ReadonlySet<string>;
  /** Releases the embeddings once they are centred, but for the visual ones: for a caller that reads them no more. */
  readonly releases?: boolean;
  /** Whether to weigh the words of each pair, which encodes about six more captions per pair. */
  readonly words?: boolean;
}

/** A dataset with its settings: those of its config file, overridden by the command line. */
export interface FoundDataset extends Dataset {
  readonly settings: DatasetSettings;
}

/** The steps of the command line's use cases, bound to their ports. */
export interface BatchPorts {
  readonly modelId: string;
  /** Unit rows of the shipped reference pairs: query bank for datasets that are too small to have their own. */
  readonly reference: MatchingSpaces;
  /** SIMD kernel for matching; plain JavaScript if undefined. */
  readonly innerProducts?: InnerProducts;
  open(folder: string, run: RunOptions): Promise<readonly FoundDataset[]>;
  /**
   * @param leaveOut for captions embedded for an audit: words left out besides what they share.
   * @param replaced captions to embed that no pair has any more
   */
  index(
    dataset: Dataset,
    run: RunOptions,
    leaveOut?: LeftOut,
    replaced?: readonly string[],
  ): Promise<EmbeddedDataset>;
  /** Reads the decisions of a dataset. @param folder that was opened and contains the root. */
  decisions(root: string, folder: string): Promise<KnownDecisions>;
  /** Reads what was fitted to a dataset. @param folder that was opened and contains the root. @param chosen setting `fitted` */
  fitOf(root: string, folder: string, chosen: string | undefined): Promise<KnownFit>;
  fit(
    embedded: EmbeddedDataset,
    place: FitPlace,
    request: FitRequest,
    run: RunOptions,
  ): Promise<FitOutcome>;
  audit(embedded: EmbeddedDataset, wanted: AuditRequest, run: RunOptions): Promise<DatasetAudit>;
  /** @param decisions the user's decision about each pair */
  learn(
    embedded: EmbeddedDataset,
    decisions: readonly (Decision | undefined)[],
    run: RunOptions,
  ): Promise<LearntModel>;
  /** Joint-space embedding of a text, a unit vector. */
  encodeText(text: string): Promise<Float32Array>;
  /** Joint-space embedding of any image file, a unit vector. @throws PairLensError `unreadable-image`. */
  encodeImage(file: string): Promise<Float32Array>;
  hash(text: string): string;
  /** Number of CLIP tokens of a text, without those of begin and end; absent if there is no vocabulary. */
  readonly countTokens?: (text: string) => number;
}
