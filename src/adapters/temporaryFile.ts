import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { codeOf } from './fileErrors.ts';

/*
 * Names of temporary files beside the files they will replace. A name contains the mark of its process, so that files
 * left by a killed process are recognised and removed by the next write.
 */

/** Age from which a file of another machine's process is considered abandoned; longer than any write takes. */
const FOREIGN_MS = 60 * 60 * 1000;
/** Bytes of the original name that are kept: names are limited to 255 bytes, and the rest takes about 60. */
const NAME_BYTES = 150;

/** Identifies the machine, its boot and its PID namespace (each container has its own). */
const MACHINE = createHash('sha256').update(machineFacts()).digest('hex').slice(0, 8);

function machineFacts(): string {
  try {
    return (
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid')
    );
  } catch {
    return hostname(); // not Linux: only the host name
  }
}

/** A new mark of this process: process ID, machine, and a unique part. */
export function ownMark(): string {
  return `${process.pid}-${MACHINE}-${randomBytes(6).toString('hex')}`;
}

/** Whether a text is a mark of any process. */
export function isMark(text: string): boolean {
  return MARK.test(text);
}

const MARK = /^(\d{1,10})-([\da-f]{8})-[\da-f]{12}$/;

/**
 * Whether the process of a mark has ended.
 * @returns undefined if this is unknown: a process of another machine, or not a mark.
 */
export function isGone(mark: string): boolean | undefined {
  const [, pid, machine] = MARK.exec(mark) ?? [];
  if (pid === undefined || machine !== MACHINE) return undefined;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Whether a mark is of this process. */
export function isOwn(mark: string): boolean {
  return mark.startsWith(`${process.pid}-${MACHINE}-`);
}

/** A name for a temporary file beside `file`. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `${prefixOf(file)}${ownMark()}.tmp`);
}

/** Removes temporary files that killed processes left beside `file`; errors are ignored. */
export async function removeStale(file: string): Promise<void> {
  const folder = path.dirname(file);
  const prefix = prefixOf(file);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const mark = name.slice(prefix.length, -'.tmp'.length);
    if (!isMark(mark)) continue; // not ours
    const temporary = path.join(folder, name);
    const gone = isGone(mark) ?? (await isOlderThan(temporary, FOREIGN_MS));
    if (gone) await unlink(temporary).catch(() => undefined);
  }
}

/** Whether the file was last modified more than `ms` ago; false if it does not exist. */
export async function isOlderThan(file: string, ms: number): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ms;
}

function prefixOf(file: string): string {
  const bytes = Buffer.from(path.basename(file)).subarray(0, NAME_BYTES);
  return `.${bytes.toString('utf8').replace(/\uFFFD+$/, '')}.`; // a multi-byte character may have been cut
}
