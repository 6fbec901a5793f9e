import { readdirSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../core/ports.ts';
import { SEGMENT_NAME } from './segment.ts';
import { makeFolder } from './makeFolder.ts';

/** Version of the format: another one has another folder, so that two versions of PairLens work side by side. */
const NAME = 'embeddings-v1';
/** Of versions that kept everything in one file of lmdb. */
const EARLIER = ['embeddings.mdb', 'embeddings.mdb-lock', 'embeddings.mdb.damaged'];
const WRITABLE_BY_EVERYONE = 0o002;

export function segmentFolder(cacheFolder: string): string {
  return path.join(cacheFolder, NAME);
}

/**
 * Makes the folder of segments where it is missing, readable by its owner only.
 * @throws Error that says why it cannot be used: no permission, no room, or others could put embeddings there.
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
 * Whether what this user wrote may be taken for what the encoders said: our own user, the administrator, and everyone
 * where we are the administrator, who often works in folders of others (containers).
 */
export function isTrusted(owner: number): boolean {
  const self = process.getuid?.();
  return self === undefined || self === 0 || owner === self || owner === 0;
}

/** Names of the segments, the oldest first. @throws NodeJS.ErrnoException */
export function segmentNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort();
}

/** @throws NodeJS.ErrnoException where the file stays. */
export function removeSegment(folder: string, name: string): void {
  try {
    unlinkSync(path.join(folder, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Nothing reads the store of an earlier version any more, and it can be gigabytes. */
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

/** Whether a process of this machine has this number. Of another machine's nothing is known: see `isAbandoned`. */
function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether nobody seems to add to an unfinished segment any more. A wrong guess costs nothing but time: whoever still
 * writes sees that the file is gone, and begins another.
 */
export function isAbandoned(
  { writer, lastUsed }: { readonly writer: number; readonly lastUsed: number },
  now: number,
): boolean {
  // Numbers of processes come again, in containers always the same ones.
  return !isRunning(writer) || now - lastUsed > 86_400_000;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
