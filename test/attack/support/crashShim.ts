import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What happens at a call; see `crashshim.c`. */
export type CrashMode = 'kill' | 'torn' | 'enospc' | 'eio';

export interface Crash {
  /** The number of the call, from 1. */
  readonly at: number;
  readonly mode: CrashMode;
  /** Every later call fails too. */
  readonly sticky?: boolean;
}

let library: string | undefined;

/** The environment of a process that counts its calls on paths holding `match` into the file `log`. */
export function countCalls(match: string, log: string): NodeJS.ProcessEnv {
  return { LD_PRELOAD: crashShim(), CRASH_MATCH: match, CRASH_LOG: log };
}

/** The environment of a process that dies, or whose disk fails, at one of those calls. */
export function crashAt(match: string, crash: Crash): NodeJS.ProcessEnv {
  return {
    LD_PRELOAD: crashShim(),
    CRASH_MATCH: match,
    CRASH_AT: String(crash.at),
    CRASH_MODE: crash.mode,
    CRASH_STICKY: crash.sticky === true ? '1' : undefined,
  };
}

/** The environment of a process whose sockets of the internet and looked-up names are written into the file `log`. */
export function witnessedNetwork(log: string): NodeJS.ProcessEnv {
  return { LD_PRELOAD: crashShim(), NETWORK_LOG: log };
}

/** The names of the counted calls, in order: call n is at n - 1. */
export function countedCalls(log: string): string[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ')[1] ?? '');
}

/** Compiles the library once a process, into a temporary folder that goes with the process. */
function crashShim(): string {
  if (library !== undefined) return library;
  const folder = mkdtempSync(path.join(tmpdir(), 'pairlens-shim-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'crashshim.so');
  const source = path.join(import.meta.dirname, '../crashshim.c');
  const cc = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', file, source, '-ldl'], {
    encoding: 'utf8',
  });
  if (cc.status !== 0) {
    throw new Error(
      `This attack needs Linux and a C compiler named cc (Debian: build-essential).\n${cc.error?.message ?? cc.stderr}`,
    );
  }
  library = file;
  return file;
}
