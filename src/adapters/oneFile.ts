import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { FileSystem } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';

/**
 * A file system whose only file is `folder`/`name`, read from the path `file`. The folder need not exist.
 * Nothing can be changed.
 */
export function oneFile(
  files: FileSystem,
  folder: string,
  { name, file }: { readonly name: string; readonly file: string },
): FileSystem {
  const shown = path.join(folder, name);
  const located = (asked: string): string => {
    if (asked === shown) return file;
    throw new PairLensError('unreadable-file', sentence('There is no file {0}.', asked), {
      path: asked,
      remedy: sentence('Check the name.'),
    });
  };
  const refused = (asked: string): Promise<never> =>
    Promise.reject(
      new PairLensError('write-failed', sentence('{0} is only read.', asked), {
        path: asked,
        remedy: sentence('Change it with another program.'),
      }),
    );
  return {
    stat: async (asked) =>
      asked === folder ? { kind: 'folder', bytes: 0, modified: 0 } : files.stat(located(asked)),
    exists: (asked) => Promise.resolve(asked === shown || asked === folder),
    async *walk(asked) {
      if (asked === folder) yield await Promise.resolve({ path: shown });
    },
    read: async (asked, options) => files.read(located(asked), options),
    async *stream(asked, options) {
      yield* files.stream(located(asked), options);
    },
    open: async (asked) => files.open(located(asked)),
    outsideTarget: () => Promise.resolve(undefined),
    update: refused,
    move: refused,
  };
}
