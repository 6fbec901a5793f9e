import type { Sentence } from '../../text/sentence.ts';
import type { DatasetPath } from '../dataset.ts';
import type { TrainerId } from '../trainers.ts';

/** A fact about a trainer, with the place in its source code. */
interface Sourced {
  /** Function and file, such as `load_image, library/train_util.py`. */
  readonly source: string;
}

/** What a trainer does with a file or caption that it cannot use. */
export type Consequence = 'stops' | 'left-out' | 'empty-caption';

/**
 * How a trainer reads a dataset, according to its source code. One file per trainer beside this one, and a line in
 * trainerTable.ts.
 */
export interface Trainer {
  readonly id: TrainerId;
  /** Its name as its users write it. */
  readonly name: string;
  readonly images: Sourced & {
    /** In small letters, without the dot. */
    readonly extensions: readonly string[];
    /** `lower-or-upper`: `.jpg` and `.JPG`, not `.Jpg`, on file systems that tell letters apart. */
    readonly letters: 'any' | 'lower-or-upper';
    /** Extensions that are read, too, if a package is installed that the trainer does not require. */
    readonly optional?: readonly string[];
    /** Whether images in subfolders are read. */
    readonly nested: boolean;
    /** Whether images without a row in the metadata are left out. */
    readonly listed?: boolean;
  };
  /** Text files beside the images; undefined if the trainer reads none. */
  readonly captions?: Sourced & {
    /** Those it looks for if its settings say nothing else, without the dot. */
    readonly extensions: readonly string[];
    /** The caption of a file with several lines: the first, each for itself, or all of them. */
    readonly lines: 'first' | 'each' | 'whole';
    /** An image without a caption file. */
    readonly missing: Consequence;
    /** A caption file of no bytes. */
    readonly empty: Consequence;
  };
  readonly exif: Sourced & { readonly applied: boolean };
  /** The colours below transparent pixels show, or white. */
  readonly alpha: Sourced & { readonly below: 'colours' | 'white' };
  readonly size: Sourced & {
    /** Pixels above which the trainer fails. */
    readonly most: number;
  };
  readonly encoding: Sourced & {
    /** What becomes of a byte order mark: a character of the caption, or dropped. */
    readonly mark: 'character' | 'dropped';
    readonly utf16: 'stops' | 'read';
  };
  /** Files with latents or encoded captions, used as long as they exist. */
  readonly caches?: Sourced & {
    /** The path without extension of the image that a cache was made of, and of what; undefined if it is no cache. */
    readonly madeOf: (path: DatasetPath) => CacheOrigin | undefined;
  };
  /** Splits captions at commas to shuffle or drop tags. */
  readonly tags?: Sourced;
  /** Reads `(word:1.2)` and `[word]` as weights if that is switched on. */
  readonly weights?: Sourced;
  /** Splits a caption at a separator into a fixed, a shuffled and a fixed part: at most so many separators. */
  readonly separators?: Sourced & { readonly most: number; readonly usual: string };
  readonly tokens?: Sourced & {
    readonly tokenizer: 'clip';
    /** Tokens of a caption that are read, without those of begin and end. */
    readonly most: number;
  };
  /** Reads folders named after repeats and a word, such as `10_sks dog`, if no settings name folders. */
  readonly repeatFolders?: Sourced;
  /** The bucket of an image, if the settings say enough. */
  readonly buckets?: Sourced & {
    readonly of: (size: PictureSize, settings: TrainerSettings) => PictureSize | undefined;
  };
  /** The settings in a file of this trainer; undefined for any other file. */
  readonly settingsIn?: (config: ConfigFile) => TrainerSettings | undefined;
  /** What in a folder without such a file shows that this trainer reads it. */
  readonly habit?: (folder: FolderFiles) => Sentence | undefined;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface CacheOrigin {
  readonly stem: DatasetPath;
  readonly what: 'image' | 'caption';
}

/** A parsed configuration file. */
export interface ConfigFile {
  readonly path: string;
  readonly value: unknown;
}

export interface FolderFiles {
  readonly images: readonly DatasetPath[];
  /** Files that are neither images nor captions. */
  readonly rest: readonly DatasetPath[];
  /** Ids of the formats found. */
  readonly formats: ReadonlySet<string>;
}

/** Settings of a configuration file; where its parts differ, none. */
export interface TrainerSettings {
  /** Folders of images, as written. */
  readonly folders?: readonly string[];
  /** Without the dot. */
  readonly captionExtension?: string;
  /** Used if no extension is written. */
  readonly usualExtension?: string;
  /** What its settings say that it reads in place of texts beside images, as a phrase. */
  readonly insteadOfTexts?: Sentence;
  /** Whether that is the names of the images. */
  readonly captionsInNames?: boolean;
  /** Whether the text encoder is CLIP; unknown if undefined. */
  readonly isClip?: boolean;
  /** Whether each line of a caption file is a caption, which is otherwise its first. */
  readonly everyLine?: boolean;
  /** Whether `photo_1.png`, `photo_2.png` are layers of `photo.png`, whose caption they share. */
  readonly hasLayers?: boolean;
  readonly keepTokensSeparator?: string;
  readonly resolution?: PictureSize;
  readonly batchSize?: number;
  readonly maxTokens?: number;
  readonly triggerWord?: string;
  readonly buckets?: {
    readonly least: number;
    readonly most: number;
    readonly step: number;
    readonly enlarge: boolean;
  };
}

/** The trainer of a dataset, and how it is known. */
export interface DatasetTrainer {
  readonly id: TrainerId;
  readonly settings: TrainerSettings;
  /** A phrase after "sd-scripts: ". */
  readonly why: Sentence;
  /** The file with the settings; relative to the opened folder, or beside it. */
  readonly file?: string;
}

/** Twice Pillow's `MAX_IMAGE_PIXELS` (1 GiB / 4 / 3): above this it raises DecompressionBombError (Image.py). */
export const PILLOW_LIMIT = 2 * Math.floor(1024 ** 3 / 4 / 3);

/** Extensions of the still images that Pillow opens without plug-ins. */
export const PILLOW_EXTENSIONS = [
  ...['jpg', 'jpeg', 'png', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'avif'],
] as const;
