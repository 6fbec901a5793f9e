import type { Matrix } from './matrix.ts';

/** Characters of the caption, UTF-16, end exclusive. */
export interface CharacterRange {
  readonly start: number;
  readonly end: number;
}

/** A word of a caption with its support in the image. */
export interface SupportedWord extends CharacterRange {
  readonly text: string;
  /** Minimum support of its tokens; NaN if the encoder's input was truncated before the word. */
  readonly support: number;
  /** The region that its least supported token attends to most; -1 if there is none. */
  readonly region: number;
}

/** Most content words of a caption that are weighed: encoders truncate longer captions, and each word is a text to encode. */
export const MOST_WORDS = 40;

/** The words of a caption: letters and digits with their inner apostrophes and hyphens. */
export function captionWords(caption: string): (CharacterRange & { readonly text: string })[] {
  return Array.from(
    caption.matchAll(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{M}\p{N}]+)*/gu),
    (m) => ({
      text: m[0],
      start: m.index,
      end: m.index + m[0].length,
    }),
  );
}

/**
 * Word support from the token support of SCAN or GSMN: the minimum of a word's tokens, because one unsupported part
 * makes the word wrong. Tokens outside words (punctuation, markers) are ignored.
 *
 * @param tokens character range of each token; empty for markers
 * @param support of each token
 * @param attention of each token over the regions (tokens, n)
 */
export function wordSupport(
  caption: string,
  tokens: readonly CharacterRange[],
  support: ArrayLike<number>,
  attention: Matrix,
): SupportedWord[] {
  return captionWords(caption).map((word) => {
    let worst = -1;
    for (const [t, token] of tokens.entries()) {
      const overlaps = token.start < token.end && token.start < word.end && token.end > word.start;
      if (overlaps && (worst < 0 || support[t]! < support[worst]!)) worst = t;
    }
    if (worst < 0) return { ...word, support: NaN, region: -1 };
    return { ...word, support: support[worst]!, region: mostAttended(attention, worst) };
  });
}

/** Grid cell of a region in relative image coordinates: left, top, right, bottom. */
export function regionBox(
  region: number,
  grid: readonly [rows: number, columns: number],
): readonly [number, number, number, number] {
  const [rows, columns] = grid;
  const [y, x] = [Math.floor(region / columns), region % columns];
  return [x / columns, y / rows, (x + 1) / columns, (y + 1) / rows];
}

function mostAttended(attention: Matrix, token: number): number {
  const { columns, data } = attention;
  let best = columns === 0 ? -1 : 0;
  for (let k = 1; k < columns; k++) {
    if (data[token * columns + k]! > data[token * columns + best]!) best = k;
  }
  return best;
}
