import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { DEFAULT_READ_BYTES } from '../core/dataset/fileLimits.ts';
import type { OpenFile } from '../core/ports.ts';
import { notAFile, tooLarge, unreadable } from './fileErrors.ts';

/** Flags that Windows does not have are undefined, contrary to their type. */
const flag = (bits: number | undefined): number => bits ?? 0;

/** Opening must not block on a pipe, and must not make a terminal the controlling one. */
const READ_FLAGS = constants.O_RDONLY | flag(constants.O_NONBLOCK) | flag(constants.O_NOCTTY);

const CHUNK_BYTES = 256 * 1024;

/** A read of 2 GB or more fails. */
const LONGEST_READ = 2 ** 30;

interface RegularFile {
  readonly handle: FileHandle;
  readonly bytes: number;
  readonly modified: number;
}

/**
 * Reads a whole regular file. The size is checked before reading and while reading: a file may grow, and files in /proc
 * have size 0.
 * @throws PairLensError `unreadable-file`.
 */
export async function readRegular(
  file: string,
  maxBytes: number = DEFAULT_READ_BYTES,
): Promise<Buffer> {
  try {
    const { handle, bytes } = await openRegular(file, maxBytes);
    try {
      return await readAll(file, handle, bytes, maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The bytes of a regular file in chunks. @throws PairLensError `unreadable-file`. */
export async function* streamRegular(
  file: string,
  maxBytes: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  try {
    const { handle } = await openRegular(file, maxBytes);
    try {
      let total = 0;
      for (;;) {
        const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
        if (bytesRead === 0) return;
        total += bytesRead;
        if (total > maxBytes) throw tooLarge(file, total, maxBytes);
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** `FileSystem.open`. */
export async function openParts(file: string): Promise<OpenFile> {
  try {
    const { handle, bytes, modified } = await openRegular(file, Number.POSITIVE_INFINITY);
    return {
      bytes,
      modified,
      read: async (start, length) => {
        try {
          const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, bytes - start)));
          return buffer.subarray(0, await fill(handle, buffer, start));
        } catch (error) {
          throw unreadable(file, error);
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Fills the buffer from a position, which takes several reads above 2 GB. @returns bytes read. */
async function fill(handle: FileHandle, buffer: Buffer, start: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const wanted = Math.min(buffer.length - filled, LONGEST_READ);
    const { bytesRead } = await handle.read(buffer, filled, wanted, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Checks that a path is a regular file, opens it and checks the descriptor again, in case the file was replaced. */
async function openRegular(file: string, maxBytes: number): Promise<RegularFile> {
  // Before opening: opening a device may have side effects, and the error for a socket is unclear.
  const seen = await stat(file);
  if (!seen.isFile()) throw notAFile(file, seen, 'unreadable-file');
  const handle = await open(file, READ_FLAGS);
  try {
    const opened = await handle.stat();
    if (!opened.isFile()) throw notAFile(file, opened, 'unreadable-file');
    if (opened.size > maxBytes) throw tooLarge(file, opened.size, maxBytes);
    return { handle, bytes: opened.size, modified: opened.mtimeMs };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readAll(
  file: string,
  handle: FileHandle,
  expected: number,
  maxBytes: number,
): Promise<Buffer> {
  // One extra byte detects a file that grew.
  let buffer = Buffer.allocUnsafeSlow(expected + 1);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
    if (filled > maxBytes) throw tooLarge(file, filled, maxBytes);
    if (filled < buffer.length) continue;
    const larger = Buffer.allocUnsafeSlow(Math.min(2 * filled + CHUNK_BYTES, maxBytes + 1));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  }
}
