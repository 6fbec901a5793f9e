import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import type { RunOptions } from '../engine/batch/batchPorts.ts';
import type { GlobalOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly globals: GlobalOptions;
  readonly version: string;
  /** URI of the page that explains the findings. */
  readonly findingsUri: string;
}

/** Cancellation and progress for the steps of the engine. */
export function hooksOf({ signal, terminal }: CommandContext): RunOptions {
  const onProgress = terminal.progress();
  return { signal, ...(onProgress && { onProgress }) };
}

/**
 * The absolute path of a folder that is there.
 * @throws PairLensError `unreadable-folder`, with a remedy.
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
