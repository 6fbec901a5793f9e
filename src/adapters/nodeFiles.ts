import { constants } from 'node:fs';
import { access, mkdir, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { FileSystem } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { entryKind, notWritten, reasonOf, remedyOf, unreadable } from './fileErrors.ts';
import { readRegular, streamRegular } from './regularFile.ts';
import { walkFrom } from './walkFolder.ts';

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

  async makeFolder(folder) {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new PairLensError(
        'write-failed',
        sentence('{0} could not be made: {1}.', folder, reasonOf(error)),
        { path: folder, remedy: remedyOf(error), cause: error },
      );
    }
  },

  async writeAtomically(file, bytes) {
    try {
      // A rename would replace a symbolic link instead of the file it leads to.
      const target = await realpath(file).catch(() => file);
      await writeBeside(target, bytes);
    } catch (error) {
      throw notWritten(file, error);
    }
  },
};

async function writeBeside(target: string, bytes: Uint8Array): Promise<void> {
  const mode = await stat(target).then(
    (found) => found.mode & 0o7777,
    () => undefined,
  );
  const temporary = path.join(
    path.dirname(target),
    `.${path.basename(target).slice(0, 100)}.${randomUUID()}.tmp`,
  );
  let handle: FileHandle | undefined;
  try {
    // The mode goes in at creation: a private file must not be readable by others even for a moment.
    handle = await open(temporary, 'wx', mode ?? 0o666);
    if (mode !== undefined) await handle.chmod(mode);
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(temporary, target);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
