import { createReadStream } from 'node:fs';
import { constants } from 'node:fs';
import {
  access,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { throwIfCancelled } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import type { FileSystem, ListProblem } from '../core/ports.ts';
import { sentence, type Sentence, type SentenceValue } from '../core/text/sentence.ts';

const CHUNK_BYTES = 256 * 1024;

type WalkOptions = Parameters<FileSystem['walk']>[1];

/** The FileSystem port over node:fs. */
export const nodeFiles: FileSystem = {
  async stat(file) {
    const found = await stat(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    return {
      kind: found.isDirectory() ? 'folder' : 'file',
      bytes: found.size,
      modified: found.mtimeMs,
    };
  },

  async exists(file) {
    return access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
  },

  async *walk(root, options) {
    const realRoot = await realpath(root).catch((error: unknown) => {
      throw unreadable(root, error);
    });
    yield* walkFolder(
      { path: root, real: realRoot, chain: [realRoot] },
      {
        ...options,
        realRoot,
        visited: new Set([realRoot]),
      },
    );
  },

  async read(file) {
    return readFile(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
  },

  async *stream(file) {
    const chunks = createReadStream(file, {
      highWaterMark: CHUNK_BYTES,
    }) as AsyncIterable<Uint8Array>;
    try {
      yield* chunks;
    } catch (error) {
      throw unreadable(file, error);
    }
  },

  async makeFolder(folder) {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new PairLensError(
        'write-failed',
        sentence('{0} could not be made: {1}.', folder, reasonOf(error)),
        {
          path: folder,
          remedy: remedyOf(error),
          cause: error,
        },
      );
    }
  },

  async writeAtomically(file, bytes) {
    try {
      // A rename would replace a symbolic link instead of the file it leads to.
      const target = await realpath(file).catch(() => file);
      await writeBeside(target, bytes);
    } catch (error) {
      throw new PairLensError(
        'write-failed',
        sentence('{0} could not be written: {1}.', file, reasonOf(error)),
        {
          path: file,
          remedy: remedyOf(error),
          cause: error,
        },
      );
    }
  },
};

interface Folder {
  /** As the caller sees it, links unresolved. */
  readonly path: string;
  readonly real: string;
  /** Real paths of this folder and those above it, up to the root of the walk. */
  readonly chain: readonly string[];
}

interface Walk extends WalkOptions {
  readonly realRoot: string;
  readonly visited: Set<string>;
}

async function* walkFolder(folder: Folder, walk: Walk): AsyncGenerator<{ path: string }> {
  throwIfCancelled(walk.signal);
  const entries = await readdir(folder.path, { withFileTypes: true }).catch((error: unknown) => {
    walk.onProblem({ path: folder.path, reason: listReason(error) });
    return [];
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    const entryPath = path.join(folder.path, entry.name);
    if (entry.isFile()) yield { path: entryPath };
    else if (entry.isDirectory()) {
      if (walk.skipFolder(entry.name)) continue;
      const real = path.join(folder.real, entry.name);
      if (walk.visited.has(real)) continue;
      walk.visited.add(real);
      yield* walkFolder({ path: entryPath, real, chain: [...folder.chain, real] }, walk);
    } else if (entry.isSymbolicLink()) yield* followLink(folder, entryPath, entry.name, walk);
  }
}

async function* followLink(
  folder: Folder,
  link: string,
  name: string,
  walk: Walk,
): AsyncGenerator<{ path: string }> {
  try {
    const found = await stat(link);
    if (found.isFile()) {
      yield { path: link };
      return;
    }
    if (!found.isDirectory() || walk.skipFolder(name)) return;
  } catch (error) {
    walk.onProblem({ path: link, reason: listReason(error) });
    return;
  }
  const real = await realpath(link);
  if (folder.chain.includes(real) || isAbove(real, walk.realRoot)) {
    walk.onProblem({ path: link, reason: 'link-loop' });
    return;
  }
  if (walk.visited.has(real) || listedElsewhere(real, walk)) return;
  walk.visited.add(real);
  yield* walkFolder({ path: link, real, chain: [...folder.chain, real] }, walk);
}

/** Whether a link leads to a folder that holds the whole walk: following it would list strangers' files. */
function isAbove(real: string, root: string): boolean {
  return root.startsWith(real.endsWith(path.sep) ? real : real + path.sep);
}

/** Whether the walk reaches this folder by its own name, which people know it by. */
function listedElsewhere(real: string, walk: Walk): boolean {
  const relative = path.relative(walk.realRoot, real);
  if (relative === '' || path.isAbsolute(relative)) return relative === '';
  const parts = relative.split(path.sep);
  return parts[0] !== '..' && !parts.some(walk.skipFolder);
}

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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

function listReason(error: unknown): ListProblem['reason'] {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'broken-link';
    case 'ELOOP':
      return 'link-loop';
    case 'EACCES':
    case 'EPERM':
      return 'no-permission';
    default:
      return 'unreadable';
  }
}

function unreadable(file: string, error: unknown): PairLensError {
  return new PairLensError(
    'unreadable-file',
    sentence('{0} could not be read: {1}.', file, reasonOf(error)),
    {
      path: file,
      remedy: remedyOf(error),
      cause: error,
    },
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

function reasonOf(error: unknown): SentenceValue {
  return REASONS[codeOf(error)]?.[0] ?? (error instanceof Error ? error.message : String(error));
}

function remedyOf(error: unknown): Sentence {
  return REASONS[codeOf(error)]?.[1] ?? sentence('Check the disk and try again.');
}
