import { detect } from 'chardet';
import {
  bomLength,
  decodeStrictly,
  sniffEncoding,
  type DecodedText,
  type UndecodableText,
} from './textEncoding.ts';
import { PairLensError } from '../errors.ts';
import { readingIn } from './reencode.ts';
import { type Sentence, sentence } from './sentence.ts';

/** Bytes used to guess the encoding; more do not improve the guess. */
const GUESS_BYTES = 64 * 1024;

/** Decodes a whole file losslessly, or returns a guess of its encoding. */
export function decodeText(bytes: Uint8Array): DecodedText | UndecodableText {
  if (isUtf32(bytes)) return { guess: 'UTF-32' };
  const file = sniffEncoding(bytes);
  const text = decodeStrictly(bytes.subarray(bomLength(file)), file.encoding);
  return text === undefined ? undecodable(bytes) : { ...file, text };
}

/**
 * As `decodeText`, for a file that must be decoded.
 * @throws PairLensError `unsupported-format` if the bytes are neither UTF-8 nor UTF-16.
 */
export function decodedFile(path: string, bytes: Uint8Array): DecodedText {
  const decoded = decodeText(bytes);
  if ('text' in decoded) return decoded;
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is neither UTF-8 nor UTF-16.', path),
    { path, remedy: reencodeRemedy(decoded.guess) },
  );
}

/**
 * The probable encoding of bytes that are not UTF-8. Undefined for binary data and for damaged UTF-8 or UTF-16,
 * which a conversion would not repair.
 */
function guessEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, GUESS_BYTES);
  if (sniffEncoding(sample).bom || sample.includes(0)) return undefined;
  const guess = detect(sample) ?? undefined;
  return guess === 'UTF-8' || guess === 'ASCII' ? undefined : guess;
}

/** A guess of the encoding of bytes that are not UTF-8, and a line read in it. */
export function undecodable(bytes: Uint8Array): UndecodableText {
  const guess = guessEncoding(bytes);
  const reading = guess === undefined ? undefined : readingIn(bytes, guess);
  return { guess, ...(reading && { reading }) };
}

/** The UTF-32LE mark begins like the UTF-16LE one, so it must be excluded first. */
function isUtf32(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (
    (a === 0xff && b === 0xfe && c === 0 && d === 0) ||
    (a === 0 && b === 0 && c === 0xfe && d === 0xff)
  );
}

/** Remedy for a file in another encoding. */
export function reencodeRemedy(guess: string | undefined): Sentence {
  return guess === undefined
    ? sentence('Restore the file from a backup, or save it again as UTF-8.')
    : sentence('Open it as {0}, check that the text reads well, and save it as UTF-8.', guess);
}
