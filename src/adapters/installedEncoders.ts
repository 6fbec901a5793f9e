import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { encoderBytes } from './dualEncoderFolder.ts';
import { encodersFolder } from './installation.ts';
import { ENCODER_MARKER, openModelFolder, SCORER_MARKER } from './modelFolder.ts';

/** A downloaded encoder, or one that was put there. */
export interface InstalledEncoder {
  /** Its ID at the hub, `owner/name`, or its pack and method. */
  readonly id: string;
  readonly path: string;
  /** Size of its graphs with their weights; undefined if there are none. */
  readonly bytes: number | undefined;
}

/** The encoders of `encodersFolder`: those of the hub, and the heads of method packs. */
export async function installedEncoders(folder = encodersFolder()): Promise<InstalledEncoder[]> {
  const found: InstalledEncoder[] = [];
  for (const { id, path: at, files } of await installed(folder)) {
    if (files.includes('config.json')) {
      found.push({ id, path: at, bytes: await encoderBytes(at) });
    } else if (files.includes(ENCODER_MARKER)) {
      found.push({ id, path: at, bytes: await modelBytes(at) });
    }
  }
  return found;
}

/** The scorers of pairs of method packs in `encodersFolder`, by their IDs `pack/method`. */
export async function installedScorers(folder = encodersFolder()): Promise<string[]> {
  const all = await installed(folder);
  return all.filter(({ files }) => files.includes(SCORER_MARKER)).map(({ id }) => id);
}

async function modelBytes(folder: string): Promise<number | undefined> {
  try {
    return await (await openModelFolder(folder)).bytes();
  } catch {
    // Opening it tells why.
    return undefined;
  }
}

interface InstalledFolder {
  readonly id: string;
  readonly path: string;
  readonly files: readonly string[];
}

async function installed(folder: string): Promise<InstalledFolder[]> {
  const found: InstalledFolder[] = [];
  for (const owner of await foldersIn(folder)) {
    for (const name of await foldersIn(path.join(folder, owner))) {
      const at = path.join(folder, owner, name);
      const files = await readdir(at).catch((): string[] => []);
      found.push({ id: `${owner}/${name}`, path: at, files });
    }
  }
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort();
}
