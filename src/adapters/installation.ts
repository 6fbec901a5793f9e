import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PairLensError } from '../core/errors.ts';

/** Where the cache lies: as asked for, or in the user's cache folder, never in the dataset. */
export function cacheFolder(asked: string | undefined): string {
  const named = asked ?? process.env['PAIRLENS_CACHE'];
  if (named !== undefined && named !== '') return path.resolve(named);
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'pairlens');
  const base =
    process.platform === 'win32' ? process.env['LOCALAPPDATA'] : process.env['XDG_CACHE_HOME'];
  // The specification of XDG: a path that is not absolute is to be ignored. It would lie wherever the program is started.
  const valid = base !== undefined && path.isAbsolute(base);
  return path.join(valid ? base : path.join(homedir(), '.cache'), 'pairlens');
}

/**
 * The encoders inside the package: `models`, in a folder above this file, bundled or not.
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

/** The folder `name` of this installation that holds `file`; it lies some folders above this one. */
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
 * Imports an adapter whose package has native code.
 * @throws PairLensError `missing-native-package` where it cannot be loaded on this machine.
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
