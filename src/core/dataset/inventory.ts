import type { Sentence } from '../text/sentence.ts';
import type { DatasetPath } from './dataset.ts';

/** Valid rows of caption files that are not audited. */
export interface UnjudgedRows {
  /** Kind of the rows, as a phrase after their number: "conversations about several images". */
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
  /** Relative to the inspected folder; empty for that folder itself. */
  readonly root: DatasetPath;
  readonly formats: readonly FormatCount[];
  readonly images: number;
  readonly pairs: number;
  readonly unjudged: readonly UnjudgedRows[];
  /** Why it has no pairs: its first problem. */
  readonly emptied?: { readonly message: Sentence; readonly remedy: Sentence };
  /** The trainer whose rules apply, and how it is known. */
  readonly trainer?: InventoryTrainer;
}

export interface InventoryTrainer {
  readonly id: string;
  readonly name: string;
  /** A phrase after "sd-scripts: ". */
  readonly why: Sentence;
}

/** Files that may contain captions, or are images, and were not read. */
export interface UnreadFiles {
  /** The first of them, at most `UNREAD_NAMED`. */
  readonly files: readonly DatasetPath[];
  readonly count: number;
  /** Description and reason, as a phrase after "train.json: ". */
  readonly what: Sentence;
  /** What to do. */
  readonly remedy: Sentence;
  /** Images without another caption that they may caption. */
  readonly images: readonly DatasetPath[];
  /** Whether they are ignored on purpose (captions of videos). */
  readonly isLeftAlone: boolean;
}

/** A column of a table, or a property of JSON objects, with some of its values. */
export interface SampledColumn {
  readonly name: string;
  /** The first different ones, at most `SAMPLES`. */
  readonly samples: readonly string[];
  readonly holds: 'images' | 'words' | 'other';
}

/** Values stored per column. */
export const SAMPLES = 3;

/** A choice that the files do not settle, and the config file can. */
export type Question =
  | {
      readonly kind: 'columns';
      readonly file: DatasetPath;
      readonly columns: readonly SampledColumn[];
    }
  | {
      /** Whether the names of images are their captions. */
      readonly kind: 'names';
      /** The first of them. */
      readonly file: DatasetPath;
      readonly images: number;
      /** The captions that would be read from the first of them. */
      readonly samples: readonly string[];
    }
  | {
      /** Which folder a beginning of image names stands for. */
      readonly kind: 'root';
      readonly file: DatasetPath;
      /** As written; empty if the names are relative to the folder. */
      readonly prefix: string;
      readonly folders: readonly { readonly folder: DatasetPath; readonly images: number }[];
    };

/** File names stored per entry. */
export const UNREAD_NAMED = 5;

/** The files of a folder and how they were read. */
export interface Inventory {
  /** Absolute path. */
  readonly dir: string;
  readonly images: number;
  /** Number of files with a sidecar extension. */
  readonly texts: number;
  readonly datasets: readonly InventoryDataset[];
  /** Trainers with settings in the folder, if there are several: then none is chosen. */
  readonly rivalTrainers: readonly InventoryTrainer[];
  readonly unread: readonly UnreadFiles[];
  readonly questions: readonly Question[];
  /** How sidecar files are read, if there are any. */
  readonly captionsPerFile?: 'whole' | 'lines' | 'first-line';
  /** Number of files that the config file leaves out. */
  readonly leftOut: number;
  /** What is not used in the config file. */
  readonly flaws: readonly { readonly message: Sentence; readonly remedy: Sentence }[];
}
