import type { CancelSignal } from '../../core/cancellation.ts';
import type {
  Clock,
  EmbeddingStore,
  FileSystem,
  Hasher,
  ImageEncoder,
  ImageReader,
  TextEncoder,
} from '../../core/ports.ts';
import type { Boilerplate } from '../../core/text/boilerplate.ts';
import type { ProgressListener } from '../../core/progress.ts';

/** Ports of the indexer. */
export interface IndexPorts {
  readonly files: FileSystem;
  readonly hasher: Hasher;
  readonly reader: ImageReader;
  readonly imageEncoder: ImageEncoder;
  readonly textEncoder: TextEncoder;
  readonly store: EmbeddingStore;
  readonly clock: Clock;
}

/** Boilerplate named by the user. */
export interface LeftOut {
  /** Words and phrases to leave out everywhere, besides the detected boilerplate. */
  readonly triggerWords: readonly string[];
  /** Boilerplate that was learnt from another dataset, in place of all that. */
  readonly learnt?: Boilerplate;
}

export interface IndexOptions {
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
  /** Images read and decoded concurrently (default 16): enough to keep all decoding threads busy. */
  readonly decodes?: number;
  /**
   * Given where captions are embedded to be judged: without the boilerplate that they share (core/text/boilerplate.ts).
   * Without it they are embedded as they are.
   */
  readonly leaveOut?: LeftOut;
  /** Captions to embed that no pair has any more. */
  readonly replaced?: readonly string[];
}
