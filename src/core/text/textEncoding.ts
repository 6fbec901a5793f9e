/** The encodings PairLens reads and writes back byte for byte. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Encoding of a file, sufficient to write text back in the same way. */
export interface FileEncoding {
  readonly encoding: TextEncoding;
  /** Whether the file starts with a byte order mark; it is not part of the text. */
  readonly bom: boolean;
}

export interface DecodedText extends FileEncoding {
  readonly text: string;
}

/** Bytes that are neither UTF-8 nor UTF-16; they are not decoded with a guessed encoding. */
export interface UndecodableText {
  /** Probable encoding, e.g. `windows-1252`; undefined if it is unclear. */
  readonly guess: string | undefined;
  /** A line read in the guessed encoding, if it can be read. */
  readonly reading?: EncodingReading | undefined;
}

/** Text as it reads in an encoding that was only guessed. */
export interface EncodingReading {
  /** A label of the Encoding Standard, e.g. `windows-1252`. */
  readonly encoding: string;
  readonly sample: string;
}

const BOMS: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Bytes used to detect UTF-16 without a byte order mark. */
export const SAMPLE_BYTES = 4096;

/**
 * The encoding according to a file's first bytes: by its byte order mark; UTF-16 if every second byte is
 * zero in mostly Latin text; otherwise UTF-8, to be verified by decoding.
 */
export function sniffEncoding(head: Uint8Array): FileEncoding {
  for (const [encoding, mark] of BOMS) {
    if (head.length >= mark.length && mark.every((byte, i) => head[i] === byte)) {
      return { encoding, bom: true };
    }
  }
  return { encoding: utf16WithoutMark(head) ?? 'utf-8', bom: false };
}

function utf16WithoutMark(head: Uint8Array): TextEncoding | undefined {
  const units = Math.min(head.length, SAMPLE_BYTES) >> 1;
  if (units < 2) return undefined;
  let zeroFirst = 0;
  let zeroSecond = 0;
  for (let i = 0; i < units; i++) {
    if (head[2 * i] === 0) zeroFirst++;
    if (head[2 * i + 1] === 0) zeroSecond++;
  }
  // Half of the units are ASCII, and none has its zero on the other side: not a coincidence.
  if (zeroFirst === 0 && zeroSecond * 2 >= units) return 'utf-16le';
  if (zeroSecond === 0 && zeroFirst * 2 >= units) return 'utf-16be';
  return undefined;
}

/** Length of the byte order mark in bytes. */
export function bomLength(file: FileEncoding): number {
  if (!file.bom) return 0;
  return file.encoding === 'utf-8' ? 3 : 2;
}

/**
 * Decodes strictly: undefined if the bytes are invalid in this encoding or contain NUL, which text files do
 * not. `bytes` start after the byte order mark.
 */
export function decodeStrictly(bytes: Uint8Array, encoding: TextEncoding): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Decodes with U+FFFD for invalid bytes, to find the intact rows of a damaged file. */
export function decodeLeniently(bytes: Uint8Array, encoding: TextEncoding): string {
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  // Whole runs at once: fast for files of zeros.
  return text.replace(/\0+/g, ({ length }) => '\uFFFD'.repeat(length));
}

/** Encodes `text`; the exact inverse of `decodeStrictly`. */
export function encodeText(text: string, file: FileEncoding): Uint8Array {
  const marked = file.bom ? '\uFEFF' + text : text;
  if (file.encoding === 'utf-8') return new TextEncoder().encode(marked);
  const bytes = new Uint8Array(marked.length * 2);
  const littleEndian = file.encoding === 'utf-16le';
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < marked.length; i++) {
    view.setUint16(2 * i, marked.charCodeAt(i), littleEndian);
  }
  return bytes;
}
