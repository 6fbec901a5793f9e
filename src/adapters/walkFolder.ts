import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled } from '../core/cancellation.ts';
import type { FileSystem, ListProblem } from '../core/ports.ts';
import { codeOf, specialKind, unreadable } from './fileErrors.ts';

type WalkOptions = Parameters<FileSystem['walk']>[1];

/** `FileSystem.walk`. */
export async function* walkFrom(
  root: string,
  options: WalkOptions,
): AsyncGenerator<{ path: string }> {
  const realRoot = await realpath(root).catch((error: unknown) => {
    throw unreadable(root, error);
  });
  yield* walkFolder(
    { path: root, real: realRoot, chain: [realRoot] },
    { ...options, realRoot, visited: new Set([realRoot]) },
  );
}

interface Folder {
  /** As shown to the caller, with links unresolved. */
  readonly path: string;
  readonly real: string;
  /** Real paths of this folder and its parents, up to the root of the walk. */
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
    else walk.onProblem({ path: entryPath, reason: specialKind(entry) });
  }
}

async function* followLink(
  folder: Folder,
  link: string,
  name: string,
  walk: Walk,
): AsyncGenerator<{ path: string }> {
  let real: string;
  let isFolder: boolean;
  try {
    const found = await stat(link);
    isFolder = found.isDirectory();
    if (isFolder && walk.skipFolder(name)) return;
    if (!isFolder && !found.isFile()) {
      walk.onProblem({ path: link, reason: specialKind(found) });
      return;
    }
    real = await realpath(link);
  } catch (error) {
    walk.onProblem({ path: link, reason: listReason(error) });
    return;
  }
  const isOutside = !folder.chain.some((home) => isWithin(real, home));
  if (!isFolder) {
    if (isOutside) walk.onOutsideLink?.({ path: link, target: real, kind: 'file' });
    yield { path: link };
    return;
  }
  // A link to a parent of the root is a loop, too, and would list files outside of the root.
  if (folder.chain.includes(real) || isWithin(walk.realRoot, real)) {
    walk.onProblem({ path: link, reason: 'link-loop' });
    return;
  }
  if (walk.visited.has(real) || listedElsewhere(real, walk)) return;
  walk.visited.add(real);
  if (isOutside) walk.onOutsideLink?.({ path: link, target: real, kind: 'folder' });
  yield* walkFolder({ path: link, real, chain: [...folder.chain, real] }, walk);
}

/** Whether a real path is a folder or inside it. */
export function isWithin(real: string, folder: string): boolean {
  return real === folder || real.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

/** Whether the walk also reaches this folder by its own name, which is preferred to the link's. */
function listedElsewhere(real: string, walk: Walk): boolean {
  const relative = path.relative(walk.realRoot, real);
  if (relative === '' || path.isAbsolute(relative)) return relative === '';
  const parts = relative.split(path.sep);
  return parts[0] !== '..' && !parts.some(walk.skipFolder);
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
