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
  for (const name of await temporaryNames(folder)) {
    if (!name.startsWith(prefix)) continue;
    const mark = name.slice(prefix.length, -'.tmp'.length);
    if (!isMark(mark)) continue; // not ours
    const temporary = path.join(folder, name);
    const gone = isGone(mark) ?? (await isOlderThan(temporary, FOREIGN_MS));
    if (gone) await unlink(temporary).catch(() => undefined);
  }
}

/** Files of a folder from which its listing is kept, and for how long. */
const LARGE_FOLDER = 1000;
const LISTING_MS = 10_000;
const listings = new Map<string, { readonly names: readonly string[]; readonly until: number }>();

/**
 * Names in a folder that may be temporary files. The listing of a large folder is kept for a while: a run that writes each
 * of its files would list all of them as often. What a process leaves behind meanwhile is removed by a later write.
 */
async function temporaryNames(folder: string): Promise<readonly string[]> {
  const now = performance.now();
  const known = listings.get(folder);
  if (known !== undefined && known.until > now) return known.names;
  listings.delete(folder);
  const all = await readdir(folder).catch((): string[] => []);
  const names = all.filter((name) => name.endsWith('.tmp'));
  if (all.length >= LARGE_FOLDER) listings.set(folder, { names, until: now + LISTING_MS });
  return names;
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
