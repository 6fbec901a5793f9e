import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { codeOf } from './fileErrors.ts';

/*
 * Names of files that live for a moment beside the one they are for. A name says which process made it, so that those
 * a killed process left behind are known for what they are and removed by the next one that writes there.
 */

/** Of a process that cannot be asked whether it lives, on another machine: longer than any write rests. */
const FOREIGN_MS = 60 * 60 * 1000;
/** File systems allow 255 bytes for a name; what comes before and after takes some 60. */
const NAME_BYTES = 150;

/** This boot of this machine, and its room of process numbers: containers of one machine count each on their own. */
const MACHINE = createHash('sha256').update(machineFacts()).digest('hex').slice(0, 8);

function machineFacts(): string {
  try {
    return (
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid')
    );
  } catch {
    return hostname(); // no Linux: the name must do
  }
}

/** Who holds or made something: process number, machine, and a part that is never used twice. */
export function ownMark(): string {
  return `${process.pid}-${MACHINE}-${randomBytes(6).toString('hex')}`;
}

/** Whether a text is a mark, of whatever process. */
export function isMark(text: string): boolean {
  return MARK.test(text);
}

const MARK = /^(\d{1,10})-([\da-f]{8})-[\da-f]{12}$/;

/**
 * Whether a mark is that of a process which is known to be gone.
 * @returns undefined where that cannot be told: a process of another machine, or no mark at all.
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

/** Whether this very process made a mark. */
export function isOwn(mark: string): boolean {
  return mark.startsWith(`${process.pid}-${MACHINE}-`);
}

/** A name for a temporary file beside `file`. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `${prefixOf(file)}${ownMark()}.tmp`);
}

/** Removes what killed processes left beside `file` while they wrote it. What cannot be removed stays. */
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

/** Whether nobody wrote the file for so long; not where there is none. */
export async function isOlderThan(file: string, ms: number): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ms;
}

function prefixOf(file: string): string {
  const bytes = Buffer.from(path.basename(file)).subarray(0, NAME_BYTES);
  return `.${bytes.toString('utf8').replace(/\uFFFD+$/, '')}.`; // a letter may have been cut through
}
