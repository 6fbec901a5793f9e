import { spawn } from 'node:child_process';
import path from 'node:path';
import { throwIfCancelled } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';
import { folderAbove } from './installation.ts';

/** The program of the command line, beside this file once it is bundled. */
const PROGRAM = path.join('dist', 'cli');
/** A program that was asked to stop may finish what it writes to the cache. */
const GRACE_MS = 5000;
/** Of its messages, what an error quotes. */
const QUOTED = 2000;

/**
 * Runs the program of the command line in a process of its own, so that neither its memory nor its work is the caller's.
 * @returns its standard output
 * @throws PairLensError `cancelled`; `invalid-argument` with its last words if it fails.
 */
export async function runOwnProgram(args: readonly string[], signal: AbortSignal): Promise<string> {
  const folder = folderAbove(PROGRAM, 'main.js');
  if (folder === undefined) {
    throw new PairLensError('invalid-argument', sentence('The command line program is missing.'), {
      remedy: sentence('Install PairLens again.'),
    });
  }
  throwIfCancelled(signal);
  const child = spawn(process.execPath, [path.join(folder, 'main.js'), ...args], {
    // In an editor this process is Electron, which is Node only if it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGINT');
    kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const read: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => read.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-QUOTED);
  });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    throwIfCancelled(signal);
    if (status !== 0) {
      const command = `pairlens ${args[0] ?? ''}`;
      throw new PairLensError(
        'invalid-argument',
        sentence('{0} failed: {1}', command, said.trim()),
      );
    }
    return Buffer.concat(read).toString('utf8');
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
  }
}
