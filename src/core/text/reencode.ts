import { PairLensError } from '../errors.ts';
import { decodedFile } from './decodeText.ts';
import { decodeStrictly, encodeText, type EncodingReading } from './textEncoding.ts';
import { sentence } from './sentence.ts';

type Decoder = InstanceType<typeof TextDecoder>;

const LINE_FEED = 0x0a;
/** Longest sample of the first line in another encoding, in characters. */
const SAMPLE_CHARACTERS = 120;
/** Characters of the sample before the first non-ASCII one. */
const BEFORE = 40;

/**
 * The first line of `bytes` that is not UTF-8, decoded with `encoding`; undefined if the encoding is unknown, cannot be
 * decoded by line (UTF-16 and UTF-32), or does not fit the line.
 */
export function readingIn(bytes: Uint8Array, encoding: string): EncodingReading | undefined {
  const decoder = decoderFor(encoding);
  if (decoder === undefined) return undefined;
  for (const line of linesOf(bytes)) {
    if (decodeStrictly(line, 'utf-8') !== undefined) continue;
    const text = decodeLine(decoder, line);
    if (text === undefined) return undefined;
    const first = text.search(/[^\p{ASCII}]/u);
    const start = Math.max(0, first - BEFORE);
    const sample = text.slice(start, start + SAMPLE_CHARACTERS).trim();
    const cut = start + SAMPLE_CHARACTERS < text.length;
    return { encoding, sample: `${start > 0 ? '…' : ''}${sample}${cut ? '…' : ''}` };
  }
  return undefined;
}

/**
 * Converts to UTF-8: lines in UTF-8 are unchanged, the others are decoded with `encoding`. Line ends are kept.
 * @throws PairLensError `invalid-argument` if the encoding is unknown or does not fit all lines.
 */
export function reencoded(bytes: Uint8Array, encoding: string, path: string): Uint8Array {
  const decoder = decoderFor(encoding);
  const parts: Uint8Array[] = [];
  for (const line of linesOf(bytes)) {
    if (decodeStrictly(line, 'utf-8') !== undefined) {
      parts.push(line);
      continue;
    }
    const text = decoder && decodeLine(decoder, line);
    if (text === undefined) {
      throw new PairLensError(
        'invalid-argument',
        sentence('{0} cannot be read as {1}.', path, encoding),
        { path, remedy: sentence('Restore the file from a backup, or save it again as UTF-8.') },
      );
    }
    parts.push(new TextEncoder().encode(text));
  }
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    out.set(part, end);
    end += part.length;
  }
  return out;
}

function decoderFor(encoding: string): Decoder | undefined {
  if (/^utf-?(?:16|32)/iu.test(encoding)) return undefined;
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined;
  }
}

function decodeLine(decoder: Decoder, line: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(line);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The lines with their line ends. */
function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** The same text as UTF-8 without a byte order mark. @throws PairLensError `unsupported-format` if it is neither UTF-8 nor UTF-16. */
export function plainUtf8(bytes: Uint8Array, path: string): Uint8Array {
  const { text } = decodedFile(path, bytes);
  return encodeText(text, { encoding: 'utf-8', bom: false });
}
