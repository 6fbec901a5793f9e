import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { descendants } from '../../support/processTree.ts';
import { ROOT } from '../../support/product.ts';

export const CLI = path.join(ROOT, 'dist/cli/main.js');

export interface RunOptions {
  /** The whole process tree is killed after so long. */
  readonly timeoutMs?: number;
  /** ... and as soon as it holds more than this, in MB of resident memory, measured every 50 ms. */
  readonly memoryMb?: number;
  /** ... and, as part of the attack, after so long. */
  readonly killAfterMs?: number;
  readonly cwd?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onSpawn?: (child: ChildProcess) => void;
}

export interface Ended {
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Which limit ended it. */
  readonly stopped: 'time' | 'memory' | undefined;
  readonly ms: number;
  /** Most resident memory of the process tree. */
  readonly peakMb: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a process group of its own, under limits. Never rejects but where it cannot be started. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { timeoutMs = 120_000, memoryMb = 6_000 } = options;
    const started = performance.now();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, PAIRLENS_DEBUG: '', NO_COLOR: '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stopped: Ended['stopped'];
    let peakKb = 0;
    let stdout = '';
    let stderr = '';
    const kill = () => killGroup(child);
    const stop = (why: 'time' | 'memory') => {
      stopped ??= why;
      kill();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const sample = setInterval(() => {
      if (child.pid === undefined) return;
      const held = residentKb(child.pid);
      peakKb = Math.max(peakKb, held.peakOfOne, held.now);
      if (held.now > memoryMb * 1024) stop('memory');
    }, 50);
    const timers = [
      setTimeout(() => stop('time'), timeoutMs),
      ...(options.killAfterMs === undefined ? [] : [setTimeout(kill, options.killAfterMs)]),
    ];
    const settle = () => {
      clearInterval(sample);
      for (const timer of timers) clearTimeout(timer);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (status, signal) => {
      settle();
      const ms = Math.round(performance.now() - started);
      const peakMb = Math.round(peakKb / 1024);
      resolve({ status, signal, stopped, ms, peakMb, stdout, stderr });
    });
    options.onSpawn?.(child);
  });
}

/** Runs the built command line: `pairlens --cache CACHE audit FOLDER ...`, or whatever the arguments say. */
export function pairlens(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(process.execPath, [CLI, ...args], options);
}

/** `audit` with a JSON report and an exit status that speaks of the run, not of the findings. */
export function audit(
  folder: string,
  cache: string,
  report: string,
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> {
  const output = ['--format', 'json', '--out', report, '--fail-on', 'never'];
  return pairlens(['--cache', cache, 'audit', folder, ...output, ...more], options);
}

/** What an outcome is called in a table: `0`, `SIGSEGV`, `time`. */
export function outcomeOf(ended: Ended): string {
  return ended.stopped ?? ended.signal ?? String(ended.status);
}

/** What a person sees on standard error, without the lines of progress. */
export function saidOf(ended: Ended): string {
  return ended.stderr
    .split(/[\r\n]/)
    .filter((line) => !/^(Looking|Reading|Encoding|Matching|Calibrating)\b/.test(line.trim()))
    .join('\n')
    .trim();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function residentKb(root: number): { now: number; peakOfOne: number } {
  let now = 0;
  let peakOfOne = 0;
  for (const pid of [root, ...descendants(root).map((child) => child.pid)]) {
    const status = statusOf(pid);
    now += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    peakOfOne = Math.max(peakOfOne, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  }
  return { now, peakOfOne };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}
