import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** The folder of downloaded encoders: `PAIRLENS_ENCODERS`, or one of the user's data folder. */
export function encodersFolder(): string {
  const named = process.env['PAIRLENS_ENCODERS'];
  if (named !== undefined && named !== '') return path.resolve(named);
  if (process.platform === 'darwin') {
    return path.join(homedir(), 'Library', 'Application Support', 'pairlens', 'encoders');
  }
  const base =
    process.platform === 'win32' ? process.env['LOCALAPPDATA'] : process.env['XDG_DATA_HOME'];
  const valid = base !== undefined && path.isAbsolute(base);
  const data = valid ? base : path.join(homedir(), '.local', 'share');
  return path.join(data, 'pairlens', 'encoders');
}

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
