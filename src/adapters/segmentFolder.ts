import { readdirSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../core/ports.ts';
import { SEGMENT_NAME } from './segment.ts';
import { makeFolder } from './makeFolder.ts';

/** Contains the format version: other versions of PairLens use other folders. */
const NAME = 'embeddings-v1';
/** Files of earlier versions, which used lmdb. */
const EARLIER = ['embeddings.mdb', 'embeddings.mdb-lock', 'embeddings.mdb.damaged'];
const WRITABLE_BY_EVERYONE = 0o002;

export function segmentFolder(cacheFolder: string): string {
  return path.join(cacheFolder, NAME);
}

/**
 * Creates the segment folder if it is missing, readable by its owner only.
 * @throws Error if it cannot be used: no permission, no space, or writable by other users.
 */
export function makeSegmentFolder(folder: string): void {
  makeFolder(path.dirname(folder), 0o777);
  makeFolder(folder, 0o700);
  const { uid, mode } = statSync(folder);
  if (!isTrusted(uid)) throw new Error('it belongs to another user');
  if (process.platform !== 'win32' && (mode & WRITABLE_BY_EVERYONE) !== 0) {
    throw new Error('every user of this machine may write into it');
  }
}

/**
 * Whether embeddings written by this user are trusted: our own user, root, and everyone if we are root, which often
 * works in folders of other users (containers).
 */
export function isTrusted(owner: number): boolean {
  const self = process.getuid?.();
  return self === undefined || self === 0 || owner === self || owner === 0;
}

/** Segment names, the oldest first. @throws NodeJS.ErrnoException */
export function segmentNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort();
}

/** @throws NodeJS.ErrnoException if the file cannot be removed. */
export function removeSegment(folder: string, name: string): void {
  try {
    unlinkSync(path.join(folder, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Removes the store of an earlier version, which is unused and can be gigabytes. */
export function removeEarlierStore(cacheFolder: string, log: Log): void {
  const removed = EARLIER.filter((name) => {
    try {
      unlinkSync(path.join(cacheFolder, name));
      return true;
    } catch {
      return false;
    }
  });
  if (removed.length === 0) return;
  log.info(
    `Removed the cache of an earlier version (${path.join(cacheFolder, EARLIER[0] ?? '')}); what it held is encoded again.`,
  );
}

/** Whether a process with this ID runs on this machine; see `isAbandoned` for other machines. */
function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether an unfinished segment is probably no longer written. A wrong guess only costs time: its writer notices that
 * the file is gone and begins another.
 */
export function isAbandoned(
  { writer, lastUsed }: { readonly writer: number; readonly lastUsed: number },
  now: number,
): boolean {
  // Process IDs are reused; in containers they are always the same.
  return !isRunning(writer) || now - lastUsed > 86_400_000;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
