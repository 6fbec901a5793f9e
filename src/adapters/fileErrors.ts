import type { Stats } from 'node:fs';
import { PairLensError } from '../core/errors.ts';
import { sentence, type Sentence, type SentenceValue } from '../core/text/sentence.ts';

/*
 * Error messages of the file system, shared by all adapters that open or write user files.
 */

/** Kind of a directory entry; `special` is a named pipe, a socket or a device. */
export type EntryKind = 'file' | 'folder' | 'special';

export function entryKind(found: Stats): EntryKind {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'special';
}

/** Kind of a special file; default: a device. */
export function specialKind(
  found: Pick<Stats, 'isFIFO' | 'isSocket'>,
): 'named-pipe' | 'socket' | 'device' {
  if (found.isFIFO()) return 'named-pipe';
  return found.isSocket() ? 'socket' : 'device';
}

const ENTRY_NAMES = {
  folder: sentence('a folder'),
  'named-pipe': sentence('a named pipe'),
  socket: sentence('a socket'),
  device: sentence('a device'),
} as const;

/** Name of a kind of entry, for messages. */
export function entryName(found: Stats): Sentence {
  return ENTRY_NAMES[found.isDirectory() ? 'folder' : specialKind(found)];
}

/** The error for a path that is not a regular file. */
export function notAFile(
  file: string,
  found: Stats,
  code: 'unreadable-file' | 'write-failed',
): PairLensError {
  return new PairLensError(code, sentence('{0} is {1}, not a file.', file, entryName(found)), {
    path: file,
    remedy: found.isDirectory()
      ? sentence('Name a file instead.')
      : sentence('Delete it, or put a file in its place.'),
  });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

export function unreadable(file: string, error: unknown): PairLensError {
  if (PairLensError.is(error)) return error;
  return new PairLensError(
    'unreadable-file',
    sentence('{0} could not be read: {1}.', file, reasonOf(error)),
    { path: file, remedy: remedyOf(error), cause: error },
  );
}

export function notWritten(file: string, error: unknown): PairLensError {
  if (PairLensError.is(error)) return error;
  return new PairLensError(
    'write-failed',
    sentence('{0} could not be written: {1}.', file, reasonOf(error)),
    { path: file, remedy: remedyOf(error), cause: error },
  );
}

const REASONS: Readonly<Record<string, readonly [reason: Sentence, remedy: Sentence]>> = {
  ENOENT: [sentence('it does not exist'), sentence('Check the name.')],
  EACCES: [sentence('permission denied'), sentence('Give yourself permission to it.')],
  EPERM: [sentence('the system does not permit it'), sentence('Give yourself permission to it.')],
  EROFS: [
    sentence('the disk is read-only'),
    sentence('Copy the dataset to a disk you can write to.'),
  ],
  ENOSPC: [sentence('the disk is full'), sentence('Free some space and try again.')],
  EISDIR: [sentence('it is a folder'), sentence('Name a file instead.')],
  ELOOP: [sentence('its symbolic links form a loop'), sentence('Delete or correct the link.')],
  EMFILE: [
    sentence('too many files are open'),
    sentence('Raise the limit on open files (`ulimit -n`).'),
  ],
};

export function reasonOf(error: unknown): SentenceValue {
  return REASONS[codeOf(error)]?.[0] ?? (error instanceof Error ? error.message : String(error));
}

export function remedyOf(error: unknown): Sentence {
  return REASONS[codeOf(error)]?.[1] ?? sentence('Check the disk and try again.');
}

/** The error for a file with more bytes than are read. */
export function tooLarge(file: string, bytes: number, maxBytes: number): PairLensError {
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
