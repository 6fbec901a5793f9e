import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { EmbeddingStore, Log } from '../core/ports.ts';
import { isLmdbFile } from './lmdbFile.ts';

/** What `pairlens cache` shows. */
export interface StoreStats {
  readonly location: string;
  readonly entries: number;
  /** Bytes in use; the file keeps freed pages for later entries. */
  readonly bytes: number;
  readonly limitBytes: number;
}

/** The store with the housekeeping that its command needs. */
export interface LmdbStore extends EmbeddingStore {
  stats(): StoreStats;
  clear(): Promise<void>;
  /** Removes the entries that were not used for longest until at most `bytes` (default: the limit) are in use. */
  prune(bytes?: number): Promise<void>;
}

export interface LmdbStoreOptions {
  readonly folder: string;
  readonly log: Log;
  readonly limitBytes?: number;
  /** Days since 1970, for the age of entries. */
  readonly today?: () => number;
}

export const DEFAULT_LIMIT_BYTES = 4e9;
const FILE = 'embeddings.mdb';
const DAY_MS = 86_400_000;
/** Where the size limit is reached, this share is freed at once rather than a little on every run. */
const PRUNE_TO = 0.8;

interface Tables {
  readonly root: RootDatabase<Buffer, string>;
  readonly values: Database<Buffer, string>;
  /** Day each entry was last used: the oldest go first. */
  readonly used: Database<number, string>;
}

/**
 * Opens the store of a folder, made where it is missing. Several processes may have it open; lmdb lets one write at a
 * time. A damaged store is moved aside and begun anew. Where the folder cannot be used (read-only, full), what is put
 * lives in memory until the end of the run. Each of these is said once, in the log.
 */
export function openLmdbStore(options: LmdbStoreOptions): LmdbStore {
  tolerateFailedCommits();
  const { folder, log } = options;
  const file = path.join(folder, FILE);
  let tables: Tables | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    tables = openTables(file, log);
  } catch (error) {
    log.warn(
      `The cache ${folder} cannot be used (${reasonOf(error)}); this run goes on without one. Give --cache another folder to keep what is computed.`,
    );
  }
  return new CachedStore(options, file, tables);
}

/**
 * When a commit fails (a full disk), lmdb rejects the promise of every write, which we hear, and two of its own, which
 * nobody can: without this the process would end over a cache. It also prints the error with its stack, where our
 * warning says what happened; console.error is the only place to stop that.
 */
function tolerateFailedCommits(): void {
  if (tolerant) return;
  tolerant = true;
  const print = console.error;
  console.error = (...values: unknown[]) => {
    if (!isPrintedByLmdb(values[0])) print(...values);
  };
  process.on('unhandledRejection', (reason) => {
    if (!isFailedCommit(reason)) throw reason;
  });
}
let tolerant = false;

/** Errors of lmdb's C code carry a number where Node's own carry a name. */
function isPrintedByLmdb(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    /[\\/]lmdb[\\/]/.test(error.stack ?? '')
  );
}

function isFailedCommit(error: unknown): error is Error & { readonly commitError: unknown } {
  return error instanceof Error && 'commitError' in error;
}

function openTables(file: string, log: Log): Tables {
  if (!isLmdbFile(file)) {
    moveAside(file, log);
    return tablesOf(file);
  }
  try {
    return tablesOf(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    moveAside(file, log);
    return tablesOf(file);
  }
}

function moveAside(file: string, log: Log): void {
  const aside = `${file}.damaged`;
  rmSync(aside, { force: true });
  renameSync(file, aside);
  rmSync(`${file}-lock`, { force: true });
  log.warn(
    `The cache ${file} is damaged. It was moved to ${aside}, which can be deleted; what it held is encoded again.`,
  );
}

function tablesOf(file: string): Tables {
  const root = open<Buffer, string>({ path: file, noSubdir: true, encoding: 'binary', maxDbs: 4 });
  return {
    root,
    values: root.openDB<Buffer, string>('values', { encoding: 'binary' }),
    used: root.openDB<number, string>('used', { encoding: 'ordered-binary' }),
  };
}

class CachedStore implements LmdbStore {
  readonly #options: LmdbStoreOptions;
  readonly #file: string;
  #tables: Tables | undefined;
  /** What could not be written, or not yet: always right, whatever the disk does. */
  readonly #memory = new Map<string, Uint8Array>();
  #writable: boolean;
  /** A commit failed: lmdb then never settles what waits for it, closing included. */
  #failed = false;

  constructor(options: LmdbStoreOptions, file: string, tables: Tables | undefined) {
    this.#options = options;
    this.#file = file;
    this.#tables = tables;
    this.#writable = tables !== undefined;
  }

  get(key: string): Uint8Array | undefined {
    try {
      const value = this.#memory.get(key) ?? this.#tables?.values.get(key);
      if (value !== undefined) this.#touch(key);
      return value;
    } catch (error) {
      this.#abandon(error);
      return undefined;
    }
  }

  put(key: string, value: Uint8Array): void {
    const tables = this.#tables;
    this.#memory.set(key, value);
    if (tables === undefined || !this.#writable) return;
    const stored = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    tables.values.put(key, stored).then(
      () => {
        if (this.#memory.get(key) === value) this.#memory.delete(key);
      },
      (error: unknown) => this.#stopWriting(error),
    );
    this.#write(tables.used.put(key, this.#today()));
  }

  async flush(): Promise<void> {
    const tables = this.#tables;
    if (tables === undefined || !this.#writable) return;
    try {
      await tables.root.flushed;
      const { limitBytes } = this.stats();
      if (this.#bytes() > limitBytes) await this.prune(PRUNE_TO * limitBytes);
    } catch (error) {
      this.#stopWriting(error);
    }
  }

  async close(): Promise<void> {
    await this.flush();
    // After a cancelled run some image may still be on its way; its record finds the store shut, not the process broken.
    this.#writable = false;
    const tables = this.#tables;
    this.#tables = undefined;
    if (tables === undefined || this.#failed) return;
    try {
      await tables.root.flushed;
    } catch {
      // A full disk was told of when the write failed.
    }
    await tables.root.close();
  }

  stats(): StoreStats {
    return {
      location: this.#file,
      entries: this.#tables?.values.getCount() ?? this.#memory.size,
      bytes: this.#bytes(),
      limitBytes: this.#options.limitBytes ?? DEFAULT_LIMIT_BYTES,
    };
  }

  async clear(): Promise<void> {
    this.#memory.clear();
    if (this.#tables === undefined) return;
    await this.#tables.values.clearAsync();
    await this.#tables.used.clearAsync();
  }

  async prune(bytes?: number): Promise<void> {
    const tables = this.#tables;
    if (tables === undefined) return;
    const target = bytes ?? this.stats().limitBytes;
    let over = this.#bytes() - target;
    if (over <= 0) return;
    const oldest = [...tables.used.getRange()].sort((a, b) => a.value - b.value);
    await tables.root.transaction(() => {
      for (const { key } of oldest) {
        if (over <= 0) break;
        over -= (tables.values.get(key)?.length ?? 0) + key.length;
        void tables.values.remove(key);
        void tables.used.remove(key);
      }
    });
  }

  /** Once a day and entry: reading must not write all the time. */
  #touch(key: string): void {
    const tables = this.#tables;
    if (tables === undefined || !this.#writable) return;
    const today = this.#today();
    if (tables.used.get(key) !== today) this.#write(tables.used.put(key, today));
  }

  #write(written: Promise<unknown>): void {
    written.catch((error: unknown) => this.#stopWriting(error));
  }

  #stopWriting(error: unknown): void {
    this.#failed = true;
    if (isFailedCommit(error) && error.commitError instanceof Promise) {
      error.commitError.catch(() => undefined);
    }
    if (!this.#writable) return;
    this.#writable = false;
    this.#options.log.warn(
      `The cache ${this.#file} cannot be written (${reasonOf(error)}); this run goes on, but what it computes is not kept. Free some space, or give --cache another folder.`,
    );
  }

  /** A page inside is damaged, which shows only when it is read: this run goes on in memory, the next one begins anew. */
  #abandon(error: unknown): void {
    if (!isDamage(error)) throw error;
    this.#failed = true;
    this.#writable = false;
    this.#tables = undefined;
    moveAside(this.#file, this.#options.log);
  }

  #bytes(): number {
    return (
      [this.#tables?.values, this.#tables?.used].reduce((sum, table) => sum + bytesOf(table), 0) +
      [...this.#memory.values()].reduce((sum, { length }) => sum + length, 0)
    );
  }

  #today(): number {
    return this.#options.today?.() ?? Math.floor(Date.now() / DAY_MS);
  }
}

function isDamage(error: unknown): boolean {
  return /^MDB_(?:CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC|BAD_TXN)/.test(reasonOf(error));
}

/** lmdb's typings leave its statistics open. */
function bytesOf(table: Database<unknown, string> | undefined): number {
  const stats: unknown = table?.getStats();
  const field = (name: string): number => {
    const value: unknown = stats instanceof Object ? Reflect.get(stats, name) : undefined;
    return typeof value === 'number' ? value : 0;
  };
  return (
    field('pageSize') *
    (field('treeBranchPageCount') + field('treeLeafPageCount') + field('overflowPages'))
  );
}

function reasonOf(error: unknown): string {
  if (isFailedCommit(error)) return 'the disk is full or failing';
  return error instanceof Error ? error.message : String(error);
}
