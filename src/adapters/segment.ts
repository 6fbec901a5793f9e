import { constants, closeSync, fstatSync, futimesSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Checksum } from './checksum.ts';
import {
  FILE_HEADER,
  type KeyHash,
  LISTED_NUMBERS,
  parseHeader,
  parseTrailer,
  RECORD_HEADER_BYTES,
  TRAILER_BYTES,
  unpackListing,
} from './segmentFormat.ts';

/** Larger than any segment; larger files are not read. */
const MAX_BYTES = 2 ** 30;
const SCAN_BYTES = 1 << 20;
const DAY_MS = 86_400_000;

export type VisitRecord = (hash: KeyHash, offset: number, length: number) => void;

/** A file of the store, open for reading. Its records never change; an unfinished segment may still grow. */
export class Segment {
  readonly name: string;
  /** ID of the process that writes or wrote it, on this machine or another. */
  readonly writer: number;
  /** A checksum did not match. */
  damaged = false;
  /** This process has read a record. */
  used = false;
  #finished = false;
  #bytes: number;
  #lastUsed: number;
  readonly #descriptor: number;
  readonly #checksum: Checksum;
  /** Offset at which the scan of an unfinished segment continues. */
  #scanned = FILE_HEADER.length;

  /** @param descriptor of the open file; closed with this segment */
  constructor(name: string, descriptor: number, checksum: Checksum) {
    this.name = name;
    this.writer = Number(SEGMENT_NAME.exec(name)?.[1] ?? 0);
    this.#descriptor = descriptor;
    this.#checksum = checksum;
    const { size, mtimeMs } = fstatSync(descriptor);
    this.#bytes = size;
    this.#lastUsed = mtimeMs;
  }

  /** The segment `name`; undefined if it cannot be read, is not a regular file or belongs to an untrusted user. */
  static open(
    folder: string,
    name: string,
    checksum: Checksum,
    isTrusted: (owner: number) => boolean,
  ): Segment | undefined {
    let descriptor: number | undefined;
    try {
      // Do not follow links, and do not block on a pipe.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      descriptor = openSync(path.join(folder, name), flags);
      const stat = fstatSync(descriptor);
      if (stat.isFile() && stat.size <= MAX_BYTES && isTrusted(stat.uid)) {
        const segment = new Segment(name, descriptor, checksum);
        descriptor = undefined;
        return segment;
      }
    } catch {
      // Deleted or not readable: its embeddings are computed again.
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    return undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Milliseconds since 1970, exact to a day. */
  get lastUsed(): number {
    return this.#lastUsed;
  }

  /** Whether its writer has finished it. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Visits the records that were not visited before. */
  visitNew(visit: VisitRecord): void {
    if (this.#finished) return;
    try {
      this.#bytes = fstatSync(this.#descriptor).size;
      const isFirst = this.#scanned === FILE_HEADER.length;
      if (isFirst && (!this.#hasFileHeader() || this.#visitListed(visit))) return;
      this.#scanned = this.#scan(this.#scanned, visit);
    } catch {
      this.damaged = true;
    }
  }

  /** Visits all records, in write order. */
  visitAll(visit: VisitRecord): void {
    try {
      if (!this.#hasFileHeader() || this.#visitListed(visit)) return;
      this.#scan(FILE_HEADER.length, visit);
    } catch {
      this.damaged = true;
    }
  }

  /** The bytes at `offset`; fewer than `length` at the end of the file. @throws NodeJS.ErrnoException */
  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#bytes - offset)));
    let read = 0;
    while (read < bytes.length) {
      const more = readSync(this.#descriptor, bytes, read, bytes.length - read, offset + read);
      if (more === 0) break;
      read += more;
    }
    return bytes.subarray(0, read);
  }

  /** Records that this process has appended up to `bytes`. */
  grewTo(bytes: number): void {
    this.#bytes = bytes;
  }

  finish(): void {
    this.#finished = true;
  }

  /** Whether the file still exists: another process may have cleared or pruned the store. */
  isInFolder(): boolean {
    return fstatSync(this.#descriptor).nlink > 0;
  }

  /** Updates the file's time to today. An unfinished segment keeps the time of its last record. */
  markUsed(now: number): void {
    if (this.used && this.#finished && now - this.#lastUsed >= DAY_MS) this.setLastUsed(now);
  }

  setLastUsed(time: number): void {
    this.#lastUsed = time;
    try {
      futimesSync(this.#descriptor, time / 1000, time / 1000);
    } catch {
      // A read-only store is pruned by a process that may write to it.
    }
  }

  close(): void {
    try {
      closeSync(this.#descriptor);
    } catch {
      // The descriptor is read-only: an error at closing loses no data.
    }
  }

  #hasFileHeader(): boolean {
    const header = this.read(0, FILE_HEADER.length);
    // A killed process may leave an empty file: an unfinished segment without records.
    if (header.length < FILE_HEADER.length) return false;
    const isOurs = header.equals(FILE_HEADER);
    if (!isOurs) this.damaged = true;
    return isOurs;
  }

  /** Visits the records of the listing. False if there is no valid listing. */
  #visitListed(visit: VisitRecord): boolean {
    const end = this.#bytes - TRAILER_BYTES;
    const start = end > 0 ? parseTrailer(this.read(end, TRAILER_BYTES)) : undefined;
    if (start === undefined || start >= end) return false;
    const numbers = unpackListing(this.#checksum, this.read(start, end - start));
    if (numbers === undefined) {
      this.damaged = true;
      return false;
    }
    const number = (at: number): number => numbers[at] ?? 0;
    for (let at = 0; at < numbers.length; at += LISTED_NUMBERS) {
      visit({ low: number(at), high: number(at + 1) }, number(at + 2), number(at + 3));
    }
    this.#finished = true;
    return true;
  }

  /**
   * Scans headers up to the listing, the end, a truncated record or bytes that are not a header.
   * @returns the offset at which it stopped
   */
  #scan(from: number, visit: VisitRecord): number {
    let at = from;
    let chunkAt = 0;
    let chunk: Buffer = Buffer.alloc(0);
    for (;;) {
      if (at + RECORD_HEADER_BYTES > chunkAt + chunk.length) {
        chunkAt = at;
        chunk = this.read(at, SCAN_BYTES);
      }
      const header = parseHeader(chunk, at - chunkAt);
      if (header === undefined || at + header.length > this.#bytes) return at;
      if (header.kind === 'listing') {
        this.#finished = true;
        return at;
      }
      visit(header.hash, at, header.length);
      at += header.length;
    }
  }
}

/** `<time>-<process>-<random>.segment`: sorted by name, the oldest are first. */
export const SEGMENT_NAME = /^[0-9a-z]{9}-(\d{1,10})-[0-9a-f]{8}\.segment$/;
