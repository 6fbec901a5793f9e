import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { encodersFolder } from './installation.ts';

/** A downloaded encoder, or one that was put there. */
export interface InstalledEncoder {
  /** Its ID at the hub, `owner/name`. */
  readonly id: string;
  readonly path: string;
}

/** The encoders of `encodersFolder`. */
export async function installedEncoders(folder = encodersFolder()): Promise<InstalledEncoder[]> {
  const found: InstalledEncoder[] = [];
  for (const owner of await foldersIn(folder)) {
    for (const name of await foldersIn(path.join(folder, owner))) {
      const at = path.join(folder, owner, name);
      const files = await readdir(at).catch((): string[] => []);
      if (files.includes('config.json')) found.push({ id: `${owner}/${name}`, path: at });
    }
  }
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
