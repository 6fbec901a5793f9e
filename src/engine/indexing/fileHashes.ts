import type { EmbeddingStore, FileStat, Hasher } from '../../core/ports.ts';

/** File systems count time in steps of up to two seconds (FAT): a younger file may still change unnoticed. */
const MTIME_GRANULARITY_MS = 2_000;

/** Remembers the hash of each file by its path, size and time, so that an unchanged file costs a stat. */
export class FileHashes {
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();

  constructor(
    private readonly store: EmbeddingStore,
    private readonly hasher: Hasher,
    private readonly wallClock: () => number = Date.now,
  ) {}

  /** The hash of the file at this absolute path, if it has not changed since. */
  get(path: string, stat: FileStat): string | undefined {
    const stored = this.store.get(this.key(path));
    if (stored === undefined) return undefined;
    const [bytes, modified, hash] = this.decoder.decode(stored).split(' ');
    return bytes === String(stat.bytes) && modified === String(stat.modified) ? hash : undefined;
  }

  /** `stat` must be from before the file was read: whoever writes in between changes its time. */
  put(path: string, stat: FileStat, hash: string): void {
    if (this.wallClock() - stat.modified < MTIME_GRANULARITY_MS) return;
    this.store.put(this.key(path), this.encoder.encode(`${stat.bytes} ${stat.modified} ${hash}`));
  }

  /** Paths may be longer than a key can be. */
  private key(path: string): string {
    return `f1:${this.hasher.hash(path)}`;
  }
}
