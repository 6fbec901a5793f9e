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
 * A lock between processes, as a file beside the one it is for: `.NAME.lock` holds the mark of the process that has it.
 * Node knows no lock of the operating system that a killed process gives back by itself, so a lock is also taken from a
 * process that is gone, and from one that has not given it back for longer than any change takes.
 */

/** A change takes milliseconds; a slow disk under load some seconds. */
const PATIENCE_MS = 10_000;
/** Of waiting in all, while others have their turn. */
const LONGEST_WAIT_MS = 60_000;
const MARK_BYTES = 1000;
/** In the place of a mark, where what stands there is none of ours. */
const NO_LOCK = 'no lock';
const SHORTEST_NAP_MS = 1;
const LONGEST_NAP_MS = 12;

/** Calls of this process for one file wait for each other here, in the order they came. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while no other process that asks for the same lock does.
 * @param file real path of a file in a folder that exists
 * @param work is given a check that throws where the lock was lost meanwhile: to be asked right before the change
 * @throws PairLensError `write-failed` where the lock cannot be had.
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
 * Empty is what a process is about to write its mark into; what else is no mark holds nobody's place. Calls of this
 * process wait in their queue, so a mark of its own is one that it could not remove.
 */
function isAbandoned(holder: string): boolean {
  return isOwn(holder) || isGone(holder) === true || (holder !== '' && !isMark(holder));
}

/** Whether the file was made: it is there for one process only. */
async function take(lock: string, mark: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(lock, 'wx');
  } catch (error) {
    // Windows refuses a name whose file is just being deleted.
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
 * Takes the lock from a process that does not give it back. Of several that find so only one may: else the second would
 * take it from the first.
 */
async function breakLock(lock: string, holder: string, mark: string): Promise<void> {
  const breaking = `${lock}.break`;
  if (!(await take(breaking, mark))) {
    // One that was killed right here left this as well.
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

/** Undefined where there is no lock; empty for a moment, between its making and its mark. */
async function markIn(lock: string): Promise<string | undefined> {
  try {
    // A dataset may bring a link or a pipe by this name.
    if (!(await lstat(lock)).isFile()) return NO_LOCK;
    return (await readRegular(lock, MARK_BYTES)).toString('utf8');
  } catch (error) {
    const code = codeOf(PairLensError.is(error) ? error.cause : error);
    if (code === 'ENOENT') return undefined;
    if (PairLensError.is(error) && code === '') return NO_LOCK; // too large
    throw error;
  }
}

function busy(file: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} is being changed by another program.', file),
    { path: file, remedy: sentence('Try again in a moment.') },
  );
}
