import type { PixelSquare } from '../ports.ts';

/** A tensor of a graph, for one image or one caption: `shape` is without the batch. */
export interface Fragment {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** What a cross-encoder made of one image or of one caption: its regions, its words, by the names of its graphs. */
export type Fragments = ReadonlyMap<string, Fragment>;

/**
 * A scorer of pairs, called cross-encoder in contrast to the dual encoders that embed: it reads an image and a caption together, such as
 * SCAN. More exact than a cosine of two embeddings, and too slow to score all pairs of a dataset. Scores rank within one query only.
 */
export interface CrossEncoder {
  /** Of the method and its weights. */
  readonly id: string;
  /** Side of the pictures it reads, in pixels. */
  readonly size: number;
  readonly pictureBatch: number;
  readonly captionBatch: number;
  ofPictures(pictures: readonly PixelSquare[]): Promise<Fragments[]>;
  /** Longer captions are truncated. */
  ofCaptions(captions: readonly string[]): Promise<Fragments[]>;
  /** Scores of all pairs: a row for each picture, a column for each caption. */
  score(pictures: readonly Fragments[], captions: readonly Fragments[]): Promise<Float32Array>;
}
