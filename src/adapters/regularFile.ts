import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { DEFAULT_READ_BYTES } from '../core/dataset/fileLimits.ts';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';
import { notAFile, unreadable } from './fileErrors.ts';

/** Flags that Windows does not have are undefined, contrary to their type. */
const flag = (bits: number | undefined): number => bits ?? 0;

/** Opening must not block on a pipe, and must not make a terminal the controlling one. */
const READ_FLAGS = constants.O_RDONLY | flag(constants.O_NONBLOCK) | flag(constants.O_NOCTTY);

const CHUNK_BYTES = 256 * 1024;

interface RegularFile {
  readonly handle: FileHandle;
  readonly bytes: number;
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
    return { handle, bytes: opened.size };
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

function tooLarge(file: string, bytes: number, maxBytes: number): PairLensError {
  return new PairLensError(
    'unreadable-file',
    sentence(
      '{0} is too large: it has {1} MB, and at most {2} MB are read.',
      file,
      megabytes(bytes),
      megabytes(maxBytes),
    ),
    { path: file, remedy: sentence('Take it out of the dataset, or put a smaller file there.') },
  );
}

/** Rounded so that a size just above a limit is not displayed as the limit. */
function megabytes(bytes: number): string {
  const value = bytes / 2 ** 20;
  return Number.isInteger(value) ? String(value) : (Math.ceil(value * 10) / 10).toFixed(1);
}
