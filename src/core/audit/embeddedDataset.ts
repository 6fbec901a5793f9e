import type { Matrix } from '../matching/matrix.ts';
import type { Dataset, DatasetPath } from '../dataset/dataset.ts';
import type { PictureFacts } from '../pictureFacts.ts';
import type { Problem } from '../dataset/problem.ts';
import type { Boilerplate } from '../text/boilerplate.ts';

/** What the encoders say of the readable images: row i of every matrix belongs to `paths[i]`. */
export interface ImageTable {
  readonly paths: readonly DatasetPath[];
  /** Hash of each file's bytes: equal hashes are exact duplicates. */
  readonly hashes: readonly string[];
  /** Joint-space embedding (n, d), unit rows. */
  readonly embedding: Matrix;
  /** Class-name prior in the sentence space (n, 384), unit rows. */
  readonly prior: Matrix;
  /** Uni-modal image descriptor (n, l), unit rows: what the picture looks like. */
  readonly visual: Matrix;
  /** Grey 16 x 16 thumbnails, 256 bytes an image, row by row: confirms near-duplicates. */
  readonly thumbnails: Uint8Array;
  readonly facts: readonly PictureFacts[];
}

/**
 * What the encoders say of the distinct captions: row j of every matrix belongs to `texts[j]`, without its boilerplate
 * where that was left out.
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
  /** For each pair of `dataset.pairs` its row in `images`, or -1 where the image could not be read. */
  readonly imageRow: Int32Array;
  /** For each pair its row in `texts`, or -1 where the caption is empty or could not be judged. */
  readonly textRow: Int32Array;
  /** What was left out of the captions when they were embedded; nothing without it. */
  readonly boilerplate?: Boilerplate;
  /** Images that could not be decoded. */
  readonly problems: readonly Problem[];
}
