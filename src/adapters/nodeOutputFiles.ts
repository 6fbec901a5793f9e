import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { OutputFiles } from '../core/export/outputFiles.ts';

type Chunks = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** Small writes are gathered to this size before they go to disk. */
const BUFFER_BYTES = 1 << 16;

/** Output files through node:fs. */
export const nodeOutputFiles: OutputFiles = {
  async assertWritable(file) {
    await attempt(file, async () => {
      const place = await placeOf(file);
      if (place.kind === 'special') return access(place.path, constants.W_OK);
      // Permission bits do not tell about read-only file systems, quotas and access lists; a trial file does.
      const trial = siblingOf(place.path);
      await (await open(trial, 'wx')).close();
      await unlink(trial);
      if (place.exists) await access(place.path, constants.W_OK);
    });
  },

  async prepareFolder(folder) {
    await attempt(folder, async () => {
      await mkdir(folder, { recursive: true });
      const trial = siblingOf(path.join(folder, 'output'));
      await (await open(trial, 'wx')).close();
      await unlink(trial);
    });
  },

  async write(file, chunks) {
    await attempt(file, async () => {
      const place = await placeOf(file);
      // Renaming a file onto /dev/null or a named pipe would replace the device itself.
      if (place.kind === 'special') return writeChunks(place.path, 'w', chunks);
      const temporary = siblingOf(place.path);
      try {
        await writeChunks(temporary, 'wx', chunks);
        await rename(temporary, place.path);
      } catch (error) {
        await unlink(temporary).catch(() => undefined);
        throw error;
      }
    });
  },
};

interface Place {
  readonly path: string;
  readonly kind: 'regular' | 'special';
  readonly exists: boolean;
}

/** The file behind a symbolic link, so that the link survives, and whether it may be replaced. */
async function placeOf(file: string): Promise<Place> {
  try {
    const target = await realpath(file);
    const found = await stat(target);
    if (found.isDirectory()) {
      throw new PairLensError('write-failed', `${file} is a folder, not a file.`, {
        path: file,
        remedy: 'Name a file to write to.',
      });
    }
    return { path: target, kind: found.isFile() ? 'regular' : 'special', exists: true };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return { path: path.resolve(file), kind: 'regular', exists: false };
  }
}

function siblingOf(file: string): string {
  const name = `.${path.basename(file).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`;
  return path.join(path.dirname(file), name);
}

async function writeChunks(file: string, flags: 'w' | 'wx', chunks: Chunks): Promise<void> {
  const handle = await open(file, flags);
  try {
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
    // A device cannot be synchronised; a file must be, or the rename may reach the disk before its content.
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const REMEDY: Readonly<Record<string, string>> = {
  ENOENT: 'Create the folder it should lie in, or name another place.',
  ENOTDIR: 'A part of the path is a file; name another place.',
  EACCES: 'Get write permission for it, or name another place.',
  EPERM: 'Get write permission for it, or name another place.',
  EROFS: 'The file system is read-only; name another place.',
  EEXIST: 'There is a file where a folder is needed; name another place.',
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
    // What made the chunks may have failed too; only a failed write is reported as one.
    if (code === undefined) throw error;
    throw new PairLensError('write-failed', `Cannot write ${file} (${code}).`, {
      path: file,
      remedy: REMEDY[code] ?? 'Name another place to write to.',
      cause: error,
    });
  }
}
