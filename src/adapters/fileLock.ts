import { randomInt } from 'node:crypto';
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';
import { codeOf } from './fileErrors.ts';
import { readRegular } from './regularFile.ts';
import { isGone, isMark, isOlderThan, isOwn, ownMark } from './temporaryFile.ts';

/*
 * A lock between processes, as a file beside the locked one: `.NAME.lock` contains the mark of the process that holds it.
 * Node has no operating system lock that is released when a process is killed, so a lock is also broken if its process
 * is gone, or holds it longer than any change takes.
 */

/** After this a lock is broken. A change takes milliseconds, or some seconds on a slow disk under load. */
const PATIENCE_MS = 10_000;
/** Longest wait for a lock that others take in turn. */
const LONGEST_WAIT_MS = 60_000;
const MARK_BYTES = 1000;
/** Instead of a mark: the path is not a lock file. */
const NO_LOCK = 'no lock';
const SHORTEST_NAP_MS = 1;
const LONGEST_NAP_MS = 12;

/** Queue of the calls of this process, by file. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while holding the lock.
 * @param file real path of a file in an existing folder
 * @param work gets a check that throws if the lock was lost; call it right before the change
 * @throws PairLensError `write-failed` if the lock cannot be acquired.
 */
export async function withLock<T>(
  file: string,
  work: (held: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => locked(file, work));
  queues.set(file, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(file) === mine) queues.delete(file);
  }
}

async function locked<T>(
  file: string,
  work: (held: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = path.join(path.dirname(file), `.${path.basename(file)}.lock`);
  const mark = ownMark();
  await acquire(file, lock, mark);
  try {
    return await work(async () => {
      if ((await markIn(lock)) !== mark) throw busy(file);
    });
  } finally {
    if ((await markIn(lock)) === mark) await unlink(lock).catch(() => undefined);
  }
}

async function acquire(file: string, lock: string, mark: string): Promise<void> {
  const started = performance.now();
  let seen: string | undefined;
  let since = started;
  while (!(await take(lock, mark))) {
    const holder = await markIn(lock);
    const now = performance.now();
    if (holder !== seen) [seen, since] = [holder, now];
    if (holder !== undefined && (isAbandoned(holder) || now - since > PATIENCE_MS)) {
      await breakLock(lock, holder, mark);
    } else if (now - started > LONGEST_WAIT_MS) throw busy(file);
    await sleep(randomInt(SHORTEST_NAP_MS, LONGEST_NAP_MS));
  }
}

/**
 * Whether the holder is gone. An empty file is about to get its mark; other content that is not a mark is no lock. Calls
 * of this process are queued, so its own mark is one that it could not remove.
 */
function isAbandoned(holder: string): boolean {
  return isOwn(holder) || isGone(holder) === true || (holder !== '' && !isMark(holder));
}

/** Creates the lock file exclusively. False if it exists. */
async function take(lock: string, mark: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(lock, 'wx');
  } catch (error) {
    // Windows rejects the name of a file that is just being deleted.
    if (
      ['EEXIST', ...(process.platform === 'win32' ? ['EPERM', 'EBUSY'] : [])].includes(
        codeOf(error),
      )
    )
      return false;
    throw error;
  }
  try {
    await handle.writeFile(mark);
  } catch (error) {
    await unlink(lock).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

/**
 * Breaks an abandoned lock. Only one process may do so at a time; otherwise the second would break the first one's new
 * lock.
 */
async function breakLock(lock: string, holder: string, mark: string): Promise<void> {
  const breaking = `${lock}.break`;
  if (!(await take(breaking, mark))) {
    // A process that was killed at this point leaves this file, too.
    const other = await markIn(breaking);
    if (other === undefined) return;
    const gone = isGone(other) ?? (await isOlderThan(breaking, LONGEST_WAIT_MS));
    if (gone) await unlink(breaking).catch(() => undefined);
    return;
  }
  try {
    if ((await markIn(lock)) === holder) await unlink(lock);
  } finally {
    await unlink(breaking).catch(() => undefined);
  }
}

/** Content of the lock file; undefined if there is none, empty between its creation and the write of the mark. */
async function markIn(lock: string): Promise<string | undefined> {
  try {
    // A dataset may contain a link or a pipe with this name.
    if (!(await lstat(lock)).isFile()) return NO_LOCK;
    return (await readRegular(lock, MARK_BYTES)).toString('utf8');
  } catch (error) {
    const code = codeOf(PairLensError.is(error) ? error.cause : error);
    if (code === 'ENOENT') return undefined;
    if (PairLensError.is(error) && code === '') return NO_LOCK; // too large
    throw error;
  }
}

/** The error of a file that others change all the time. */
export function busy(file: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} is being changed by another program.', file),
    { path: file, remedy: sentence('Try again in a moment.') },
  );
}
