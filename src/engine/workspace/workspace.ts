import type { Decision } from '../../core/dataset/decisions.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { Levels } from '../../core/audit/rules.ts';
import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath, SourceRange } from '../../core/dataset/dataset.ts';
import type { PairLensError } from '../../core/errors.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import type { TextEdit } from '../../core/formats/captionFormat.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import type { GroundedWord } from '../../core/matching/wordRegions.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import type { Sentence } from '../../core/text/sentence.ts';

/*
 * The datasets of an editor's folders, kept audited while people edit: what the language server stands on. Everything
 * is in absolute paths and plain data; the server turns it into LSP.
 */

/** Names a pair for as long as its image stays in the dataset. */
export interface LivePairId {
  readonly root: string;
  readonly image: DatasetPath;
  readonly captionIndex: number;
}

/** A pair as it stands now, unsaved edits included. */
export interface LivePair extends LivePairId {
  readonly caption: string;
  /** Absolute paths. */
  readonly imagePath: string;
  readonly captionPath: string;
  readonly range: SourceRange;
  /** 0-based end of the caption, for editors that count in lines. */
  readonly end: { readonly line: number; readonly column: number };
  /** 1 - mismatch probability; undefined where it was not judged. */
  readonly match: number | undefined;
  readonly decision: Decision | undefined;
}

/** A finding with the pairs it names resolved. */
export interface LiveFinding {
  /** Stable across audits as long as it is about the same thing. */
  readonly id: string;
  readonly root: string;
  readonly finding: Finding;
  readonly pair: LivePair | undefined;
  readonly related: readonly LivePair[];
}

export interface LiveNeighbour {
  readonly pair: LivePair;
  readonly kind: 'match' | 'likeness';
  /** 0..1. */
  readonly score: number;
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

export interface LiveMatch {
  readonly match: number;
  readonly evidence: readonly Sentence[];
  readonly neighbours: LiveNeighbours;
}

/** Edits of one caption file, for the text it holds now (open document or disk). */
export interface FileEdit {
  readonly path: string;
  /** The text they were made for: whoever applies them to another one writes into the middle of something. */
  readonly text: string;
  /** Whether the file has to be created. */
  readonly create: boolean;
  readonly edits: readonly TextEdit[];
}

export interface LiveChange {
  readonly findings: boolean;
  /** Absolute paths of caption files and images whose pairs changed; empty where everything may have. */
  readonly paths: readonly string[];
}

export interface LiveStatus {
  readonly state: 'no-dataset' | 'indexing' | 'auditing' | 'ready' | 'failed';
  readonly error?: PairLensError;
}

export interface LiveSettings {
  readonly levels: Levels;
  readonly captionsPerFile?: 'whole' | 'lines' | 'first-line';
  /** What searches rank by; the match of the audit without one. */
  readonly matcher?: SearchMatcher;
}

export interface LiveDatasetSummary {
  readonly dataset: Dataset;
  readonly estimate: MismatchEstimate | undefined;
  readonly verified: number;
  readonly excluded: number;
}

/** A place in a text: 0-based line and column in UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Lines of a file, 0-based, the last one included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** Every call that waits takes a signal and throws PairLensError `cancelled` once it is aborted. */
export interface LiveWorkspace {
  readonly status: LiveStatus;
  readonly datasets: readonly LiveDatasetSummary[];
  /** Opens, indexes and audits every dataset below the folders; again after files came and went. */
  refresh(
    folders: readonly string[],
    hooks: { readonly signal?: CancelSignal; readonly onProgress?: ProgressListener },
  ): Promise<void>;
  /** Runs what a person waits for: indexing and audits stand aside meanwhile, so it must neither wait for one nor for a pause. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** Called after everything that may have changed findings, scores or neighbours. */
  onChange(listener: (change: LiveChange) => void): { dispose(): void };
  /** The worst first. */
  findings(): readonly LiveFinding[];
  /** In the order of the file. @param lines only pairs whose caption stands, at least in part, on these */
  pairsInFile(path: string, lines?: Lines): readonly LivePair[];
  /** The caption at a place, or else the first on its line, or else that of a file with captions of one image only. */
  pairAt(path: string, place: TextPlace): LivePair | undefined;
  pairsOfImage(path: string): readonly LivePair[];
  pair(id: LivePairId): LivePair | undefined;
  /** Whether a path is a caption file or an image of a dataset. */
  kindOf(path: string): 'captions' | 'image' | undefined;
  /**
   * The text of a caption file is now this (an open document), or what the disk holds (undefined: closed, or changed
   * by another program). Re-reads it, encodes the captions that changed and judges what they touch.
   */
  captionsChanged(path: string, text: string | undefined, signal?: CancelSignal): Promise<void>;
  /**
   * A caption file was written: what the disk holds counts where no document is open, and tells which datasets there are
   * where one is.
   */
  fileWritten(path: string): Promise<void>;
  /** Whether pairs around changes are still judged, or folders read again, behind people's requests. */
  readonly isBusy: boolean;
  /** Resolves when the pairs around all changes so far are judged too; that happens behind people's requests. */
  whenIdle(): Promise<void>;
  neighbours(id: LivePairId, k: number, signal?: CancelSignal): Promise<LiveNeighbours | undefined>;
  /** As `captionsChanged` would judge it, without changing anything. */
  match(id: LivePairId, caption: string, signal?: CancelSignal): Promise<LiveMatch | undefined>;
  /** What each content word of `caption` adds to its match with the image; none where the caption cannot be judged. */
  words(id: LivePairId, caption: string, signal?: CancelSignal): Promise<readonly WeighedWord[]>;
  /**
   * Where in the image each content word of `caption` is to be seen; none where the caption cannot be judged.
   * @throws PairLensError `cancelled`, `unreadable-file`, `unreadable-image`.
   */
  groundings(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<readonly GroundedWord[]>;
  searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]>;
  searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]>;
  /** @throws PairLensError `invalid-argument` where the format cannot hold such a caption. */
  captionEdit(id: LivePairId, caption: string): Promise<FileEdit>;
  swapEdits(id: LivePairId, other: LivePairId): Promise<readonly FileEdit[]>;
  createCaptionEdit(imagePath: string, caption: string): Promise<FileEdit>;
  /** Writes or takes back a line of `.pairlens/decisions.jsonl`. */
  decide(id: LivePairId, decision: Decision | 'none'): Promise<void>;
  setSettings(settings: LiveSettings): void;
  close(): Promise<void>;
}
