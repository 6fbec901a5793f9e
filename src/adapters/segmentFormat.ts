import type { Checksum } from './checksum.ts';

/*
 * Format of a segment, little-endian: a file header, then records, and at the end of a finished segment a record that
 * lists them all, followed by a trailer with its offset.
 *
 *   record   u32 kind, u64 checksum of all that follows, u64 hash of the key, u32 bytes of the key, u32 bytes of the
 *            value, key, value
 *   listing  the same without a key; its value has for each record u64 hash of the key, u32 offset, u32 length
 *   trailer  u32 mark, u32 offset of the listing
 */
export const FILE_HEADER = Buffer.from('PairLens cache 1');
export const RECORD_HEADER_BYTES = 28;
export const TRAILER_BYTES = 8;
/** Numbers per record in a listing: hash (low, high), offset, length. */
export const LISTED_NUMBERS = 4;

/** Size of a finished segment without its records, and overhead per record. */
export const OVERHEAD_BYTES = FILE_HEADER.length + RECORD_HEADER_BYTES + TRAILER_BYTES;
export const LISTED_BYTES = 4 * LISTED_NUMBERS;

const ENTRY = 0x454c5031;
const LISTING = 0x4c4c5031;
const TRAILER = 0x544c5031;
const AT = { checksum: 4, checked: 12, hash: 12, keyBytes: 20, valueBytes: 24 };

/** 64 bits as two numbers, for typed arrays; faster to compare than a bigint. */
export interface KeyHash {
  readonly low: number;
  readonly high: number;
}

export interface RecordHeader {
  readonly kind: 'entry' | 'listing';
  readonly hash: KeyHash;
  /** Length of the whole record in bytes. */
  readonly length: number;
}

export function keyHash(checksum: Checksum, key: string): KeyHash {
  const hash = checksum(Buffer.from(key));
  return { low: Number(hash & 0xffffffffn), high: Number(hash >> 32n) };
}

export function packEntry(checksum: Checksum, key: string, value: Uint8Array): Buffer {
  return pack(checksum, ENTRY, keyHash(checksum, key), Buffer.from(key), value);
}

/** @param listed `LISTED_NUMBERS` for each record */
export function packListing(checksum: Checksum, listed: readonly number[], offset: number): Buffer {
  const numbers = Buffer.from(Uint32Array.from(listed).buffer);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(TRAILER, 0);
  trailer.writeUInt32LE(offset, 4);
  const record = pack(checksum, LISTING, { low: 0, high: 0 }, new Uint8Array(0), numbers);
  return Buffer.concat([record, trailer]);
}

/** Offset of the listing; undefined if `bytes`, the last ones of a file, are not a trailer. */
export function parseTrailer(bytes: Buffer): number | undefined {
  if (bytes.length < TRAILER_BYTES || bytes.readUInt32LE(0) !== TRAILER) return undefined;
  return bytes.readUInt32LE(4);
}

/** The header at `at`, if there is one. Only its kind is checked. */
export function parseHeader(bytes: Buffer, at: number): RecordHeader | undefined {
  if (at + RECORD_HEADER_BYTES > bytes.length) return undefined;
  const kind = bytes.readUInt32LE(at);
  if (kind !== ENTRY && kind !== LISTING) return undefined;
  return {
    kind: kind === ENTRY ? 'entry' : 'listing',
    hash: { low: bytes.readUInt32LE(at + AT.hash), high: bytes.readUInt32LE(at + AT.hash + 4) },
    length:
      RECORD_HEADER_BYTES +
      bytes.readUInt32LE(at + AT.keyBytes) +
      bytes.readUInt32LE(at + AT.valueBytes),
  };
}

/** Key and value; undefined if the checksum does not match. */
export function unpackEntry(
  checksum: Checksum,
  record: Buffer,
): { readonly key: string; readonly value: Uint8Array } | undefined {
  if (!isWhole(checksum, record, 'entry')) return undefined;
  const valueAt = RECORD_HEADER_BYTES + record.readUInt32LE(AT.keyBytes);
  return {
    key: record.toString('utf8', RECORD_HEADER_BYTES, valueAt),
    value: record.subarray(valueAt),
  };
}

/** The numbers of a listing; undefined if it is damaged. */
export function unpackListing(checksum: Checksum, record: Buffer): Uint32Array | undefined {
  if (!isWhole(checksum, record, 'listing')) return undefined;
  const bytes = Uint8Array.from(record.subarray(RECORD_HEADER_BYTES));
  if (bytes.length % LISTED_BYTES !== 0) return undefined;
  return new Uint32Array(bytes.buffer);
}

function pack(
  checksum: Checksum,
  kind: number,
  hash: KeyHash,
  key: Uint8Array,
  value: Uint8Array,
): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + key.length + value.length);
  record.writeUInt32LE(kind, 0);
  record.writeUInt32LE(hash.low, AT.hash);
  record.writeUInt32LE(hash.high, AT.hash + 4);
  record.writeUInt32LE(key.length, AT.keyBytes);
  record.writeUInt32LE(value.length, AT.valueBytes);
  record.set(key, RECORD_HEADER_BYTES);
  record.set(value, RECORD_HEADER_BYTES + key.length);
  record.writeBigUInt64LE(checksum(record.subarray(AT.checked)), AT.checksum);
  return record;
}

function isWhole(checksum: Checksum, record: Buffer, kind: RecordHeader['kind']): boolean {
  const header = parseHeader(record, 0);
  return (
    header?.kind === kind &&
    header.length === record.length &&
    record.readBigUInt64LE(AT.checksum) === checksum(record.subarray(AT.checked))
  );
}
