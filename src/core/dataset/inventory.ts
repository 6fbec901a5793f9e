import type { Sentence } from '../text/sentence.ts';
import type { DatasetPath } from './dataset.ts';

/** Rows of caption files that were understood and are not audited. */
export interface UnjudgedRows {
  /** What they are, in words that follow their number: "conversations about several images". */
  readonly what: Sentence;
  readonly count: number;
}

/** The caption files of one format in a dataset. */
export interface FormatCount {
  /** Id of the format. */
  readonly format: string;
  readonly files: number;
}

export interface InventoryDataset {
  /** Relative to the folder that was looked at; empty for that folder itself. */
  readonly root: DatasetPath;
  readonly formats: readonly FormatCount[];
  readonly images: number;
  readonly pairs: number;
  readonly unjudged: readonly UnjudgedRows[];
}

/** Files that may hold captions, or images, and were not read. */
export interface UnreadFiles {
  /** The first of them, at most `UNREAD_NAMED`. */
  readonly files: readonly DatasetPath[];
  readonly count: number;
  /** What they are and why they were not read; continues "train.json: ". */
  readonly what: Sentence;
  /** What to do. */
  readonly remedy: Sentence;
  /** Images without a caption elsewhere that they may caption. */
  readonly images: readonly DatasetPath[];
  /** Whether they are no matter of an audit: captions of videos. */
  readonly isLeftAlone: boolean;
}

/** Names of files that are kept of each entry. */
export const UNREAD_NAMED = 5;

/** What lies in a folder and what became of it. */
export interface Inventory {
  /** Absolute path. */
  readonly dir: string;
  readonly images: number;
  /** Files with the extension of a caption beside an image. */
  readonly texts: number;
  readonly datasets: readonly InventoryDataset[];
  readonly unread: readonly UnreadFiles[];
}
