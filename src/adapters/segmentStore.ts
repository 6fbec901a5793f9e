import { LRUCache } from 'lru-cache';
import { PairLensError } from '../core/errors.ts';
import type { EmbeddingStore, Log } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { loadChecksum } from './checksum.ts';
import { makeSegmentFolder, removeEarlierStore, segmentFolder } from './segmentFolder.ts';
import { SegmentSet } from './segmentSet.ts';

/** Statistics for `pairlens cache`. */
export interface StoreStats {
  readonly location: string;
  readonly entries: number;
  /** Size of the files in bytes, with replaced entries. */
  readonly bytes: number;
  readonly limitBytes: number;
}

/** The store with maintenance methods for `pairlens cache`. */
export interface EmbeddingCache extends EmbeddingStore {
  stats(): StoreStats;
  /** @throws PairLensError `store-failed` if something cannot be removed. */
  clear(): Promise<void>;
  /**
   * Removes the least recently used data until at most `bytes` (default: the limit) are used. Use is recorded per file
   * (1/64 of the limit), not per entry.
   * @throws PairLensError `store-failed` if more remains.
   */
  prune(bytes?: number): Promise<void>;
}

export interface SegmentStoreOptions {
  /** The user's cache folder; the segments are in a subfolder. */
  readonly folder: string;
  readonly log: Log;
  readonly limitBytes?: number;
}

export const DEFAULT_LIMIT_BYTES = 4e9;
/** When the size limit is reached, the store is reduced to this share of it, so that not every run has to prune. */
const PRUNE_TO = 0.8;
const SEGMENTS_AT_LIMIT = 64;
/** Size of the write buffer in bytes. */
const WRITE_BYTES = 1 << 20;
/** Memory limit in bytes for entries that cannot be written. */
const KEPT_BYTES = 256e6;
/** Shortest interval between two checks for segments of other processes. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Opens the store of a folder, which is created if missing. Several processes may use it concurrently without locks:
 * each appends to its own file and reads those of all others. Entries are verified when they are read; a damaged one
 * counts as missing. If the folder cannot be used or written (full, failing, read-only, of another user), entries are
 * kept in memory until the end of the run. Each of these failures is logged once; none is thrown.
 */
export async function openSegmentStore(options: SegmentStoreOptions): Promise<EmbeddingCache> {
  const store = new SegmentStore(options);
  await store.open();
  return store;
}

class SegmentStore implements EmbeddingCache {
  readonly #cacheFolder: string;
  readonly #folder: string;
  readonly #log: Log;
  readonly #limitBytes: number;
  /** Undefined before opening, after closing, and if the folder cannot be used. */
  #segments: SegmentSet | undefined;
  /** Entries that are not written yet. */
  readonly #pending = new Map<string, Uint8Array>();
  #pendingBytes = 0;
  /** Entries that cannot be written. */
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (value, key) => value.length + key.length,
  });
  /** Why there are no segments. */
  #unusable = 'it is closed';
  #isWritable = false;
  #isClosed = false;
  /** Whether `tidy` is useful. */
  #hasChanged = false;
  #isDamaged = false;
  #lookedAt = 0;
  /** Serialises changes of the files. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folder, log, limitBytes = DEFAULT_LIMIT_BYTES }: SegmentStoreOptions) {
    this.#cacheFolder = folder;
    this.#folder = segmentFolder(folder);
    this.#log = log;
    this.#limitBytes = limitBytes;
  }

  async open(): Promise<void> {
    try {
      const checksum = await loadChecksum();
      makeSegmentFolder(this.#folder);
      const segments = new SegmentSet(this.#folder, checksum, {
        segmentBytes: this.#limitBytes / SEGMENTS_AT_LIMIT,
        onDamage: () => this.#reportDamage(),
      });
      segments.look();
      this.#segments = segments;
      this.#isWritable = true;
      this.#lookedAt = performance.now();
      removeEarlierStore(this.#cacheFolder, this.#log);
    } catch (error) {
      this.#unusable = reasonOf(error);
      this.#log.warn(
        `The cache ${this.#folder} cannot be used (${reasonOf(error)}); this run goes on without one. Give --cache another folder to keep what is computed.`,
      );
    }
  }

  get(key: string): Uint8Array | undefined {
    const value = this.#pending.get(key) ?? this.#kept.get(key) ?? this.#segments?.find(key);
    return value ?? (this.#lookAgain() ? this.#segments?.find(key) : undefined);
  }

  put(key: string, value: Uint8Array): void {
    // After a cancelled run an image may still be encoded: ignore its entry.
    if (this.#isClosed) return;
    if (!this.#isWritable) {
      this.#kept.set(key, value);
      return;
    }
    this.#pending.set(key, value);
    this.#pendingBytes += value.length;
    if (this.#pendingBytes < WRITE_BYTES) return;
    this.#pendingBytes = 0;
    void this.#change((segments) => this.#writePending(segments));
  }

  flush(): Promise<void> {
    return this.#change(async (segments) => {
      await this.#writePending(segments);
      segments.markUsed(Date.now());
      this.#lookAgain();
      if (segments.bytes > this.#limitBytes) {
        await segments.shrinkTo(PRUNE_TO * this.#limitBytes);
      }
    });
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    await this.#change(async (segments) => {
      await segments.finish();
      if (this.#hasChanged) await segments.tidy(Date.now());
    });
    this.#segments?.close();
    this.#segments = undefined;
  }

  stats(): StoreStats {
    return {
      location: this.#folder,
      entries: (this.#segments?.entries ?? 0) + this.#pending.size + this.#kept.size,
      bytes: (this.#segments?.bytes ?? 0) + this.#pendingBytes + this.#kept.calculatedSize,
      limitBytes: this.#limitBytes,
    };
  }

  clear(): Promise<void> {
    this.#pending.clear();
    this.#pendingBytes = 0;
    this.#kept.clear();
    return this.#asAsked((segments) => segments.clear());
  }

  prune(bytes = this.#limitBytes): Promise<void> {
    return this.#asAsked((segments) => segments.shrinkTo(bytes));
  }

  /** A change requested by the user: errors are thrown. */
  #asAsked(task: (segments: SegmentSet) => void | Promise<void>): Promise<void> {
    return this.#exclusively(async () => {
      try {
        if (this.#segments === undefined) throw new Error(this.#unusable);
        await task(this.#segments);
      } catch (error) {
        throw new PairLensError(
          'store-failed',
          sentence('The cache {0} cannot be changed: {1}.', this.#folder, reasonOf(error)),
          {
            path: this.#folder,
            remedy: sentence('Change who may write into the folder, or give --cache another one.'),
            cause: error,
          },
        );
      }
    });
  }

  #exclusively<T>(task: () => T | Promise<T>): Promise<T> {
    const done = this.#turn.then(task);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** A change during a run: after the first error the store only keeps entries in memory. */
  #change(task: (segments: SegmentSet) => Promise<void>): Promise<void> {
    return this.#exclusively(async () => {
      const segments = this.#segments;
      if (segments === undefined || !this.#isWritable) return;
      try {
        await task(segments);
      } catch (error) {
        this.#stopWriting(segments, error);
      }
    });
  }

  #stopWriting(segments: SegmentSet, error: unknown): void {
    this.#isWritable = false;
    segments.abandon();
    for (const [key, value] of this.#pending) this.#kept.set(key, value);
    this.#pending.clear();
    this.#pendingBytes = 0;
    this.#log.warn(
      `The cache ${this.#folder} cannot be written (${reasonOf(error)}); this run goes on, but what it computes is not kept. Free some space, or give --cache another folder.`,
    );
  }

  async #writePending(segments: SegmentSet): Promise<void> {
    if (this.#pending.size === 0) return;
    this.#hasChanged = true;
    this.#pendingBytes = 0;
    const values = [...this.#pending];
    await segments.add(values);
    for (const [key, value] of values) {
      if (this.#pending.get(key) === value) this.#pending.delete(key);
    }
  }

  /** Checks for new segments of other processes, at most every LOOK_AGAIN_MS. Whether it did. */
  #lookAgain(): boolean {
    if (this.#segments === undefined || performance.now() - this.#lookedAt < LOOK_AGAIN_MS) {
      return false;
    }
    this.#lookedAt = performance.now();
    try {
      this.#segments.look();
      return true;
    } catch {
      // The folder is gone: open segments can still be read, and the next write reports the error.
      return false;
    }
  }

  #reportDamage(): void {
    if (this.#isDamaged) return;
    this.#isDamaged = true;
    this.#hasChanged = true;
    this.#log.warn(
      `The cache ${this.#folder} is damaged; what cannot be read is encoded again, and replaced.`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
