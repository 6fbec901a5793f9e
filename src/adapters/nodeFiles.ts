import { constants } from 'node:fs';
import { access, lstat, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { extensionOf, IMAGE_EXTENSIONS } from '../core/dataset/fileKinds.ts';
import { PairLensError } from '../core/errors.ts';
import { outsideWrite } from '../core/outsideWrite.ts';
import type { FileSystem, ProcessMarks } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { codeOf, entryKind, notWritten, unreadable } from './fileErrors.ts';
import { busy, withLock } from './fileLock.ts';
import { openParts, readRegular, streamRegular } from './regularFile.ts';
import { replaceFile, syncFolder } from './replaceFile.ts';
import { isWithin, walkFrom } from './walkFolder.ts';
import { makeFolder } from './makeFolder.ts';
import { isGone, ownMark } from './temporaryFile.ts';

/** The FileSystem port over node:fs. */
export const nodeFiles: FileSystem = {
  async stat(file) {
    const found = await stat(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    return { kind: entryKind(found), bytes: found.size, modified: found.mtimeMs };
  },

  async exists(file) {
    return access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
  },

  walk: walkFrom,

  read: (file, options) => readRegular(file, options?.maxBytes),

  stream: (file, options) => streamRegular(file, options?.maxBytes),

  open: openParts,

  async outsideTarget(file, folder) {
    try {
      return await outsideTarget(file, folder);
    } catch (error) {
      throw unreadable(file, error);
    }
  },

  async update(file, folder, change, options) {
    try {
      const outside = await outsideTarget(file, folder);
      if (outside !== undefined) throw outsideWrite(file, outside);
      // A rename would replace a symbolic link instead of its target.
      const target = await realTarget(file);
      makeFolder(path.dirname(target));
      await withLock(target, async (held) => {
        for (let tries = 1; ; tries++) {
          const read = await stampOf(target);
          const before =
            read === undefined ? undefined : await readRegular(target, options?.maxBytes);
          try {
            await exchange(target, before, change(before), async () => {
              await held();
              if ((await stampOf(target)) !== read) throw new SavedMeanwhile();
            });
            return;
          } catch (error) {
            if (!(error instanceof SavedMeanwhile)) throw error;
            if (tries === MOST_TRIES) throw busy(file);
          }
        }
      });
    } catch (error) {
      throw notWritten(file, error);
    }
  },

  async move(from, to, folder) {
    try {
      for (const file of [from, to]) {
        const outside = await outsideTarget(file, folder);
        if (outside !== undefined) throw outsideWrite(file, outside);
      }
      makeFolder(path.dirname(to));
      await withLock(to, async (held) => {
        if (await isThere(to)) throw alreadyThere(to);
        await held();
        await rename(from, to);
        await syncFolder(path.dirname(to));
        await syncFolder(path.dirname(from));
      });
    } catch (error) {
      throw notWritten(to, error);
    }
  },
};

function alreadyThere(file: string): PairLensError {
  return new PairLensError('write-failed', sentence('There is a file {0} already.', file), {
    path: file,
    remedy: sentence('Move it away, or leave the other one as it is.'),
  });
}

function imageWrite(file: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} is an image, which PairLens does not change.', file),
    { path: file, remedy: sentence('Nothing was written.') },
  );
}

export const nodeProcesses: ProcessMarks = { own: ownMark(), isGone };

/** A program that knows nothing of locks, such as an editor, saved the file after it was read. */
class SavedMeanwhile extends Error {}

/** How often a file is read again that is saved by others all the time. */
const MOST_TRIES = 10;

/** Differs after each save; undefined if there is no file. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces `before` by `after`, if they differ. */
async function exchange(
  file: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  held: () => Promise<void>,
): Promise<void> {
  if (before !== undefined) await refuseReadOnly(file);
  if (after !== undefined) {
    if (before !== undefined && Buffer.compare(before, after) === 0) return;
    // Whatever a caller believes: the content of an image is never replaced.
    if (before !== undefined && IMAGE_EXTENSIONS.has(extensionOf(file))) throw imageWrite(file);
    await replaceFile(file, (handle) => handle.writeFile(after), held);
  } else if (before !== undefined) {
    await held();
    await unlink(file);
    await syncFolder(path.dirname(file));
  }
}

/** A rename would replace a file that its owner protected from writing. */
async function refuseReadOnly(file: string): Promise<void> {
  if (((await stat(file)).mode & ANY_WRITE) !== 0) return;
  throw new PairLensError('write-failed', sentence('{0} is read-only.', file), {
    path: file,
    remedy: sentence('Give yourself write permission to it.'),
  });
}

/** Write permission of owner, group or others. */
const ANY_WRITE = 0o222;

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function outsideTarget(file: string, folder: string): Promise<string | undefined> {
  const [target, home] = await Promise.all([realTarget(file), realpath(folder)]);
  return isWithin(target, home) ? undefined : target;
}

/** The real path of a file that may not exist, with links in its parent folders resolved. */
async function realTarget(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const folder = path.dirname(file);
    if (codeOf(error) !== 'ENOENT' || folder === file) throw error;
    const named = await readlink(file).catch(() => undefined);
    if (named !== undefined) return realTarget(path.resolve(await realTarget(folder), named));
    return path.join(await realTarget(folder), path.basename(file));
  }
}
