import { undecodable } from './decodeText.ts';
import {
  bomLength,
  decodeLeniently,
  decodeStrictly,
  SAMPLE_BYTES,
  sniffEncoding,
  type FileEncoding,
  type TextEncoding,
  type UndecodableText,
} from './textEncoding.ts';

/** Position of the first invalid bytes of a file. */
export type TextDamage = UndecodableText;

/**
 * Decodes a file chunk by chunk, with memory bounded by the chunk size. Invalid bytes are replaced by
 * U+FFFD, and `damage` is set before their chunk is yielded: from then on text with U+FFFD may be
 * damaged. U+FFFD in earlier chunks is part of the file.
 */
export class TextStream {
  readonly #bytes: AsyncIterable<Uint8Array>;
  #encoding: FileEncoding | undefined;
  #damage: TextDamage | undefined;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes;
  }

  get damage(): TextDamage | undefined {
    return this.#damage;
  }

  /** The text without its byte order mark. Can be iterated only once. */
  async *chunks(): AsyncGenerator<string> {
    let carry: Uint8Array = new Uint8Array(0);
    for await (const chunk of this.#bytes) {
      let bytes = carry.length === 0 ? chunk : concatenate(carry, chunk);
      if (this.#encoding === undefined) {
        // Collect enough bytes, so that the detection does not depend on the chunk size.
        if (bytes.length < SAMPLE_BYTES) {
          carry = bytes.slice();
          continue;
        }
        bytes = bytes.subarray(this.#open(bytes));
      }
      const encoding = this.#encoding?.encoding ?? 'utf-8';
      const end = bytes.length - unfinishedBytes(bytes, encoding);
      carry = bytes.slice(end);
      if (end > 0) yield this.#decode(bytes.subarray(0, end), encoding);
    }
    if (this.#encoding === undefined) carry = carry.subarray(this.#open(carry));
    if (carry.length > 0) yield this.#decode(carry, this.#encoding?.encoding ?? 'utf-8');
  }

  #open(head: Uint8Array): number {
    this.#encoding = sniffEncoding(head);
    return bomLength(this.#encoding);
  }

  #decode(bytes: Uint8Array, encoding: TextEncoding): string {
    const text = decodeStrictly(bytes, encoding);
    if (text !== undefined) return text;
    this.#damage ??= undecodable(bytes);
    return decodeLeniently(bytes, encoding);
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** Number of bytes at the end that begin an incomplete character. */
function unfinishedBytes(bytes: Uint8Array, encoding: TextEncoding): number {
  if (encoding === 'utf-8') {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back] ?? 0;
      if (byte >= 0xc0) {
        const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        return length > back ? back : 0;
      }
      if (byte < 0x80) return 0;
    }
    return 0;
  }
  const odd = bytes.length % 2;
  const last = bytes.length - odd - 2;
  const high = bytes[encoding === 'utf-16le' ? last + 1 : last] ?? 0;
  return high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
}
