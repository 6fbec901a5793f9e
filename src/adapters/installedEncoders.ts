import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { encoderBytes } from './dualEncoderFolder.ts';
import { encodersFolder } from './installation.ts';

/** A downloaded encoder, or one that was put there. */
export interface InstalledEncoder {
  /** Its ID at the hub, `owner/name`. */
  readonly id: string;
  readonly path: string;
  /** Size of its graphs with their weights; undefined if there are none. */
  readonly bytes: number | undefined;
}

/** The encoders of `encodersFolder`. */
export async function installedEncoders(folder = encodersFolder()): Promise<InstalledEncoder[]> {
  const found: InstalledEncoder[] = [];
  for (const owner of await foldersIn(folder)) {
    for (const name of await foldersIn(path.join(folder, owner))) {
      const at = path.join(folder, owner, name);
      const files = await readdir(at).catch((): string[] => []);
      if (!files.includes('config.json')) continue;
      found.push({ id: `${owner}/${name}`, path: at, bytes: await encoderBytes(at) });
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
