import type { Stats } from 'node:fs';
import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';
import { codeOf, notAFile } from './fileErrors.ts';
import { removeStale, temporaryBeside } from './temporaryFile.ts';

/**
 * Replaces or creates a file atomically: a reader sees the old bytes or the new ones, and after this resolves the new
 * ones survive a power failure. Mode and, if permitted, owner and group are kept; access lists and extended attributes
 * are not. A file with several hard links is refused: a rename would leave the other names with the old bytes.
 * @param file not a symbolic link; its folder exists
 * @param fill writes the content
 * @param ready awaited right before the file is replaced; if it throws, the old file remains
 */
export async function replaceFile(
  file: string,
  fill: (handle: FileHandle) => Promise<void>,
  ready?: () => Promise<void>,
): Promise<void> {
  const before = await replaceable(file);
  await removeStale(file);
  const temporary = temporaryBeside(file);
  let handle: FileHandle | undefined;
  try {
    // The mode is set at creation, so that a private file is never readable by others.
    handle = await open(temporary, 'wx', before === undefined ? 0o666 : before.mode & 0o777);
    if (before !== undefined) await keepOwner(handle, before);
    await fill(handle);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await ready?.();
    await rename(temporary, file);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Checks that the file can be replaced, without changing it. @throws as `replaceFile` */
export async function assertReplaceable(file: string): Promise<void> {
  await replaceable(file);
  await removeStale(file);
  // Creates a trial file: permission bits do not cover read-only file systems, quotas and access lists.
  const trial = temporaryBeside(file);
  await (await open(trial, 'wx')).close();
  await unlink(trial);
}

/** Stats of the existing file; undefined if there is none. */
async function replaceable(file: string): Promise<Stats | undefined> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw notAFile(file, found, 'write-failed');
  if (found.nlink > 1) throw severalNames(file, found.nlink);
  return found;
}

function severalNames(file: string, names: number): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence(
      '{0} has {1} names (hard links); replacing it would leave the others with the old content.',
      file,
      names,
    ),
    { path: file, remedy: sentence('Put a copy in its place, or delete it, and try again.') },
  );
}

async function keepOwner(handle: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const made = await handle.stat();
  const kept =
    (made.uid === uid && made.gid === gid) ||
    (await handle.chown(uid, gid).then(
      () => true,
      () => false, // only the superuser may change the owner
    ));
  // The setuid and setgid bits are kept only with their owner; chown clears them.
  await handle.chmod(mode & (kept ? 0o7777 : 0o777));
}

/** Windows cannot synchronise folders, and some network disks do not. */
const NO_FOLDER_SYNC: ReadonlySet<string> = new Set([
  ...['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF'],
]);

/** A rename is durable only after its folder is synchronised. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(codeOf(error))) throw error;
  }
}
