import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PairLensError } from '../core/errors.ts';

/** The cache folder: as requested, or the user's cache folder; never in the dataset. */
export function cacheFolder(asked: string | undefined): string {
  return userFolder(asked ?? process.env['PAIRLENS_CACHE'], {
    darwin: ['Library', 'Caches', 'pairlens'],
    xdg: { variable: 'XDG_CACHE_HOME', otherwise: ['.cache'] },
    inside: [],
  });
}

/** The folder of downloaded encoders: `PAIRLENS_ENCODERS`, or one of the user's data folder. */
export function encodersFolder(): string {
  return userFolder(process.env['PAIRLENS_ENCODERS'], {
    darwin: ['Library', 'Application Support', 'pairlens'],
    xdg: { variable: 'XDG_DATA_HOME', otherwise: ['.local', 'share'] },
    inside: ['encoders'],
  });
}

/** Where a platform keeps a kind of files of a user, below the home folder. */
interface UserFolder {
  readonly darwin: readonly string[];
  readonly xdg: { readonly variable: string; readonly otherwise: readonly string[] };
  /** Folders inside of that of PairLens. */
  readonly inside: readonly string[];
}

function userFolder(
  named: string | undefined,
  { darwin, xdg: { variable, otherwise }, inside }: UserFolder,
): string {
  if (named !== undefined && named !== '') return path.resolve(named);
  if (process.platform === 'darwin') return path.join(homedir(), ...darwin, ...inside);
  const base = process.env[process.platform === 'win32' ? 'LOCALAPPDATA' : variable];
  // The XDG specification: relative paths must be ignored.
  const valid = base !== undefined && path.isAbsolute(base);
  return path.join(valid ? base : path.join(homedir(), ...otherwise), 'pairlens', ...inside);
}

/**
 * The encoders of the package: the folder `models` in a parent folder of this file, bundled or not.
 * @throws PairLensError `invalid-model`.
 */
export function shippedModels(): string {
  const folder = folderAbove('models', 'manifest.json');
  if (folder === undefined) {
    throw new PairLensError('invalid-model', 'The encoders inside the package are missing.', {
      remedy: 'Install PairLens again, or name a folder of other encoders.',
    });
  }
  return folder;
}

/** The folder `name` that contains `file`, in a parent folder of this file. */
export function folderAbove(name: string, file: string): string | undefined {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = path.join(folder, name);
    if (existsSync(path.join(found, file))) return found;
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/**
 * Imports an adapter with native code.
 * @throws PairLensError `missing-native-package` if it cannot be loaded on this machine.
 */
export async function native<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new PairLensError(
      'missing-native-package',
      `${name} cannot be loaded on ${process.platform}-${process.arch}.`,
      { remedy: 'Run npm ci again on this machine.', cause: error },
    );
  }
}
