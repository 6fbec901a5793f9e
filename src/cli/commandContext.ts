import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { RunOptions } from '../engine/batch/batchPorts.ts';
import type { GlobalOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Dependencies of every command. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly globals: GlobalOptions;
  readonly version: string;
  /** URI of the documentation of the findings. */
  readonly findingsUri: string;
}

/** Cancellation and progress options for the engine. */
export function runOptions({ signal, terminal }: CommandContext): RunOptions {
  const onProgress = terminal.progress();
  return { signal, ...(onProgress && { onProgress }) };
}

/**
 * The absolute path of an existing folder.
 * @throws PairLensError `unreadable-folder`.
 */
export async function existingFolder(folder: string): Promise<string> {
  const absolute = path.resolve(folder);
  const found = await stat(absolute).catch((error: unknown) => {
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES';
    throw new PairLensError(
      'unreadable-folder',
      denied ? `${folder} may not be read.` : `${folder} does not exist.`,
      {
        path: absolute,
        remedy: denied
          ? 'Get read permission for it.'
          : 'Check the spelling; give the folder that holds the images and captions.',
        cause: error,
      },
    );
  });
  if (!found.isDirectory()) {
    throw new PairLensError('unreadable-folder', `${folder} is a file, not a folder.`, {
      path: absolute,
      remedy: 'Give the folder that holds the images and captions.',
    });
  }
  return absolute;
}
