import type { DatasetTrainer } from './trainers/trainer.ts';
import type { UnjudgedRows } from './inventory.ts';
import type { Problem } from './problem.ts';

/** Path relative to the dataset's root, with `/` on all platforms. */
export type DatasetPath = string;

/**
 * Range of a caption's raw characters in its file: UTF-16 code units of the decoded text without byte
 * order mark. In JSON and CSV the raw characters include escapes but not the outer quotes.
 */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
  /** 0-based line and column (UTF-16 code units) of `start`. */
  readonly line: number;
  readonly column: number;
}

export interface CaptionSource {
  readonly file: DatasetPath;
  /** ID of the format (core/formats/formatTable.ts) that reads and edits this caption. */
  readonly format: string;
  readonly range: SourceRange;
}

/** One image with one of its captions: the unit that is audited. */
export interface Pair {
  readonly image: DatasetPath;
  /** The caption as the trainer reads it: unescaped, without the line end. */
  readonly caption: string;
  /** 0-based position among the captions of this image. */
  readonly captionIndex: number;
  readonly source: CaptionSource;
  readonly split?: string;
}

/** A folder of images with captions in one or more known formats. */
export interface Dataset {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Ids of the formats found, e.g. `sidecar`, `hf-metadata-jsonl`. */
  readonly formats: readonly string[];
  /** In file order; pairs of one image are adjacent within a file. */
  readonly pairs: readonly Pair[];
  /** All image files of the dataset, captioned or not, sorted. */
  readonly images: readonly DatasetPath[];
  /** Problems of the files, found while reading them, before any encoder runs. */
  readonly problems: readonly Problem[];
  /** The trainer that will read it, if that is known; `none` if the user says that it is one without rules. */
  readonly trainer?: DatasetTrainer | 'none';
  /** What was understood and is not audited. */
  readonly unjudged?: readonly UnjudgedRows[];
}
