import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface Outcome {
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line; colours, caches and debug switches of the tester's shell are kept out. */
export function startPairlens(
  args: readonly string[],
  options: SpawnOptions = {},
): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  return start(process.execPath, [MAIN, ...args], options);
}

function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ReturnType<typeof startPairlens> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: {
      ...process.env,
      PAIRLENS_DEBUG: '',
      NO_COLOR: '',
      FORCE_COLOR: undefined,
      ...options.env,
    },
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, outcome };
}

/** Runs the built command line to its end. */
export function pairlens(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  return startPairlens(args, options).outcome;
}

/** The same, unable to make any file larger than `blocks` (of 512 or 1,024 bytes). Not on Windows. */
export function pairlensUnderLimit(blocks: number, args: readonly string[]): Promise<Outcome> {
  const script = `ulimit -f ${blocks} && exec "$@"`;
  return start('/bin/sh', ['-c', script, 'sh', process.execPath, MAIN, ...args], {}).outcome;
}

/** A folder for one test file, removed when the process ends its tests. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pairlens-cli-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
