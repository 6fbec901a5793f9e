import { LRUCache } from 'lru-cache';
import type { CancelSignal } from '../core/cancellation.ts';
import { type ArchiveMember, archiveMember } from '../core/dataset/archivePaths.ts';
import { extensionOf } from '../core/dataset/fileKinds.ts';
import { DEFAULT_READ_BYTES } from '../core/dataset/fileLimits.ts';
import { readOnlyWrite } from '../core/dataset/readOnly.ts';
import { PairLensError } from '../core/errors.ts';
import type { FileStat, FileSystem, ReadOptions } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { type Archive, DamagedArchive, type OpenArchive } from './archive.ts';
import { reasonOf, tooLarge } from './fileErrors.ts';
import { isSameFile, OpenHandles } from './openHandles.ts';
import { parquetOpener } from './parquetArchive.ts';
import { openTar } from './tarArchive.ts';

/** Kinds of archives, by extension. */
const KINDS: Readonly<Record<string, OpenArchive>> = { tar: openTar, parquet: parquetOpener() };

/** Most members whose places are kept in memory, over all archives: about 200 MB. */
const MEMBERS_KEPT = 2_000_000;

/**
 * A file system in which archives are also folders of their members. Members are read by their range; the archive is
 * never in memory as a whole and never written. The index of an archive is read once, and again if its size or
 * modification time changes.
 */
export function withArchives(files: FileSystem): FileSystem {
  const archives = new Archives(files);
  return {
    stat: async (path) => {
      const inside = await archives.locate(path);
      if (inside === undefined) return files.stat(path);
      const { archive, stat } = await archives.indexOf(inside.archive);
      const bytes = archive.bytesOf(inside.member);
      if (bytes === undefined) throw noMember(path, inside);
      return { kind: 'file', bytes, modified: stat.modified };
    },

    exists: async (path) => {
      const inside = await archives.locate(path);
      if (inside === undefined) return files.exists(path);
      return archives.indexOf(inside.archive).then(
        ({ archive }) => archive.bytesOf(inside.member) !== undefined,
        () => false,
      );
    },

    walk: (path, options) => walkWithArchives(files, archives, path, options),

    read: async (path, options) => {
      const inside = await archives.locate(path);
      if (inside === undefined) {
        const text = archives.text(path);
        return text === undefined ? files.read(path, options) : whole(path, text, options);
      }
      return archives.read(path, inside, options?.maxBytes ?? DEFAULT_READ_BYTES);
    },

    async *stream(path, options) {
      const inside = await archives.locate(path);
      if (inside !== undefined) {
        yield await archives.read(path, inside, options?.maxBytes ?? DEFAULT_READ_BYTES);
      } else yield* archives.text(path) ?? files.stream(path, options);
    },

    open: (path) => files.open(path),

    outsideTarget: async (path, folder) =>
      files.outsideTarget((await archives.locate(path))?.archive ?? path, folder),

    update: async (path, folder, change, options) => {
      const inside = await archives.locate(path);
      if (inside !== undefined || isArchiveName(path)) throw readOnlyWrite(path, 'archive');
      return files.update(path, folder, change, options);
    },

    move: async (from, to, folder) => {
      for (const path of [from, to]) {
        const inside = await archives.locate(path);
        if (inside !== undefined) throw readOnlyWrite(path, 'archive');
      }
      return files.move(from, to, folder);
    },
  };
}

/** All of a text. @throws PairLensError `unreadable-file`, also if it is too long. */
async function whole(
  path: string,
  text: AsyncIterable<Uint8Array>,
  { maxBytes = DEFAULT_READ_BYTES }: ReadOptions = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of text) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* walkWithArchives(
  files: FileSystem,
  archives: Archives,
  root: string,
  options: Parameters<FileSystem['walk']>[1],
): AsyncGenerator<{ path: string }> {
  for await (const entry of files.walk(root, options)) {
    if (!isArchiveName(entry.path)) {
      yield entry;
      continue;
    }
    const archive = await archives.list(entry.path, options);
    if (archive === undefined) continue;
    if (archive.isListed) yield entry;
    const separator = /^(?:[A-Za-z]:|\\\\)/.test(root) ? '\\' : '/';
    for (const name of archive.members) {
      if (name.split('/').slice(0, -1).some(options.skipFolder)) continue;
      yield { path: entry.path + separator + name.replaceAll('/', separator) };
    }
  }
}

function isArchiveName(path: string): boolean {
  return openerOf(path) !== undefined;
}

/** Whether a file is a table that is read as text. */
function isTextArchive(path: string): boolean {
  return extensionOf(path.replaceAll('\\', '/')) === 'parquet';
}

function openerOf(path: string): OpenArchive | undefined {
  return KINDS[extensionOf(path.replaceAll('\\', '/'))];
}

interface Indexed {
  readonly archive: Archive;
  /** Of the file that was indexed. */
  readonly stat: FileStat;
}

/** The archives that were read, with their handles. */
class Archives {
  readonly #files: FileSystem;
  readonly #handles: OpenHandles;
  readonly #indexed = new LRUCache<string, Indexed>({
    maxSize: MEMBERS_KEPT,
    sizeCalculation: ({ archive }) => Math.min(archive.size + 1, MEMBERS_KEPT),
  });
  readonly #reading = new Map<string, Promise<Indexed>>();

  constructor(files: FileSystem) {
    this.#files = files;
    this.#handles = new OpenHandles(files);
  }

  /** The archive and member that a path means; undefined for other files. */
  async locate(path: string): Promise<ArchiveMember | undefined> {
    const inside = archiveMember(path);
    if (inside === undefined || !isArchiveName(inside.archive)) return undefined;
    if (this.#indexed.has(inside.archive)) return inside;
    // A folder may have the name of an archive.
    const isFile = await this.#files.stat(inside.archive).then(
      ({ kind }) => kind === 'file',
      () => false,
    );
    return isFile ? inside : undefined;
  }

  /** The archive at a path of a listing; undefined, after it is reported, if it cannot be read. */
  async list(
    path: string,
    { signal, onArchiveFlaw }: Parameters<FileSystem['walk']>[1],
  ): Promise<Archive | undefined> {
    try {
      const { archive } = await this.indexOf(path, signal);
      for (const flaw of archive.flaws) onArchiveFlaw?.({ path, ...flaw });
      return archive;
    } catch (error) {
      if (PairLensError.is(error, 'cancelled')) throw error;
      const { remedy = sentence('Check the disk and try again.') } =
        PairLensError.from(error).parts;
      const what =
        error instanceof DamagedArchive
          ? error.what
          : sentence('could not be read: {0}', reasonOf(causeOf(error)));
      onArchiveFlaw?.({ path, what, remedy });
      return undefined;
    }
  }

  /** The index of an archive as it is now. @throws PairLensError `unreadable-file`, `cancelled`. */
  async indexOf(path: string, signal?: CancelSignal): Promise<Indexed> {
    const now = await this.#files.stat(path);
    const known = this.#indexed.get(path);
    if (known !== undefined && isSameFile(known.stat, now)) return known;
    const begun = this.#reading.get(path) ?? this.#index(path, signal);
    this.#reading.set(path, begun);
    try {
      const indexed = await begun;
      this.#indexed.set(path, indexed);
      return indexed;
    } finally {
      this.#reading.delete(path);
    }
  }

  async #index(path: string, signal?: CancelSignal): Promise<Indexed> {
    const file = await this.#files.open(path);
    try {
      const open = openerOf(path) ?? openTar;
      const archive = await open(path, file, signal);
      return { archive, stat: { kind: 'file', bytes: file.bytes, modified: file.modified } };
    } finally {
      await file.close();
    }
  }

  /** The text that a file is read as; undefined for files that are read as they are. */
  text(path: string): AsyncIterable<Uint8Array> | undefined {
    return isTextArchive(path) ? this.#text(path) : undefined;
  }

  async *#text(path: string): AsyncGenerator<Uint8Array> {
    const { archive } = await this.indexOf(path);
    const file = await this.#files.open(path);
    try {
      yield* archive.text?.(file) ?? [];
    } finally {
      await file.close();
    }
  }

  /** @throws PairLensError `unreadable-file`. */
  async read(path: string, inside: ArchiveMember, maxBytes: number): Promise<Uint8Array> {
    const { archive, stat } = await this.indexOf(inside.archive);
    const bytes = archive.bytesOf(inside.member);
    if (bytes === undefined) throw noMember(path, inside);
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes);
    return this.#handles.use(inside.archive, stat, (file) => archive.read(inside.member, file));
  }
}

/** The error of the system behind one of the file system. */
function causeOf(error: unknown): unknown {
  return error instanceof PairLensError ? (error.cause ?? error) : error;
}

function noMember(path: string, { archive, member }: ArchiveMember): PairLensError {
  return new PairLensError('unreadable-file', sentence('{0} has no file {1}.', archive, member), {
    path,
    remedy: sentence('Check the name.'),
  });
}
