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
import type { ProgressListener } from '../../core/progress.ts';

/** Everything the indexer touches. */
export interface IndexPorts {
  readonly files: FileSystem;
  readonly hasher: Hasher;
  readonly reader: ImageReader;
  readonly imageEncoder: ImageEncoder;
  readonly textEncoder: TextEncoder;
  readonly store: EmbeddingStore;
  readonly clock: Clock;
}

export interface IndexOptions {
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
  /** Images read and decoded at a time (default 16): enough to keep every decoding thread busy. */
  readonly decodes?: number;
}
