import path from 'node:path';
import { PairLensError } from '../../src/core/errors.ts';
import { DEFAULT_READ_BYTES } from '../../src/core/dataset/fileLimits.ts';
import { outsideWrite } from '../../src/core/outsideWrite.ts';
import type { FileSystem, ListProblem, ReadOptions } from '../../src/core/ports.ts';

/** What lies at a path: bytes, text (as UTF-8), a link that leads out, or a reason why it cannot be read or listed. */
export type MemoryEntry =
  | Uint8Array
  | string
  | { readonly outside: string; readonly content: string }
  | { readonly fails: ListProblem['reason'] };

export interface MemoryFiles extends FileSystem {
  readonly entries: Map<string, MemoryEntry>;
}

/**
 * A file system in memory, with POSIX paths. An entry that `fails` is told of while listing; one with `no-permission`
 * is listed as a file and fails when read, or, where its name ends with `/`, as a folder.
 * @param chunkBytes how much `stream` hands out at once; small values put every border to the test.
 */
export function memoryFiles(
  root: string,
  entries: Readonly<Record<string, MemoryEntry>>,
  chunkBytes = 64 * 1024,
): MemoryFiles {
  const all = new Map<string, MemoryEntry>(
    Object.entries(entries).map(([name, entry]) => [`${root}/${name}`, entry]),
  );
  const bytesOf = (file: string): Uint8Array => {
    const entry = all.get(file);
    if (entry === undefined || (typeof entry === 'object' && 'fails' in entry)) {
      throw new PairLensError('unreadable-file', `${file} could not be read: permission denied.`, {
        path: file,
        remedy: 'Give yourself permission to it.',
      });
    }
    if (entry instanceof Uint8Array) return entry;
    return new TextEncoder().encode(typeof entry === 'string' ? entry : entry.content);
  };
  const within = (file: string, { maxBytes = DEFAULT_READ_BYTES }: ReadOptions = {}) => {
    const bytes = bytesOf(file);
    if (bytes.length <= maxBytes) return bytes;
    throw new PairLensError('unreadable-file', `${file} is too large.`, { path: file });
  };
  return {
    entries: all,
    stat: (file) =>
      Promise.resolve().then(() => ({
        kind: 'file' as const,
        bytes: bytesOf(file).length,
        modified: timeOf(bytesOf(file)),
      })),
    exists: (file) => Promise.resolve(all.has(file)),
    async *walk(from, options) {
      for (const file of [...all.keys()].sort()) {
        await Promise.resolve();
        const relative = path.posix.relative(from, file);
        if (relative === '..' || relative.startsWith('../')) continue;
        if (relative.split('/').slice(0, -1).some(options.skipFolder)) continue;
        const entry = all.get(file);
        const fails = typeof entry === 'object' && 'fails' in entry ? entry.fails : undefined;
        if (file.endsWith('/') || (fails !== undefined && fails !== 'no-permission')) {
          options.onProblem({ path: file.replace(/\/$/, ''), reason: fails ?? 'unreadable' });
          continue;
        }
        if (typeof entry === 'object' && 'outside' in entry) {
          options.onOutsideLink?.({ path: file, target: entry.outside, kind: 'file' });
        }
        yield { path: file };
      }
    },
    read: (file, options) => Promise.resolve().then(() => within(file, options)),
    async *stream(file, options) {
      const bytes = within(file, { maxBytes: Number.POSITIVE_INFINITY, ...options });
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        await Promise.resolve();
        yield bytes.subarray(at, at + chunkBytes);
      }
    },
    open: (file) =>
      Promise.resolve().then(() => {
        const bytes = bytesOf(file);
        return {
          bytes: bytes.length,
          modified: timeOf(bytes),
          read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
          close: () => Promise.resolve(),
        };
      }),
    outsideTarget: (file) => {
      const entry = all.get(file);
      const leads = typeof entry === 'object' && 'outside' in entry ? entry.outside : undefined;
      return Promise.resolve(leads);
    },
    update: async (file, _folder, change, options) => {
      await Promise.resolve();
      const entry = all.get(file);
      if (typeof entry === 'object' && 'outside' in entry) throw outsideWrite(file, entry.outside);
      const after = change(all.has(file) ? within(file, options) : undefined);
      if (after === undefined) all.delete(file);
      else all.set(file, after);
    },
    move: async (from, to) => {
      await Promise.resolve();
      const entry = all.get(from);
      if (entry === undefined || all.has(to)) throw new PairLensError('write-failed', `${to}: no.`);
      all.delete(from);
      all.set(to, entry);
    },
  };
}

/** A time that other bytes do not have. */
function timeOf(bytes: Uint8Array): number {
  let time = 0;
  for (const byte of bytes) time = (Math.imul(time, 31) + byte) >>> 0;
  return time;
}
