/** Escapes that have a short name; every other control character is written by its number. */
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from a file (a caption, a file name) on one line, with line ends, control characters and direction
 * overrides made visible, so that a dataset cannot move the cursor, colour the terminal or forge a line of output.
 */
export function visibleText(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) =>
      NAMED[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most `limit` characters as a reader counts them, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = 0;
  let end = 0;
  // Lazy: of a caption of a megabyte only the beginning is segmented.
  for (const { index } of GRAPHEMES.segment(text)) {
    if (kept === limit - 1) end = index;
    if (kept === limit) return `${text.slice(0, end)}…`;
    kept += 1;
  }
  return text;
}
