import { PairLensError } from '../errors.ts';
import { decodedFile } from '../text/decodeText.ts';
import { encodeText } from '../text/textEncoding.ts';
import type { TextEdit } from './captionFormat.ts';
import { sentence } from '../text/sentence.ts';

/**
 * The bytes of a caption file after some edits: encoding, byte order mark and all bytes outside the edits
 * are unchanged.
 * @throws PairLensError `unsupported-format` if the bytes are neither UTF-8 nor UTF-16 (they could not be
 *   written back), `invalid-argument` if edits overlap or are outside of the text.
 */
export function applyEdits(
  bytes: Uint8Array,
  edits: readonly TextEdit[],
  path: string,
): Uint8Array {
  const decoded = decodedFile(path, bytes);
  const { text } = decoded;
  return encodeText(withEdits(text, inOrder(edits, text, path)), decoded);
}

/** The text after some edits. @param edits by place, without overlaps: see `inOrder` */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, newText } of edits) {
    parts.push(text.slice(at, start), newText);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

export function byPlace(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.start - b.start);
}

/**
 * The edits of a text by place.
 * @throws PairLensError `invalid-argument` if edits overlap or are outside of the text.
 */
export function inOrder(edits: readonly TextEdit[], text: string, path: string): TextEdit[] {
  const sorted = byPlace(edits);
  let at = 0;
  for (const { start, end } of sorted) {
    if (start < at || end < start || end > text.length) {
      throw new PairLensError(
        'invalid-argument',
        sentence('The edits of {0} overlap or lie outside it.', path),
        { path, remedy: sentence('Read the file again: it has changed since.') },
      );
    }
    at = end;
  }
  return sorted;
}
