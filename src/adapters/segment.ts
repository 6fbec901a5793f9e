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

/** No segment of ours is this large; a larger file is not read. */
const MAX_BYTES = 2 ** 30;
const SCAN_BYTES = 1 << 20;
const DAY_MS = 86_400_000;

export type VisitRecord = (hash: KeyHash, offset: number, length: number) => void;

/** One file of the store, open for reading. What lies in it never changes; an unfinished one may still grow. */
export class Segment {
  readonly name: string;
  /** Process that writes or wrote it, on this machine or another. */
  readonly writer: number;
  /** Something in it was not as it was written. */
  damaged = false;
  /** Some record was read by this process. */
  used = false;
  #finished = false;
  #bytes: number;
  #lastUsed: number;
  readonly #descriptor: number;
  readonly #checksum: Checksum;
  /** Where the scan of an unfinished segment goes on. */
  #scanned = FILE_HEADER.length;

  /** @param descriptor of the open file, closed with this segment */
  constructor(name: string, descriptor: number, checksum: Checksum) {
    this.name = name;
    this.writer = Number(SEGMENT_NAME.exec(name)?.[1] ?? 0);
    this.#descriptor = descriptor;
    this.#checksum = checksum;
    const { size, mtimeMs } = fstatSync(descriptor);
    this.#bytes = size;
    this.#lastUsed = mtimeMs;
  }

  /** The segment `name`, or undefined where it cannot be read, is no plain file or belongs to somebody else. */
  static open(
    folder: string,
    name: string,
    checksum: Checksum,
    isTrusted: (owner: number) => boolean,
  ): Segment | undefined {
    let descriptor: number | undefined;
    try {
      // A link could lead anywhere, and a pipe would wait for a writer for good.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      descriptor = openSync(path.join(folder, name), flags);
      const stat = fstatSync(descriptor);
      if (stat.isFile() && stat.size <= MAX_BYTES && isTrusted(stat.uid)) {
        const segment = new Segment(name, descriptor, checksum);
        descriptor = undefined;
        return segment;
      }
    } catch {
      // Gone, or not for us to read: what it holds is computed anew.
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

  /** Whether its writer closed it: nothing will be added. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Tells of the records that were not told of before: all of them the first time. */
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

  /** All records, in the order they were written. */
  visitAll(visit: VisitRecord): void {
    try {
      if (!this.#hasFileHeader() || this.#visitListed(visit)) return;
      this.#scan(FILE_HEADER.length, visit);
    } catch {
      this.damaged = true;
    }
  }

  /** The bytes at `offset`, fewer than asked for at the end of the file. @throws NodeJS.ErrnoException */
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

  /** `bytes` were added by this process. */
  grewTo(bytes: number): void {
    this.#bytes = bytes;
  }

  finish(): void {
    this.#finished = true;
  }

  /** Whether the file is still in its folder: another process may have cleared or pruned the store. */
  isInFolder(): boolean {
    return fstatSync(this.#descriptor).nlink > 0;
  }

  /** Writes down that it was used today. An unfinished one keeps the time of its last record. */
  markUsed(now: number): void {
    if (this.used && this.#finished && now - this.#lastUsed >= DAY_MS) this.setLastUsed(now);
  }

  setLastUsed(time: number): void {
    this.#lastUsed = time;
    try {
      futimesSync(this.#descriptor, time / 1000, time / 1000);
    } catch {
      // A store that may only be read is pruned by whoever may write it.
    }
  }

  close(): void {
    try {
      closeSync(this.#descriptor);
    } catch {
      // Nothing was waiting to be written through it that was not told of.
    }
  }

  #hasFileHeader(): boolean {
    const header = this.read(0, FILE_HEADER.length);
    // A process that was killed may leave an empty file: that is an unfinished segment without records.
    if (header.length < FILE_HEADER.length) return false;
    const isOurs = header.equals(FILE_HEADER);
    if (!isOurs) this.damaged = true;
    return isOurs;
  }

  /** Whether the segment has a listing that is whole. */
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
   * Goes from header to header, up to the listing, the end, a record cut off or bytes that are no header.
   * @returns where it stopped
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

/** `<time>-<process>-<chance>.segment`: sorted by name, the oldest come first. */
export const SEGMENT_NAME = /^[0-9a-z]{9}-(\d{1,10})-[0-9a-f]{8}\.segment$/;
