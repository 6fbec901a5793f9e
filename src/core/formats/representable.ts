import { PairLensError } from '../errors.ts';
import { sentence } from '../text/sentence.ts';

/** @throws PairLensError `invalid-argument` for a caption with a line break, in a format with one caption per line. */
export function refuseLineBreaks(caption: string, format: string): void {
  if (!/[\r\n]/.test(caption)) return;
  throw new PairLensError(
    'invalid-argument',
    sentence('The caption holds a line break, and {0} has one caption a line.', format),
    { remedy: sentence('Put the caption on one line.') },
  );
}

/** @throws PairLensError `invalid-argument` for a blank caption: the file would lose the row. */
export function refuseBlank(caption: string): void {
  if (caption.trim() !== '') return;
  throw new PairLensError('invalid-argument', sentence('The new caption is empty.'), {
    remedy: sentence('Write a caption, or ignore the pair instead.'),
  });
}

/** @throws PairLensError `invalid-argument` for characters with which the file could not be read again. */
export function refuseUnwritable(text: string): void {
  if (!/\0|\p{Surrogate}/u.test(text)) return;
  throw new PairLensError(
    'invalid-argument',
    sentence('The caption holds a NUL character or half a character, which no text file can hold.'),
    { remedy: sentence('Write the caption without it.') },
  );
}
