import type { CancelSignal } from './cancellation.ts';
import type { Matrix } from './matching/matrix.ts';

/** RGB bytes of a square, row by row, `size * size * 3` of them. */
export interface PixelSquare {
  readonly size: number;
  readonly rgb: Uint8Array;
}

/** A decoded image, squashed to the encoder's square. */
export interface SquareImage extends PixelSquare {
  /** Of the original, upright (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
  /** Grey 16 x 16 thumbnail. */
  readonly thumbnail: Uint8Array;
}

export interface ImageReader {
  /**
   * Decodes bytes to the encoder's square: first frame, upright, sRGB, alpha on white.
   * @throws PairLensError `unreadable-image` or `image-too-large`, with a remedy.
   */
  read(bytes: Uint8Array, size: number): Promise<SquareImage>;
}

/** A picture made small for showing: JPEG, upright, sRGB. Width and height in pixels. */
export interface ThumbnailImage {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ThumbnailReader {
  /**
   * @param size longest side in pixels; smaller pictures are not enlarged.
   * @throws PairLensError `unreadable-image` or `image-too-large`, with a remedy.
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
  /** Side of the square it wants, in pixels. */
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
  /** Row i belongs to `texts[i]`. Longer texts than the encoder reads are cut at its last token. */
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
  /** Milliseconds since 1970, fractions kept: a file of the same size and time is not read again. */
  readonly modified: number;
}

/** What could not be listed: a broken link, a loop, a folder without permission, a file that is no regular one. */
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

/** A symbolic link that leads out of the folder that is walked. */
export interface OutsideLink {
  readonly path: string;
  /** Where it really leads. */
  readonly target: string;
  readonly kind: 'file' | 'folder';
}

export interface ReadOptions {
  /** A larger file is refused before it is read. */
  readonly maxBytes?: number;
}

/**
 * The one door to a person's files. All paths absolute, in the platform's own form. Reading follows symbolic links, and
 * takes regular files only: never a named pipe, a socket or a device, which may wait or go on for ever.
 */
export interface FileSystem {
  /** @throws PairLensError `unreadable-file`. */
  stat(path: string): Promise<FileStat>;
  /** Whether there is anything at the path, of whatever kind. */
  exists(path: string): Promise<boolean>;
  /** Regular files below `path`, depth first, sorted by name in each folder; never the same folder twice. */
  walk(
    path: string,
    options: {
      readonly skipFolder: (name: string) => boolean;
      readonly onProblem: (problem: ListProblem) => void;
      /** Told of each link that leads out of `path`, before the files behind it; they are listed all the same. */
      readonly onOutsideLink?: (link: OutsideLink) => void;
      readonly signal?: CancelSignal;
    },
  ): AsyncIterable<{ readonly path: string }>;
  /**
   * A file whole, at most `DEFAULT_READ_BYTES` where nothing else is said.
   * @throws PairLensError `unreadable-file`, naming the path and the remedy.
   */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * The file's bytes in chunks, for files that should not be held whole: of any size where no limit is given.
   * @throws PairLensError `unreadable-file`.
   */
  stream(path: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /**
   * Where a path leads, if by way of links that is out of `folder`; undefined where it stays within. The path need not
   * exist: a link to nothing counts by what it names.
   * @throws PairLensError `unreadable-file`.
   */
  outsideTarget(path: string, folder: string): Promise<string | undefined>;
  /**
   * Changes a file's content: reads it, and replaces it in one step, so that a reader sees the old bytes or the new ones
   * and never a mixture. No other process that asks for the same does so meanwhile, so that none of many changes is lost.
   * When it resolves the change survives a power cut. Folders above the file are made where they are missing.
   * @param folder that was opened: nothing outside of it is changed, whatever links there are
   * @param change gives the new content for the old; undefined stands for no file. What it throws leaves all as it was
   * @throws PairLensError `write-failed`; `unreadable-file` where what stands there cannot be read.
   */
  update(
    path: string,
    folder: string,
    change: (before: Uint8Array | undefined) => Uint8Array | undefined,
    options?: ReadOptions,
  ): Promise<void>;
}

/** Content-addressed cache of what the encoders said. Keys hold the model's id, so models never mix. */
export interface EmbeddingStore {
  /** What was put under the key, byte for byte, or undefined: the caller computes it anew. Never throws. */
  get(key: string): Uint8Array | undefined;
  /** Queued; `flush` resolves when everything put so far was handed to the disk, or told in the log that it cannot be. */
  put(key: string, value: Uint8Array): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface Hasher {
  /** A hex digest of at least 128 bits; equal digests are taken for equal bytes. */
  hash(bytes: Uint8Array | string): string;
}

export interface LanguageDetector {
  /** ISO 639-1 code, or undefined where the text is too short or mixed to tell. */
  detect(text: string): string | undefined;
}

export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
