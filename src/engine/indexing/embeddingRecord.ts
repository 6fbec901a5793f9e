import type { PictureFacts } from '../../core/pictureFacts.ts';
import { packFloat16, unpackFloat16 } from '../../core/float16.ts';

/** Embeddings and facts of one image. */
export interface ImageRecord {
  readonly facts: PictureFacts;
  readonly thumbnail: Uint8Array;
  readonly embedding: Float32Array;
  readonly prior: Float32Array;
  readonly visual: Float32Array;
}

/** Embeddings of one caption. */
export interface TextRecord {
  readonly embedding: Float32Array;
  readonly sentence: Float32Array;
}

/**
 * Facts and thumbnail of an image are its extra data: u32 width, u32 height, u8 orientation, u8 hidden and u8 blank share
 * in 255ths; the thumbnail.
 *
 * Layout, little-endian: u8 kind and version, u8 number of vectors, u16 bytes of extra data, u16 length of
 * each vector; the vectors as float16; the extra data. About 2.3 KB per image.
 */
const IMAGE = 0x12;
const TEXT = 0x21;
const FACTS_BYTES = 11;

export function packImageRecord(record: ImageRecord): Uint8Array {
  const { facts, thumbnail } = record;
  const extra = new Uint8Array(FACTS_BYTES + thumbnail.length);
  const view = new DataView(extra.buffer);
  view.setUint32(0, facts.width, true);
  view.setUint32(4, facts.height, true);
  extra.set([facts.orientation, Math.round(255 * facts.hidden), Math.round(255 * facts.blank)], 8);
  extra.set(thumbnail, FACTS_BYTES);
  return pack(IMAGE, [record.embedding, record.prior, record.visual], extra);
}

/** Parses a record; undefined if it is invalid: the caller encodes the image again. */
export function unpackImageRecord(bytes: Uint8Array): ImageRecord | undefined {
  const parts = unpack(IMAGE, 3, bytes);
  const [embedding, prior, visual] = parts?.vectors ?? [];
  if (parts === undefined || parts.extra.length < FACTS_BYTES) return undefined;
  if (embedding === undefined || prior === undefined || visual === undefined) return undefined;
  const { extra } = parts;
  const view = new DataView(extra.buffer, extra.byteOffset, FACTS_BYTES);
  return {
    facts: {
      width: view.getUint32(0, true),
      height: view.getUint32(4, true),
      orientation: view.getUint8(8),
      hidden: view.getUint8(9) / 255,
      blank: view.getUint8(10) / 255,
    },
    thumbnail: extra.subarray(FACTS_BYTES),
    embedding,
    prior,
    visual,
  };
}

export function packTextRecord(record: TextRecord): Uint8Array {
  return pack(TEXT, [record.embedding, record.sentence], new Uint8Array(0));
}

/** Parses a record; undefined if it is invalid: the caller encodes the caption again. */
export function unpackTextRecord(bytes: Uint8Array): TextRecord | undefined {
  const [embedding, sentence] = unpack(TEXT, 2, bytes)?.vectors ?? [];
  return embedding === undefined || sentence === undefined ? undefined : { embedding, sentence };
}

function pack(kind: number, vectors: readonly Float32Array[], extra: Uint8Array): Uint8Array {
  const header = 4 + 2 * vectors.length;
  const values = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const bytes = new Uint8Array(header + 2 * values + extra.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = kind;
  bytes[1] = vectors.length;
  view.setUint16(2, extra.length, true);
  let offset = header;
  for (const [index, vector] of vectors.entries()) {
    view.setUint16(4 + 2 * index, vector.length, true);
    const halves = packFloat16(vector);
    // The header is even, so the halves are aligned; every platform Node runs on is little-endian.
    new Uint16Array(bytes.buffer, offset, halves.length).set(halves);
    offset += 2 * halves.length;
  }
  bytes.set(extra, offset);
  return bytes;
}

function unpack(
  kind: number,
  count: number,
  stored: Uint8Array,
): { vectors: Float32Array[]; extra: Uint8Array } | undefined {
  const header = 4 + 2 * count;
  if (stored.length < header || stored[0] !== kind || stored[1] !== count) return undefined;
  // A copy: the store's buffer may be unaligned, and may be reused after this turn.
  const bytes = new Uint8Array(stored);
  const view = new DataView(bytes.buffer);
  const extraLength = view.getUint16(2, true);
  const vectors: Float32Array[] = [];
  let offset = header;
  for (let index = 0; index < count; index++) {
    const length = view.getUint16(4 + 2 * index, true);
    if (offset + 2 * length > bytes.length) return undefined;
    const vector = new Float32Array(length);
    unpackFloat16(new Uint16Array(bytes.buffer, offset, length), vector);
    vectors.push(vector);
    offset += 2 * length;
  }
  if (offset + extraLength !== bytes.length) return undefined;
  return { vectors, extra: bytes.subarray(offset) };
}
