import { isContentWord } from '../text/contentWords.ts';
import type { Matrix } from './matrix.ts';
import { captionWords, type CharacterRange, MOST_WORDS } from './wordSupport.ts';

/** A content word of a caption, and the caption without it. */
export interface Omission extends CharacterRange {
  readonly text: string;
  readonly without: string;
}

/** A word and how much it adds to the match of image and caption; negative if it lowers the match. */
export interface WeighedWord extends CharacterRange {
  readonly text: string;
  readonly support: number;
}

/** The caption without each of its content words in turn; none for a caption of a single one. */
export function omissions(caption: string): Omission[] {
  const words = captionWords(caption).filter(({ text }) => isContentWord(text));
  if (words.length < 2) return [];
  return words.slice(0, MOST_WORDS).map((word) => ({
    ...word,
    without: `${caption.slice(0, word.start)}${caption.slice(word.end)}`
      .replace(/\s+/g, ' ')
      .trim(),
  }));
}

/**
 * Support of words by leave-one-out: x (t - t_w), the decrease of the caption's similarity to the image without the
 * word. Occlusion (Zeiler and Fergus 2014) applied to the text; it needs only the encoders.
 *
 * @param image centred unit row of the image (d); centring removes what all images have in common
 * @param caption unit row of the whole caption (d)
 * @param without unit rows of the caption without each word (n, d)
 */
export function omissionSupport(
  words: readonly Omission[],
  image: Float32Array,
  caption: Float32Array,
  without: Matrix,
): WeighedWord[] {
  const d = without.columns;
  return words.map(({ text, start, end }, w) => {
    let support = 0;
    for (let c = 0; c < d; c++) support += image[c]! * (caption[c]! - without.data[w * d + c]!);
    return { text, start, end, support };
  });
}
