import type { EmbeddingStore, FileStat, Hasher } from '../../core/ports.ts';

/** Coarsest resolution of modification times (FAT): a younger file may still change without a new time. */
const MTIME_GRANULARITY_MS = 2_000;

/** Stores the hash of each file by path, size and modification time, so that unchanged files are not read. */
export class FileHashes {
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #store: EmbeddingStore;
  readonly #hasher: Hasher;
  readonly #wallClock: () => number;

  constructor(store: EmbeddingStore, hasher: Hasher, wallClock: () => number = Date.now) {
    this.#store = store;
    this.#hasher = hasher;
    this.#wallClock = wallClock;
  }

  /** The hash of the file at this absolute path, if it has not changed since. */
  get(path: string, stat: FileStat): string | undefined {
    const stored = this.#store.get(this.#key(path));
    if (stored === undefined) return undefined;
    const [bytes, modified, hash] = this.#decoder.decode(stored).split(' ');
    return bytes === String(stat.bytes) && modified === String(stat.modified) ? hash : undefined;
  }

  /** The last known hash of the file at this absolute path, whether or not it still exists. */
  last(path: string): string | undefined {
    const stored = this.#store.get(this.#key(path));
    return stored === undefined ? undefined : this.#decoder.decode(stored).split(' ')[2];
  }

  /** `stat` must be from before the file was read, so that a write in between is noticed. */
  put(path: string, stat: FileStat, hash: string): void {
    if (this.#wallClock() - stat.modified < MTIME_GRANULARITY_MS) return;
    this.#store.put(
      this.#key(path),
      this.#encoder.encode(`${stat.bytes} ${stat.modified} ${hash}`),
    );
  }

  /** Hashed, because paths may be longer than the limit for keys. */
  #key(path: string): string {
    return `f1:${this.#hasher.hash(path)}`;
  }
}
