import { guessEncoding } from './decodeText.ts';
import {
  bomLength,
  decodeLeniently,
  decodeStrictly,
  SAMPLE_BYTES,
  sniffEncoding,
  type FileEncoding,
  type TextEncoding,
} from './textEncoding.ts';

/** Where a file stops being valid text. */
export interface TextDamage {
  readonly guess: string | undefined;
}

/**
 * Decodes a file's bytes chunk by chunk, in memory bounded by the chunk. Where bytes are invalid,
 * U+FFFD stands for them and `damage` is set before the chunk that holds them is handed out: from then
 * on text with U+FFFD in it must not be trusted. Text handed out earlier is good, U+FFFD included.
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

  /** The text without its byte order mark. To be read once. */
  async *chunks(): AsyncGenerator<string> {
    let carry: Uint8Array = new Uint8Array(0);
    for await (const chunk of this.#bytes) {
      let bytes = carry.length === 0 ? chunk : concatenate(carry, chunk);
      if (this.#encoding === undefined) {
        // The same bytes settle the encoding, in chunks of any size.
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
    this.#damage ??= { guess: guessEncoding(bytes) };
    return decodeLeniently(bytes, encoding);
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** Bytes at the end that begin a character the next chunk finishes. */
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
