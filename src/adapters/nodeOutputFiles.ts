import { constants } from 'node:fs';
import {
  access,
  link,
  lstat,
  open,
  readlink,
  realpath,
  stat,
  symlink,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { OutputFiles } from '../core/export/outputFiles.ts';
import { codeOf } from './fileErrors.ts';
import { assertReplaceable, replaceFile } from './replaceFile.ts';
import { makeFolder } from './makeFolder.ts';

type Chunks = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** Size of the write buffer. */
const BUFFER_BYTES = 1 << 16;

/** The OutputFiles port over node:fs. */
export const nodeOutputFiles: OutputFiles = {
  async assertWritable(file) {
    await attempt(file, async () => {
      const place = await placeOf(file);
      if (place.kind === 'file') await assertReplaceable(place.path);
      if (place.exists) await access(place.path, constants.W_OK);
    });
  },

  async prepareFolder(folder) {
    await attempt(folder, async () => {
      makeFolder(folder);
      await assertReplaceable(path.join(folder, 'output'));
    });
  },

  async write(file, chunks) {
    await attempt(file, async () => {
      const place = await placeOf(file);
      if (place.kind === 'file') {
        await replaceFile(place.path, (handle) => writeChunks(handle, chunks));
        return;
      }
      // A rename to /dev/null or a named pipe would replace it.
      const handle = await open(place.path, 'a');
      try {
        await writeChunks(handle, chunks);
      } finally {
        await handle.close();
      }
    });
  },

  async link(target, file, kind) {
    await attempt(file, () => (kind === 'hardlink' ? link(target, file) : symlink(target, file)));
  },
};

interface Place {
  readonly path: string;
  /** A stream (a device, a pipe or an open descriptor) is written to directly. */
  readonly kind: 'file' | 'stream';
  readonly exists: boolean;
}

/** Paths of open descriptors of this process, which may be regular files if a shell redirects them. */
const OWN_DESCRIPTOR = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

async function placeOf(file: string): Promise<Place> {
  const absolute = path.resolve(file);
  const entry = await lstat(absolute).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (entry === undefined) return { path: absolute, kind: 'file', exists: false };
  const isLink = entry.isSymbolicLink();
  const found = isLink
    ? await stat(absolute).catch(async (error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
        throw linkElsewhere(file, await readlink(absolute));
      })
    : entry;
  if (found.isDirectory()) {
    throw new PairLensError('write-failed', `${file} is a folder, not a file.`, {
      path: file,
      remedy: 'Name a file to write to.',
    });
  }
  if (!found.isFile() || OWN_DESCRIPTOR.test(absolute)) {
    return { path: absolute, kind: 'stream', exists: true };
  }
  if (!isLink) return { path: absolute, kind: 'file', exists: true };
  const target = await realpath(absolute);
  if (path.dirname(target) !== (await realpath(path.dirname(absolute)))) {
    throw linkElsewhere(file, target);
  }
  // Replace the link's target, not the link.
  return { path: target, kind: 'file', exists: true };
}

/** A downloaded folder may contain a link with the name of a report to another file. */
function linkElsewhere(file: string, target: string): PairLensError {
  return new PairLensError('write-failed', `${file} is a link to ${target}.`, {
    path: file,
    remedy: 'Name that file, or delete the link.',
  });
}

async function writeChunks(handle: FileHandle, chunks: Chunks): Promise<void> {
  let pending: Buffer[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (size > 0) await handle.appendFile(Buffer.concat(pending, size));
    pending = [];
    size = 0;
  };
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : Buffer.from(chunk);
    pending.push(bytes);
    size += bytes.length;
    if (size >= BUFFER_BYTES) await flush();
  }
  await flush();
}

const REMEDY: Readonly<Record<string, string>> = {
  ENOENT: 'Create the folder it should lie in, or name another place.',
  ENOTDIR: 'A part of the path is a file; name another place.',
  EACCES: 'Get write permission for it, or name another place.',
  EPERM: 'Get write permission for it, or name another place.',
  EROFS: 'The file system is read-only; name another place.',
  EEXIST: 'There is a file where a folder is needed; name another place.',
  EXDEV: 'A hard link cannot lead to another disk; make symbolic links or copies.',
  ENOSPC: 'The disk is full; make room or name another place.',
  EDQUOT: 'Your quota is used up; make room or name another place.',
};

async function attempt(file: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (PairLensError.is(error)) throw error;
    const code = codeOf(error);
    if (code === 'EPIPE') return;
    // Errors of the chunk generator are rethrown; only errors of the write are `write-failed`.
    if (code === '') throw error;
    throw new PairLensError('write-failed', `Cannot write ${file} (${code}).`, {
      path: file,
      remedy: REMEDY[code] ?? 'Name another place to write to.',
      cause: error,
    });
  }
}
