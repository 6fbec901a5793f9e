import type { CancelSignal } from './cancellation.ts';
import type { PictureFacts } from './pictureFacts.ts';
import type { Matrix } from './matching/matrix.ts';
import type { Sentence } from './text/sentence.ts';

/** RGB bytes of a square, row by row, `size * size * 3` of them. */
export interface PixelSquare {
  readonly size: number;
  readonly rgb: Uint8Array;
}

/** A decoded image, scaled to the encoder's square input. */
export interface SquareImage extends PixelSquare {
  readonly facts: PictureFacts;
  /** Grey 16 x 16 thumbnail. */
  readonly thumbnail: Uint8Array;
}

export interface ImageReader {
  /**
   * Decodes an image for the encoder: first frame, upright, sRGB, alpha on white.
   * @throws PairLensError `unreadable-image` or `image-too-large`.
   */
  read(bytes: Uint8Array, size: number): Promise<SquareImage>;
}

/** A thumbnail for display: JPEG, upright, sRGB. Width and height in pixels. */
export interface ThumbnailImage {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ThumbnailReader {
  /**
   * @param size longest side in pixels; smaller images are not enlarged.
   * @throws PairLensError `unreadable-image` or `image-too-large`.
   */
  read(bytes: Uint8Array, size: number): Promise<ThumbnailImage>;
}

export interface ImageEncodings {
  readonly embedding: Matrix;
  readonly prior: Matrix;
  readonly visual: Matrix;
}

export interface ImageEncoder {
  readonly modelId: string;
  /** Side of its square input in pixels. */
  readonly size: number;
  readonly batchSize: number;
  encode(images: readonly PixelSquare[]): Promise<ImageEncodings>;
}

export interface TextEncodings {
  readonly embedding: Matrix;
  readonly sentence: Matrix;
}

export interface TextEncoder {
  readonly modelId: string;
  readonly batchSize: number;
  /** Row i belongs to `texts[i]`. Texts longer than the encoder's limit are truncated. */
  encode(texts: readonly string[]): Promise<TextEncodings>;
}

/** Approximate or exact nearest neighbours by inner product of unit rows. */
export interface VectorIndex {
  readonly size: number;
  search(query: Float32Array, k: number): { indices: Int32Array; similarities: Float32Array };
  dispose(): void;
}

export interface FileStat {
  /** `special`: a named pipe, a socket, a device; never to be read. */
  readonly kind: 'file' | 'folder' | 'special';
  readonly bytes: number;
  /** Milliseconds since 1970, with fractions: a file with unchanged size and time is not read again. */
  readonly modified: number;
}

/** An entry that could not be listed: a broken link, a loop, a folder without permission, a special file. */
export interface ListProblem {
  readonly path: string;
  readonly reason:
    | 'broken-link'
    | 'link-loop'
    | 'no-permission'
    | 'unreadable'
    | 'named-pipe'
    | 'socket'
    | 'device';
}

/** A symbolic link to a target outside of the walked folder. */
export interface OutsideLink {
  readonly path: string;
  /** Real path of its target. */
  readonly target: string;
  readonly kind: 'file' | 'folder';
}

export interface ReadOptions {
  /** Larger files are rejected before reading. */
  readonly maxBytes?: number;
}

/** A file opened for reading in parts. */
export interface OpenFile {
  readonly bytes: number;
  /** As `FileStat.modified`. */
  readonly modified: number;
  /**
   * The bytes from `start`, `length` of them or fewer at the end of the file.
   * @throws PairLensError `unreadable-file`.
   */
  read(start: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What is wrong with an archive, which is read as far as it can be. */
export interface ArchiveFlaw {
  readonly path: string;
  /** Phrase after "00001.tar". */
  readonly what: Sentence;
  readonly remedy: Sentence;
}

/**
 * All access to user files. Paths are absolute, in the platform's form. Reading follows symbolic links and accepts
 * regular files only: named pipes, sockets and devices may block or never end.
 *
 * A webdataset tar and a parquet file with pictures are also read as folders of their members, `00000.tar/000123.jpg`;
 * these are never written (docs/adr/0009-archives-as-folders.md).
 */
export interface FileSystem {
  /** @throws PairLensError `unreadable-file`. */
  stat(path: string): Promise<FileStat>;
  /** Whether the path exists, as any kind of entry. */
  exists(path: string): Promise<boolean>;
  /** Regular files below `path`, depth first, sorted by name in each folder; visits no folder twice. */
  walk(
    path: string,
    options: {
      readonly skipFolder: (name: string) => boolean;
      readonly onProblem: (problem: ListProblem) => void;
      /** Called for each link that leads out of `path`, before the files behind it, which are listed, too. */
      readonly onOutsideLink?: (link: OutsideLink) => void;
      readonly onArchiveFlaw?: (flaw: ArchiveFlaw) => void;
      readonly signal?: CancelSignal;
    },
  ): AsyncIterable<{ readonly path: string }>;
  /**
   * Reads a whole file of at most `DEFAULT_READ_BYTES`, unless `options` set another limit.
   * @throws PairLensError `unreadable-file`.
   */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * Reads a file in chunks, with no size limit by default.
   * @throws PairLensError `unreadable-file`.
   */
  stream(path: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /**
   * Opens a file for reading in parts; it must be closed.
   * @throws PairLensError `unreadable-file`.
   */
  open(path: string): Promise<OpenFile>;
  /**
   * The target of a path that leads out of `folder` through links; undefined if it stays inside. The path need not
   * exist; a broken link counts by its target.
   * @throws PairLensError `unreadable-file`.
   */
  outsideTarget(path: string, folder: string): Promise<string | undefined>;
  /**
   * Changes a file: reads it and replaces it atomically under a lock between processes, so that readers see the old or
   * the new bytes and no concurrent update is lost. After it resolves the change survives a power failure. Missing parent
   * folders are created.
   * @param folder that was opened: nothing outside of it is changed, not even through links
   * @param change maps the old content to the new; undefined means no file. If it throws, nothing is changed
   * @throws PairLensError `write-failed`; `unreadable-file` if the existing file cannot be read.
   */
  update(
    path: string,
    folder: string,
    change: (before: Uint8Array | undefined) => Uint8Array | undefined,
    options?: ReadOptions,
  ): Promise<void>;
  /**
   * Renames a file, durably; its mode and time stay. Missing parent folders are created.
   * @param folder that was opened: neither path may lead out of it
   * @throws PairLensError `write-failed`, also if there is something at `to`.
   */
  move(from: string, to: string, folder: string): Promise<void>;
}

/** Marks of processes, by which files of a process that was killed are recognised. */
export interface ProcessMarks {
  /** A mark of this process. */
  readonly own: string;
  /** Whether the process of a mark has ended; undefined if that is unknown, as for another machine's. */
  isGone(mark: string): boolean | undefined;
}

/** Content-addressed cache of embeddings. Keys contain the model's ID, so that models are not mixed. */
export interface EmbeddingStore {
  /** The value of a key; undefined if it is missing. Never throws. */
  get(key: string): Uint8Array | undefined;
  /** Queues a value; `flush` resolves when everything queued so far was written, or its failure logged. */
  put(key: string, value: Uint8Array): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface Hasher {
  /** A hex digest of at least 128 bits; equal digests are treated as equal bytes. */
  hash(bytes: Uint8Array | string): string;
}

export interface LanguageDetector {
  /** ISO 639-1 code; undefined if the text is too short or mixed. */
  detect(text: string): string | undefined;
}

/** A noun of a text and its place (UTF-16, end exclusive). */
export interface FoundNoun {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface NounFinder {
  /** The common nouns of an English text, in order. */
  nouns(text: string): readonly FoundNoun[];
}

export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
