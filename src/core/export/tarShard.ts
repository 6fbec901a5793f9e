/** A file of a tar archive. */
export interface TarFile {
  /** At most 100 bytes of UTF-8. */
  readonly name: string;
  /** Size in bytes; the chunks must have exactly as many. */
  readonly bytes: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const NAME_BYTES = 100;
/** Largest size that eleven octal digits hold. */
const MOST_BYTES = 8 ** 11 - 1;

/**
 * The bytes of a POSIX ustar archive of regular files, owned by nobody and without a time, so that the same files give the same
 * archive. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar Interchange Format)
 * @throws RangeError for a name or size that a ustar header cannot hold, or chunks of another size.
 */
export async function* tarShard(
  files: Iterable<TarFile> | AsyncIterable<TarFile>,
): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes, chunks } of files) {
    yield headerOf(name, bytes);
    let written = 0;
    for await (const chunk of chunks) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== bytes) throw new RangeError(`${name}: ${written} bytes in place of ${bytes}`);
    const rest = bytes % BLOCK;
    if (rest > 0) yield new Uint8Array(BLOCK - rest);
  }
  yield new Uint8Array(2 * BLOCK);
}

function headerOf(name: string, bytes: number): Uint8Array {
  const encoded = new TextEncoder().encode(name);
  if (encoded.length > NAME_BYTES || bytes > MOST_BYTES) {
    throw new RangeError(`${name}, ${bytes} bytes: too long for a ustar header`);
  }
  const header = new Uint8Array(BLOCK);
  header.set(encoded);
  const write = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  write(octal(0o644, 7), 100);
  write(octal(0, 7), 108);
  write(octal(0, 7), 116);
  write(octal(bytes, 11), 124);
  write(octal(0, 11), 136);
  write('        ', 148);
  write('0', 156);
  write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(`${octal(sum, 6)}\0 `, 148);
  return header;
}
