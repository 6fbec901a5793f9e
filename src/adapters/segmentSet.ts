import type { Checksum } from './checksum.ts';
import { KeyTable, type RecordPlace } from './keyTable.ts';
import { Segment } from './segment.ts';
import {
  isAbandoned,
  isTrusted,
  makeSegmentFolder,
  removeSegment,
  segmentNames,
} from './segmentFolder.ts';
import { keyHash, LISTED_BYTES, OVERHEAD_BYTES, packEntry, unpackEntry } from './segmentFormat.ts';
import { SegmentWriter } from './segmentWriter.ts';

/** Number of small segments that are merged; each run creates one. */
const SMALL_SEGMENTS = 16;
/** Most open segments. A full store has about a hundred; beyond this limit the oldest are ignored. */
const MAX_SEGMENTS = 500;
const COPY_BYTES = 1 << 20;

/**
 * All segments of a folder and the locations of their records. Writing calls must not overlap. A process appends to its
 * own segment only; it may remove those of other processes, which then begin a new one.
 */
export class SegmentSet {
  readonly #folder: string;
  readonly #checksum: Checksum;
  /** A segment of this size is finished. */
  readonly #segmentBytes: number;
  readonly #onDamage: () => void;
  readonly #table = new KeyTable();
  /** By number, as in the table; a removed segment leaves a gap. */
  readonly #segments: (Segment | undefined)[] = [];
  #writer: SegmentWriter | undefined;

  constructor(
    folder: string,
    checksum: Checksum,
    { segmentBytes, onDamage }: { readonly segmentBytes: number; readonly onDamage: () => void },
  ) {
    this.#folder = folder;
    this.#checksum = checksum;
    this.#segmentBytes = segmentBytes;
    this.#onDamage = onDamage;
  }

  get bytes(): number {
    return this.#live().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get entries(): number {
    let entries = 0;
    for (const { segment } of this.#table.places()) {
      if (this.#segments[segment] !== undefined) entries++;
    }
    return entries;
  }

  /** Reads what other processes wrote and removed. @throws NodeJS.ErrnoException if the folder cannot be listed. */
  look(): void {
    const names = new Set(segmentNames(this.#folder).slice(-MAX_SEGMENTS));
    const known = new Set(this.#live().map(({ name }) => name));
    for (const name of names) {
      if (known.has(name)) continue;
      const segment = Segment.open(this.#folder, name, this.#checksum, isTrusted);
      if (segment !== undefined) this.#segments.push(segment);
    }
    for (const [number, segment] of this.#segments.entries()) {
      if (segment === undefined || segment === this.#writer?.segment) continue;
      if (names.has(segment.name)) this.#learn(number, segment);
      else this.#close(number);
    }
  }

  /** The value of `key`; undefined if it is missing or damaged. */
  find(key: string): Uint8Array | undefined {
    const hash = keyHash(this.#checksum, key);
    const place = this.#table.get(hash);
    const segment = place && this.#segments[place.segment];
    if (place === undefined || segment === undefined) return undefined;
    const record = this.#entry(segment, place);
    if (record?.key !== key) {
      this.#table.delete(hash);
      return undefined;
    }
    segment.used = true;
    return record.value;
  }

  /** @throws NodeJS.ErrnoException if the disk is full or fails. */
  async add(values: Iterable<readonly [key: string, value: Uint8Array]>): Promise<void> {
    await this.#append(Array.from(values, ([key, value]) => packEntry(this.#checksum, key, value)));
  }

  /** Finishes the segment of this process; the next record begins another. @throws NodeJS.ErrnoException */
  async finish(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    await writer.finish();
    this.#writer = undefined;
  }

  /** After a failed write: keeps complete records. */
  abandon(): void {
    this.#writer?.abandon();
    this.#writer = undefined;
  }

  markUsed(now: number): void {
    for (const segment of this.#live()) segment.markUsed(now);
  }

  /** Removes the least recently used segments until at most `bytes` are left. @throws NodeJS.ErrnoException */
  async shrinkTo(bytes: number): Promise<void> {
    await this.finish();
    let over = this.bytes - bytes;
    const oldest = this.#live().sort(
      (a, b) => a.lastUsed - b.lastUsed || (a.name < b.name ? -1 : 1),
    );
    for (const segment of oldest) {
      if (over <= 0) return;
      const { bytes: before } = segment;
      if (over < before) await this.#cut(segment, before - over);
      else this.#remove(segment);
      over -= before;
    }
  }

  /** Merges small segments and copies the intact records of damaged ones. @throws NodeJS.ErrnoException */
  async tidy(now: number): Promise<void> {
    const isStill = (segment: Segment): boolean => segment.finished || isAbandoned(segment, now);
    const isSmall = ({ bytes }: Segment): boolean => bytes < this.#segmentBytes / 2;
    // A large segment without a listing is scanned completely by every process that opens the store.
    const isPoor = (segment: Segment): boolean =>
      segment.damaged || (isStill(segment) && !segment.finished && !isSmall(segment));
    const poor = this.#live().filter(isPoor);
    const small = this.#live().filter(
      (segment) => isStill(segment) && isSmall(segment) && !isPoor(segment),
    );
    await this.#rewrite(small.length < SMALL_SEGMENTS ? poor : [...poor, ...small], Infinity);
  }

  /** Removes everything. @throws NodeJS.ErrnoException if a file cannot be removed. */
  clear(): void {
    this.#writer = undefined;
    for (const segment of this.#live()) this.#remove(segment);
    for (const name of segmentNames(this.#folder)) removeSegment(this.#folder, name);
  }

  close(): void {
    for (const number of this.#segments.keys()) this.#close(number);
  }

  #live(): Segment[] {
    return this.#segments.filter((segment) => segment !== undefined);
  }

  #learn(number: number, segment: Segment): void {
    segment.visitNew((hash, offset, length) =>
      this.#table.set(hash, { segment: number, offset, length }),
    );
    if (segment.damaged) this.#onDamage();
  }

  #entry(segment: Segment, { offset, length }: RecordPlace): ReturnType<typeof unpackEntry> {
    try {
      const entry = unpackEntry(this.#checksum, segment.read(offset, length));
      if (entry !== undefined) return entry;
    } catch {
      // A read error is treated as damage.
    }
    segment.damaged = true;
    this.#onDamage();
    return undefined;
  }

  async #append(records: readonly Buffer[]): Promise<void> {
    if (records.length === 0) return;
    if (this.#writer?.segment.isInFolder() === false) {
      this.#close(this.#segments.indexOf(this.#writer.segment));
      this.#writer = undefined;
    }
    this.#writer ??= this.#begin();
    const segment = this.#segments.indexOf(this.#writer.segment);
    await this.#writer.append(records, (hash, offset, length) =>
      this.#table.set(hash, { segment, offset, length }),
    );
    if (this.#writer.bytes >= this.#segmentBytes) await this.finish();
  }

  #begin(): SegmentWriter {
    // The folder may have been removed meanwhile.
    makeSegmentFolder(this.#folder);
    const writer = new SegmentWriter(this.#folder, this.#checksum);
    this.#segments.push(writer.segment);
    return writer;
  }

  /**
   * Copies intact records that were not replaced, the last written first, up to `bytes` of each segment; then removes
   * the segments. A crash in between leaves identical copies.
   */
  async #rewrite(segments: readonly Segment[], bytes: number): Promise<void> {
    if (segments.length === 0) return;
    await this.finish();
    const first = this.#segments.length;
    for (const segment of segments) {
      const number = this.#segments.indexOf(segment);
      let left = bytes - OVERHEAD_BYTES;
      let copied: Buffer[] = [];
      let size = 0;
      for (const place of this.#placesOf(number, segment).reverse()) {
        left -= place.length + LISTED_BYTES;
        if (left < 0) break;
        const entry = this.#entry(segment, place);
        if (entry === undefined) continue;
        copied.push(packEntry(this.#checksum, entry.key, entry.value));
        size += place.length;
        if (size < COPY_BYTES) continue;
        await this.#append(copied);
        [copied, size] = [[], 0];
      }
      await this.#append(copied);
    }
    await this.finish();
    const lastUsed = Math.max(...segments.map((segment) => segment.lastUsed));
    for (const copy of this.#segments.slice(first)) copy?.setLastUsed(lastUsed);
    for (const segment of segments) this.#remove(segment);
  }

  /** Keeps at most `bytes` of a segment; nothing if the disk has no space for the copy. */
  async #cut(segment: Segment, bytes: number): Promise<void> {
    try {
      await this.#rewrite([segment], bytes);
    } catch {
      this.abandon();
      this.#remove(segment);
    }
  }

  /** The records of a segment that the table refers to. */
  #placesOf(number: number, segment: Segment): RecordPlace[] {
    const places: RecordPlace[] = [];
    segment.visitAll((hash, offset, length) => {
      const known = this.#table.get(hash);
      if (known?.segment === number && known.offset === offset) {
        places.push({ segment: number, offset, length });
      }
    });
    return places;
  }

  #remove(segment: Segment): void {
    removeSegment(this.#folder, segment.name);
    this.#close(this.#segments.indexOf(segment));
  }

  #close(number: number): void {
    this.#segments[number]?.close();
    this.#segments[number] = undefined;
  }
}
