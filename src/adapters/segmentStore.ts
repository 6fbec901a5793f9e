import { LRUCache } from 'lru-cache';
import { PairLensError } from '../core/errors.ts';
import type { EmbeddingStore, Log } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { loadChecksum } from './checksum.ts';
import { makeSegmentFolder, removeEarlierStore, segmentFolder } from './segmentFolder.ts';
import { SegmentSet } from './segmentSet.ts';

/** What `pairlens cache` shows. */
export interface StoreStats {
  readonly location: string;
  readonly entries: number;
  /** Bytes of the files, replaced entries included. */
  readonly bytes: number;
  readonly limitBytes: number;
}

/** The store with the housekeeping that its command needs. */
export interface EmbeddingCache extends EmbeddingStore {
  stats(): StoreStats;
  /** @throws PairLensError `store-failed` where something stays. */
  clear(): Promise<void>;
  /**
   * Removes what was not used for longest until at most `bytes` (default: the limit) are in use. Use is known of files,
   * each a 64th of the limit, not of entries.
   * @throws PairLensError `store-failed` where more stays.
   */
  prune(bytes?: number): Promise<void>;
}

export interface SegmentStoreOptions {
  /** The user's cache folder; the segments lie in a folder below it. */
  readonly folder: string;
  readonly log: Log;
  readonly limitBytes?: number;
}

export const DEFAULT_LIMIT_BYTES = 4e9;
/** Where the size limit is reached, this share is freed at once rather than a little on every run. */
const PRUNE_TO = 0.8;
const SEGMENTS_AT_LIMIT = 64;
/** What is put waits in memory until this many bytes can be written at once. */
const WRITE_BYTES = 1 << 20;
/** What a run that cannot write keeps in memory. */
const KEPT_BYTES = 256e6;
/** What is missing may have been written by another process meanwhile: worth a look this often. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Opens the store of a folder, made where it is missing. Several processes may use it at once: each adds to a file of
 * its own and reads those of all others; nothing is locked. Every entry is checked when it is read: a damaged one
 * counts as missing. Where the folder cannot be used or written (full, failing, read-only, of another user), what is
 * put lives in memory until the end of the run. Each of these is said once, in the log; none of them is thrown.
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
  /** Undefined before it is opened, after it was closed, and where the folder cannot be used. */
  #segments: SegmentSet | undefined;
  /** Put, and not written yet. */
  readonly #pending = new Map<string, Uint8Array>();
  #pendingBytes = 0;
  /** Put, and never to be written. */
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (value, key) => value.length + key.length,
  });
  /** Why there are no segments. */
  #unusable = 'it is closed';
  #isWritable = false;
  #isClosed = false;
  /** There is something to tidy up. */
  #hasChanged = false;
  #isDamaged = false;
  #lookedAt = 0;
  /** One change of the files at a time. */
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
        onDamage: () => this.#tellOfDamage(),
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
    // After a cancelled run some image may still be on its way; its entry finds the store shut, not the process broken.
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

  /** A change that somebody asked for: here a failure is one. */
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

  /** Whatever the disk does to the files, the run goes on: the first failure is the last. */
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

  /** Whether other processes were looked for just now. */
  #lookAgain(): boolean {
    if (this.#segments === undefined || performance.now() - this.#lookedAt < LOOK_AGAIN_MS) {
      return false;
    }
    this.#lookedAt = performance.now();
    try {
      this.#segments.look();
      return true;
    } catch {
      // A folder that is gone: what is open can still be read, and writing will tell.
      return false;
    }
  }

  #tellOfDamage(): void {
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
