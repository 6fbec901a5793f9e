/**
 * Control and invisible characters: controls (C0, DEL, C1), line and paragraph separators, direction marks and
 * overrides, tags, fillers and other invisible formatting, lone surrogates; without the joiners, variation selectors and
 * combining marks that scripts and emoji need.
 */
const UNSEEN = String.raw`\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb[\p{Default_Ignorable_Code_Point}--[\u034f\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]`;
const EVERY_UNSEEN = new RegExp(`[${UNSEEN}]`, 'gv');
/** The same without the line end. */
const UNSEEN_IN_LINES = new RegExp(`[[${UNSEEN}]--[\\n]]`, 'gv');

/** Short escapes; all other characters are escaped by their number. */
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Escapes line ends, control characters and direction overrides of untrusted text (captions, file names, library
 * messages) on one line, so that a dataset cannot move the cursor, colour the terminal or forge a line of output. For all
 * text that users read; use `jsonText` for JSON, which keeps the data.
 */
export function visibleText(text: string): string {
  return text.replace(EVERY_UNSEEN, visible);
}

/** As `visibleText`, but keeps line ends. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, visible);
}

/**
 * JSON in which control and invisible characters are escaped: the same data, and safe to display.
 * @param indent as of JSON.stringify.
 */
export function jsonText(value: unknown, indent?: number): string {
  // Line ends are only between tokens: within strings they are escaped already.
  return JSON.stringify(value, null, indent).replace(UNSEEN_IN_LINES, (character) =>
    Array.from({ length: character.length }, (_, unit) => hex(character.charCodeAt(unit))).join(''),
  );
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMED[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : hex(code));
}

function hex(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Most code units of a grapheme cluster; further combining marks are cut off. */
const UNITS_PER_CHARACTER = 32;

/** At most `limit` grapheme clusters, with an ellipsis if the text was cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const most = limit * UNITS_PER_CHARACTER;
  // Bounds the input, too: one letter may have a megabyte of combining marks.
  const head = text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  let kept = 0;
  let end = 0;
  // The iterator is lazy: only the beginning of a long caption is segmented.
  for (const { index } of GRAPHEMES.segment(head)) {
    if (kept === limit - 1) end = index;
    if (kept === limit) return `${text.slice(0, end)}…`;
    kept += 1;
  }
  return head === text ? text : `${head}…`;
}
