/**
 * Characters that act on whatever shows them, or that nobody sees: controls (C0, DEL, C1), line and paragraph
 * separators, direction marks and overrides, tags, fillers and other invisible formatting, lone surrogates. The joiners,
 * variation selectors and combining marks that scripts and emoji are written with are left.
 */
const UNSEEN = String.raw`\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb[\p{Default_Ignorable_Code_Point}--[\u034f\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]`;
const EVERY_UNSEEN = new RegExp(`[${UNSEEN}]`, 'gv');
/** Unseen characters but the line end. */
const UNSEEN_IN_LINES = new RegExp(`[[${UNSEEN}]--[\\n]]`, 'gv');

/** Escapes that have a short name; every other character is written by its number. */
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from elsewhere (a caption, a file name, what a library says) on one line, with line ends, control characters and
 * direction overrides made visible, so that a dataset cannot move the cursor, colour the terminal or forge a line of
 * output. For everything that a person reads; JSON is escaped by `jsonText` instead, which keeps the data.
 */
export function visibleText(text: string): string {
  return text.replace(EVERY_UNSEEN, visible);
}

/** As `visibleText` for text of several lines: its line ends stay. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, visible);
}

/**
 * JSON that holds no unseen character as such but its escape: the same data once parsed, and safe to look at.
 * @param indent as of JSON.stringify.
 */
export function jsonText(value: unknown, indent?: number): string {
  // Line ends stand between the parts only: within strings they are escaped already.
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
/** Code units that a character as a reader counts them may have; marks beyond are cut off. */
const UNITS_PER_CHARACTER = 32;

/** At most `limit` characters as a reader counts them, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const most = limit * UNITS_PER_CHARACTER;
  // A letter may bear a megabyte of combining marks: what is looked at is bounded, not only what is counted.
  const head = text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  let kept = 0;
  let end = 0;
  // Lazy: of a caption of a megabyte only the beginning is segmented.
  for (const { index } of GRAPHEMES.segment(head)) {
    if (kept === limit - 1) end = index;
    if (kept === limit) return `${text.slice(0, end)}…`;
    kept += 1;
  }
  return head === text ? text : `${head}…`;
}
