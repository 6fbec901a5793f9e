import { randomBytes } from 'node:crypto';
import { constants, ftruncateSync, openSync, unlinkSync, write } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Checksum } from './checksum.ts';
import { Segment, type VisitRecord } from './segment.ts';
import { FILE_HEADER, packListing, parseHeader } from './segmentFormat.ts';

const writeAt = promisify(write);

/** A new segment to which only this process appends. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #checksum: Checksum;
  readonly #listed: number[] = [];
  /** End of the last complete record. */
  #end = 0;

  /** @throws NodeJS.ErrnoException if no file can be created. */
  constructor(folder: string, checksum: Checksum) {
    const time = Date.now().toString(36).padStart(9, '0');
    const name = `${time}-${process.pid}-${randomBytes(4).toString('hex')}.segment`;
    this.#file = path.join(folder, name);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    this.#descriptor = openSync(this.#file, flags, 0o600);
    this.#checksum = checksum;
    this.segment = new Segment(name, this.#descriptor, checksum);
  }

  get bytes(): number {
    return this.#end;
  }

  /**
   * Appends records and visits each with its location. Must not be called again after an error.
   * @throws NodeJS.ErrnoException if the disk is full or fails.
   */
  async append(records: readonly Buffer[], visit: VisitRecord): Promise<void> {
    const isFirst = this.#end === 0;
    await this.#write(Buffer.concat(isFirst ? [FILE_HEADER, ...records] : records));
    let offset = this.#end + (isFirst ? FILE_HEADER.length : 0);
    for (const record of records) {
      const header = parseHeader(record, 0);
      if (header === undefined) throw new Error('a record that was just packed has no header');
      this.#listed.push(header.hash.low, header.hash.high, offset, record.length);
      visit(header.hash, offset, record.length);
      offset += record.length;
    }
    this.#end = offset;
    this.segment.grewTo(offset);
  }

  /** Writes the listing, which makes opening fast. @throws NodeJS.ErrnoException */
  async finish(): Promise<void> {
    const listing = packListing(this.#checksum, this.#listed, this.#end);
    await this.#write(listing);
    this.segment.grewTo(this.#end + listing.length);
    this.segment.finish();
  }

  /** Truncates an incomplete record; removes the file if it has no records. */
  abandon(): void {
    try {
      if (this.#end === 0) unlinkSync(this.#file);
      else ftruncateSync(this.#descriptor, this.#end);
    } catch {
      // An incomplete record at the end is never read.
    }
    this.segment.grewTo(this.#end);
  }

  async #write(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await writeAt(
        this.#descriptor,
        bytes,
        written,
        bytes.length - written,
        this.#end + written,
      );
      written += bytesWritten;
    }
  }
}
