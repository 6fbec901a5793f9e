import type { Matrix } from '../matching/matrix.ts';
import type { Dataset, DatasetPath } from '../dataset/dataset.ts';
import type { PictureFacts } from '../pictureFacts.ts';
import type { Problem } from '../dataset/problem.ts';
import type { Boilerplate } from '../text/boilerplate.ts';

/** Embeddings of the readable images: row i of every matrix belongs to `paths[i]`. */
export interface ImageTable {
  readonly paths: readonly DatasetPath[];
  /** Hash of each file's bytes: equal hashes are exact duplicates. */
  readonly hashes: readonly string[];
  /** Joint-space embedding (n, d), unit rows. */
  readonly embedding: Matrix;
  /** Class-name prior in the sentence space (n, 384), unit rows. */
  readonly prior: Matrix;
  /** Visual embedding (n, l), unit rows. */
  readonly visual: Matrix;
  /** Grey 16 x 16 thumbnails, 256 bytes per image, row by row, to confirm near-duplicates. */
  readonly thumbnails: Uint8Array;
  readonly facts: readonly PictureFacts[];
  /** Modification time of each file when it was read, milliseconds since 1970; absent where nobody asks for it. */
  readonly modified?: Float64Array;
}

/**
 * Embeddings of the distinct captions: row j of every matrix belongs to `texts[j]`, without its boilerplate if that was
 * left out.
 */
export interface TextTable {
  readonly texts: readonly string[];
  /** Joint-space embedding (m, d), unit rows. */
  readonly embedding: Matrix;
  /** Uni-modal sentence embedding (m, 384), unit rows. */
  readonly sentence: Matrix;
}

/** A dataset with its embeddings. */
export interface EmbeddedDataset {
  readonly dataset: Dataset;
  readonly modelId: string;
  readonly images: ImageTable;
  readonly texts: TextTable;
  /** Wrong captions that were replaced: no pair has them, and they are nobody's neighbour. */
  readonly replaced?: TextTable;
  /** For each pair of `dataset.pairs` its row in `images`; -1 if the image could not be read. */
  readonly imageRow: Int32Array;
  /** For each pair its row in `texts`; -1 if the caption is empty or is not scored. */
  readonly textRow: Int32Array;
  /** The words of the captions, each by itself and in lower case, where captions are embedded to be judged. */
  readonly words?: TextTable;
  /** Boilerplate that was left out of the embedded captions, if any. */
  readonly boilerplate?: Boilerplate;
  /** Images that could not be decoded. */
  readonly problems: readonly Problem[];
}
