import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

/*
 * lmdb's native code ends the process where opening a file fails or where a page lies beyond the end of the file, so
 * what can be told from the first bytes is told here. Layout: page header and MDB_meta of liblmdb/mdb.c, 64 bits,
 * little endian (every platform the packages are built for).
 */
const META_FLAG = 0x08;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const AT = { flags: 18, magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152 };
const META_BYTES = 160;
/** A file may end before pages that were given back before they were written; there are never many. */
const MAX_MISSING_BYTES = 1 << 20;
/** What a new store needs before its first entry, with its lock file. */
const ROOM_BYTES = 1 << 16;

/**
 * Whether lmdb can open `file`: false where it is none of lmdb's, of another version, or cut off. A file that is missing
 * or empty can be opened: lmdb begins it.
 * @throws NodeJS.ErrnoException where it cannot be read or written, or the folder has no room for a new one.
 */
export function isLmdbFile(file: string): boolean {
  if (!existsSync(file) || !existsSync(`${file}-lock`)) probeRoom(file);
  if (!existsSync(file)) return true;
  const descriptor = openSync(file, 'r+');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return true;
    const first = readMeta(descriptor, 0);
    if (first === undefined) return false;
    const second = readMeta(descriptor, first.pageSize);
    if (second === undefined) return false;
    const { lastPage } = second.transaction > first.transaction ? second : first;
    const missing = Number(lastPage + 1n) * first.pageSize - size;
    if (missing > MAX_MISSING_BYTES) return false;
    // Appending harms no process that writes meanwhile: it only lengthens the file.
    if (missing > 0) appendFileSync(file, new Uint8Array(missing));
    return true;
  } finally {
    closeSync(descriptor);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function readMeta(descriptor: number, position: number): Meta | undefined {
  const page = new DataView(new ArrayBuffer(META_BYTES));
  if (readSync(descriptor, page, 0, META_BYTES, position) < META_BYTES) return undefined;
  const pageSize = page.getUint32(AT.pageSize, true);
  const known =
    (page.getUint16(AT.flags, true) & META_FLAG) !== 0 &&
    page.getUint32(AT.magic, true) === MAGIC &&
    (page.getUint32(AT.version, true) & 0xffff) === VERSION &&
    pageSize >= 512 &&
    pageSize <= 65_536;
  if (!known) return undefined;
  return {
    pageSize,
    lastPage: page.getBigUint64(AT.lastPage, true),
    transaction: page.getBigUint64(AT.transaction, true),
  };
}

function probeRoom(file: string): void {
  const probe = `${file}.${process.pid}.probe`;
  try {
    writeFileSync(probe, new Uint8Array(ROOM_BYTES));
  } finally {
    rmSync(probe, { force: true });
  }
}
