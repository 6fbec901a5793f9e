import type { Decision } from '../../core/dataset/decisions.ts';
import type { Incomparable } from '../../core/audit/comparability.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath, SourceRange } from '../../core/dataset/dataset.ts';
import type { Inventory } from '../../core/dataset/inventory.ts';
import type { PairLensError } from '../../core/errors.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import type { GroundedWord } from '../../core/matching/wordRegions.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import type { HeldOut } from '../../core/audit/fitting/fittedModel.ts';
import type { LiveEdits } from './liveEdits.ts';
import type { LiveMaps } from './liveMaps.ts';
import type { LiveFits } from './liveFits.ts';
import type { Decided } from './decidePairs.ts';
import type { LiveReliability } from './liveReliability.ts';
import type { LiveStatistics } from './liveStatistics.ts';
import type { LiveTags } from './liveTags.ts';
import type { PairBrowser } from './pairBrowser.ts';
import type { PairFiles } from './pairFiles.ts';

/*
 * Interface of the engine for the language server: the datasets of an editor's folders, audited incrementally during
 * editing. All paths are absolute and all values plain data; the server converts them to LSP.
 */

/** Identifies a pair while its image is in the dataset. */
export interface LivePairId {
  readonly root: string;
  readonly image: DatasetPath;
  readonly captionIndex: number;
}

/** A pair in its current state, with unsaved edits. */
export interface LivePair extends LivePairId {
  readonly caption: string;
  /** Length of the beginning that most captions of the dataset share, such as a trigger word; 0 if there is none. */
  readonly lead: number;
  /** Absolute paths. */
  readonly imagePath: string;
  readonly captionPath: string;
  readonly range: SourceRange;
  /** 0-based end of the caption, for editors that count in lines. */
  readonly end: { readonly line: number; readonly column: number };
  /** 1 - mismatch probability; undefined for pairs that were not scored, or whose score says nothing. */
  readonly match: number | undefined;
  /** Set where there is no match because the captions of the dataset cannot be judged against one another. */
  readonly incomparable?: Incomparable;
  readonly decision: Decision | undefined;
}

/** Tokens of a caption as CLIP counts them, without those of begin and end. */
export interface CaptionTokens {
  /** Of its longest line, if the trainer reads each line as a caption. */
  readonly count: number;
  /** How many the trainer reads; undefined if it is not known which trainer it is. */
  readonly limit?: { readonly trainer: string; readonly most: number };
}

/** A pair with the user's decision. */
export interface DecidedPair {
  readonly pair: LivePair;
  readonly decision: Decision;
}

/** A finding with its pairs. */
export interface LiveFinding {
  /** Stable across audits for the same finding. */
  readonly id: string;
  readonly root: string;
  readonly finding: Finding;
  readonly pair: LivePair | undefined;
  readonly related: readonly LivePair[];
}

export interface LiveNeighbour {
  readonly pair: LivePair;
  readonly kind: 'match' | 'likeness';
  /** 0..1; for a match the probability that it is the right one, given that at most one candidate is. */
  readonly score: number;
  /** Whether what it has now looks wrong: a caption on its image, or an image with its captions. */
  readonly homeless?: boolean;
  readonly hardNegative?: boolean;
}

export interface LiveNeighbours {
  readonly focus: LivePair;
  readonly siblings: readonly LivePair[];
  readonly findings: readonly LiveFinding[];
  readonly captions: readonly LiveNeighbour[];
  readonly images: readonly LiveNeighbour[];
  readonly lookAlikes: readonly LiveNeighbour[];
  readonly duplicates: readonly LiveNeighbour[];
}

export interface LiveMatch extends Pick<LivePair, 'match' | 'incomparable'> {
  readonly evidence: readonly Sentence[];
  readonly neighbours: LiveNeighbours;
}

/** The content words of a caption with their support, and those that are not seen in the image. */
export interface CaptionWords {
  readonly words: readonly WeighedWord[];
  /** The least supported first; empty where words cannot be judged. */
  readonly unsupported: readonly WeighedWord[];
}

export interface LiveChange {
  readonly findings: boolean;
  /** Absolute paths of caption files and images whose pairs changed; empty if all may have changed. */
  readonly paths: readonly string[];
}

export interface LiveStatus {
  readonly state: 'no-dataset' | 'indexing' | 'auditing' | 'ready' | 'failed';
  readonly error?: PairLensError;
}

export interface LiveSettings {
  /** Settings that override those of the config files. */
  readonly dataset: DatasetSettings;
  /** How search results are ranked; by the match if undefined. */
  readonly matcher?: SearchMatcher;
}

export interface LiveDatasetSummary {
  readonly dataset: Dataset;
  readonly estimate: MismatchEstimate | undefined;
  /** The pairs whose captions fit least, where they cannot be judged against one another; none elsewhere. */
  readonly leastFitting: readonly LivePair[];
  readonly verified: number;
  readonly excluded: number;
  readonly fit: DatasetFit | undefined;
  /** Whether its encoder has reference pairs and class names. */
  readonly hasReference: boolean;
}

/** What was fitted to a dataset, and lies beside it. */
export interface DatasetFit {
  readonly heldOut: HeldOut;
  /** Whether the last audit used it: it separated the captions from exchanged ones at least as well as the audit without it. */
  readonly isUsed: boolean;
}

/** A position in a text: 0-based line and column in UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Whether an image of a dataset, named by the root of the dataset and its path there, may be found. */
export type ImageTest = (root: string, image: DatasetPath) => boolean;

/** Lines of a file, 0-based, inclusive. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** Methods with a signal throw PairLensError `cancelled` after it is aborted. */
export interface LiveWorkspace {
  readonly status: LiveStatus;
  readonly datasets: readonly LiveDatasetSummary[];
  /** What each folder holds: the opened ones, and those below with a config file of their own. */
  readonly inventories: readonly Inventory[];
  /** Opens, indexes and audits every dataset below the folders; call it again after files were created or deleted. */
  refresh(
    folders: readonly string[],
    options: { readonly signal?: CancelSignal; readonly onProgress?: ProgressListener },
  ): Promise<void>;
  /** Runs a user request; indexing and audits pause meanwhile, so `work` must not wait for them. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** Calls the listener after each change that may affect findings, scores or neighbours. */
  onChange(listener: (change: LiveChange) => void): { dispose(): void };
  /** All findings, the worst first. */
  findings(): readonly LiveFinding[];
  /** In file order. @param lines only pairs whose caption overlaps these lines. */
  pairsInFile(path: string, lines?: Lines): readonly LivePair[];
  /** The caption at a position, else the first on its line, else the last of a file that captions a single image. */
  pairAt(path: string, place: TextPlace): LivePair | undefined;
  pairsOfImage(path: string): readonly LivePair[];
  pair(id: LivePairId): LivePair | undefined;
  /** Undefined if the trainer is known and no limit of CLIP tokens is: it reads other tokens, or depends on the model. */
  captionTokens(id: LivePairId): CaptionTokens | undefined;
  /** Whether a path is a caption file or an image of a dataset. */
  kindOf(path: string): 'captions' | 'image' | undefined;
  /**
   * Processes a change of a caption file: encodes changed captions and rescores what they affect.
   * @param text of the open document; undefined if it was closed or another program wrote the file.
   */
  captionsChanged(path: string, text: string | undefined, signal?: CancelSignal): Promise<void>;
  /**
   * Processes a write to a caption file. If a document is open, its text remains; the file on disk then only decides
   * which datasets there are. A wrong caption that was replaced teaches the dataset.
   * @returns other files that were written because of it.
   */
  fileWritten(path: string): Promise<readonly string[]>;
  /** Whether pairs are being rescored or folders read again in the background. */
  readonly isBusy: boolean;
  /** Resolves when the background work of all changes so far is done. */
  whenIdle(): Promise<void>;
  neighbours(id: LivePairId, k: number, signal?: CancelSignal): Promise<LiveNeighbours | undefined>;
  /** Scores a caption for the pair's image, without changing anything. */
  match(id: LivePairId, caption: string, signal?: CancelSignal): Promise<LiveMatch | undefined>;
  /** How much each content word of `caption` adds to its match with the image; empty if it cannot be scored. */
  words(id: LivePairId, caption: string, signal?: CancelSignal): Promise<CaptionWords>;
  /**
   * Where in the image each content word of `caption` is found; empty if the caption cannot be scored.
   * @throws PairLensError `cancelled`, `unreadable-file`, `unreadable-image`.
   */
  groundings(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<readonly GroundedWord[]>;
  /** @param among of images, only these */
  searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
    among?: ImageTest,
  ): Promise<readonly LiveNeighbour[]>;
  /** @param among of images, only these */
  searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
    among?: ImageTest,
  ): Promise<readonly LiveNeighbour[]>;
  /** Edits of caption files. They are made, not written. */
  readonly edits: Pick<LiveEdits, keyof LiveEdits>;
  /** Images as files: what goes with them when they move or leave, and duplicates. */
  readonly pairFiles: Pick<PairFiles, keyof PairFiles>;
  /**
   * Writes a caption file as UTF-8; its lines that are not UTF-8 are read in `encoding`. Without it the file is UTF-16, or
   * has a byte order mark, and is written as plain UTF-8.
   * @throws PairLensError `invalid-argument` if it is no caption file or the encoding does not fit; `write-failed`.
   */
  saveAsUtf8(path: string, encoding: string | undefined): Promise<void>;
  /** The decisions on pairs that exist now. */
  decisions(): readonly DecidedPair[];
  /** Adds or removes lines of `.pairlens/decisions.jsonl`. */
  decide(ids: readonly LivePairId[], decision: Decision | 'none'): Promise<Decided>;
  /** Lists of all pairs by query. */
  readonly browser: Pick<PairBrowser, 'page' | 'ids' | 'all'>;
  readonly tags: Pick<LiveTags, 'search' | 'of'>;
  readonly statistics: Pick<LiveStatistics, 'now'>;
  readonly reliability: Pick<LiveReliability, 'measure'>;
  /** Fitting to the datasets; `refresh` uses what was written, or goes without what was dropped. */
  readonly fits: Pick<LiveFits, 'fit' | 'drop'>;
  /** Pairs in the plane, similar ones close together. */
  readonly maps: Pick<LiveMaps, 'of' | 'select' | 'pair'>;
  setSettings(settings: LiveSettings): void;
  close(): Promise<void>;
}
