import type { PixelSquare } from '../ports.ts';
import { isContentWord } from '../text/contentWords.ts';
import { dotRows } from './innerProducts.ts';
import type { Matrix } from './matrix.ts';
import { captionWords, type CharacterRange, MOST_WORDS } from './wordSupport.ts';

/*
 * Locates each word of a caption in the image with the encoders alone: similarity of the word and its neighbours (which
 * tell two dogs apart) to overlapping crops of the image. Needs no region features and no training.
 */

/** Crops along each side; each is half as wide and as high as the image, and overlaps the next by half. */
export const CROPS = 3;

/** A content word of a caption and the few words around it. */
export interface WordInContext extends CharacterRange {
  readonly text: string;
  readonly phrase: string;
}

/** A word with its location in the image. */
export interface GroundedWord extends CharacterRange {
  readonly text: string;
  /** Cosine of each crop with the word, minus the mean of all crops, row by row (9). */
  readonly cells: number[];
  /** Row and column (0 to 2) of the best crop; null if the word is not localized. */
  readonly place: { readonly row: number; readonly column: number } | null;
}

/** Each content word with the previous and the next word, if only white space separates them. */
export function wordsInContext(caption: string): WordInContext[] {
  const words = captionWords(caption);
  return words
    .flatMap((word, w) => {
      if (!isContentWord(word.text)) return [];
      const [before, behind] = [words[w - 1], words[w + 1]];
      const start = before && isSpace(before.end, word.start) ? before.start : word.start;
      const end = behind && isSpace(word.end, behind.start) ? behind.end : word.end;
      return [{ ...word, phrase: caption.slice(start, end).toLowerCase() }];
    })
    .slice(0, MOST_WORDS);

  function isSpace(from: number, to: number): boolean {
    return caption.slice(from, to).trim() === '';
  }
}

/** The crops of an image, row by row (9), each of the encoder's input size. @param picture of twice that size. */
export function cropsOf({ size, rgb }: PixelSquare): PixelSquare[] {
  const side = size / 2;
  return Array.from({ length: CROPS * CROPS }, (_, crop) => {
    const [top, left] = [Math.floor(crop / CROPS), crop % CROPS].map((n) =>
      Math.round((n * side) / (CROPS - 1)),
    ) as [number, number];
    const out = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++) {
      const from = ((top + y) * size + left) * 3;
      out.set(rgb.subarray(from, from + side * 3), y * side * 3);
    }
    return { size: side, rgb: out };
  });
}

/**
 * @param crops unit rows of the crops of one picture (9, d)
 * @param phrases unit rows of the words in context (n, d)
 */
export function groundWords(
  words: readonly WordInContext[],
  crops: Matrix,
  phrases: Matrix,
): GroundedWord[] {
  return words.map(({ text, start, end }, w) => {
    const scores = Array.from({ length: crops.rows }, (_, c) => dotRows(crops, c, phrases, w));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const best = scores.indexOf(Math.max(...scores));
    const stands = scores[best]! - mean >= STANDS_OUT;
    return {
      text,
      start,
      end,
      cells: scores.map((score) => score - mean),
      place: stands ? { row: Math.floor(best / CROPS), column: best % CROPS } : null,
    };
  });
}

/** A word below this is not localized: about half of these change their place when the image is mirrored. */
const STANDS_OUT = 0.07;
