import type { SourceRange } from '../dataset/dataset.ts';
import { LIMITS } from './limits.ts';

/** One field of a CSV record. */
export interface CsvField {
  /** Unquoted, with doubled quotes unescaped. */
  readonly text: string;
  /** The raw characters, without the outer quotes. */
  readonly range: SourceRange;
}

export interface CsvRecord {
  /** At most `LIMITS.csvFields` of them. */
  readonly fields: readonly CsvField[];
  /** Number of fields in the record. */
  readonly width: number;
  /** Range of the record without its line end. */
  readonly range: SourceRange;
  /** Problem of its quotes; such a record ends with its first line, so that the next one can be read. */
  readonly broken?: 'unclosed-quote' | 'text-after-quote' | 'too-long';
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads CSV like RFC 4180 and Python's `csv`: quoted fields may contain the separator, line ends and
 * doubled quotes; a quote inside an unquoted field is literal; LF or CRLF end a record; blank lines are
 * skipped. Memory use: one chunk and the record that crosses its end, up to the record limit; a longer one
 * is treated like one with wrong quotes.
 */
export async function* readCsvRecords(
  chunks: AsyncIterable<string>,
  separator = ',',
): AsyncGenerator<CsvRecord> {
  let cursor: Cursor = { text: '', from: 0, base: 0, line: 0, separator: separator.charCodeAt(0) };
  // An unfinished record is scanned again only after the text has doubled: linear time for a field of any length.
  let worthwhile = 0;
  /** Within a line that is too long: skip its rest. */
  let skipping = false;
  for await (const chunk of chunks) {
    let text = cursor.text + chunk;
    if (skipping) {
      const lineEnd = text.indexOf('\n');
      skipping = lineEnd < 0;
      const skipped = skipping ? text.length : lineEnd + 1;
      text = text.slice(skipped);
      const line = cursor.line + Number(!skipping);
      cursor = { ...cursor, base: cursor.base + skipped, line };
    }
    cursor = { ...cursor, text };
    if (text.length < worthwhile) continue;
    for (;;) {
      let scan = scanRecord(cursor, false);
      if (scan === undefined && text.length - cursor.from > LIMITS.rowCharacters) {
        scan = brokenRecord(cursor, 'too-long', true);
        skipping = scan.next > text.length;
      }
      if (scan === undefined) break;
      if (scan.record !== undefined) yield scan.record;
      if (skipping) cursor = { ...cursor, from: text.length };
      else cursor = { ...cursor, from: scan.next, line: scan.nextLine };
    }
    cursor = { ...cursor, text: text.slice(cursor.from), base: cursor.base + cursor.from, from: 0 };
    worthwhile = Math.min(2 * cursor.text.length, LIMITS.rowCharacters + 1);
  }
  while (cursor.from < cursor.text.length) {
    const scan = scanRecord(cursor, true);
    if (scan === undefined) return;
    if (scan.record !== undefined) yield scan.record;
    cursor = { ...cursor, from: scan.next, line: scan.nextLine };
  }
}

/** The records of a text in memory. @param isWhole if false, an incomplete last record is omitted. */
export function* eachCsvRecord(
  text: string,
  separator: string,
  isWhole: boolean,
): Generator<CsvRecord> {
  let cursor: Cursor = { text, from: 0, base: 0, line: 0, separator: separator.charCodeAt(0) };
  while (cursor.from < text.length) {
    const scan = scanRecord(cursor, isWhole);
    if (scan === undefined) return;
    if (scan.record !== undefined) yield scan.record;
    cursor = { ...cursor, from: scan.next, line: scan.nextLine };
  }
}

/** Start of the record that contains the character at `at`; `at` itself at the end of a record or of the text. */
export function csvRecordStart(text: string, at: number, separator = ','): number {
  const code = separator.charCodeAt(0);
  let cursor: Cursor = { text, from: 0, base: 0, line: 0, separator: code };
  for (;;) {
    const scan = cursor.from < text.length ? scanRecord(cursor, true) : undefined;
    // A last record without a line end may continue after the text.
    if (scan === undefined || scan.next > Math.min(at, text.length)) return cursor.from;
    cursor = { ...cursor, from: scan.next, line: scan.nextLine };
  }
}

interface Cursor {
  readonly text: string;
  /** Start of the next record in `text`. */
  readonly from: number;
  /** Offset of `text[0]` in the whole file. */
  readonly base: number;
  /** Line of `from`. */
  readonly line: number;
  readonly separator: number;
}

interface Scan {
  /** Undefined for a blank line. */
  readonly record: CsvRecord | undefined;
  readonly next: number;
  readonly nextLine: number;
}

/** Reads the record at the cursor; undefined if the text ends before the record. */
function scanRecord(cursor: Cursor, atEnd: boolean): Scan | undefined {
  const { text, base, separator } = cursor;
  const fields: CsvField[] = [];
  let width = 0;
  let at = cursor.from;
  let line = cursor.line;
  let lineStart = cursor.from;
  for (;;) {
    const quoted = text.charCodeAt(at) === QUOTE;
    const start = quoted ? at + 1 : at;
    const startLine = line;
    const column = start - lineStart;
    let end: number;
    if (quoted) {
      let doubled = false;
      for (at = start; ; at++) {
        const code = text.charCodeAt(at);
        if (Number.isNaN(code)) {
          return atEnd ? brokenRecord(cursor, 'unclosed-quote', true, at) : undefined;
        }
        if (code === LF) {
          line++;
          lineStart = at + 1;
        } else if (code === QUOTE) {
          if (text.charCodeAt(at + 1) !== QUOTE) break;
          doubled = true;
          at++;
        }
      }
      end = at++;
      const raw = text.slice(start, end);
      if (width++ < LIMITS.csvFields) {
        fields.push({
          text: doubled ? raw.replaceAll('""', '"') : raw,
          range: { start: base + start, end: base + end, line: startLine, column },
        });
      }
    } else {
      while (at < text.length && text.charCodeAt(at) !== separator && text.charCodeAt(at) !== LF)
        at++;
      end = at < text.length && text.charCodeAt(at) === separator ? at : withoutReturn(text, at);
      if (width++ < LIMITS.csvFields) {
        fields.push({
          text: text.slice(start, end),
          range: { start: base + start, end: base + end, line, column },
        });
      }
    }
    if (at >= text.length && !atEnd) return undefined;
    if (text.charCodeAt(at) === separator && at < text.length) {
      at++;
      continue;
    }
    if (text.charCodeAt(at) === CR) {
      // Only after a closing quote: an unquoted field extends to its LF.
      if (at + 1 >= text.length && !atEnd) return undefined;
      if (at + 1 >= text.length || text.charCodeAt(at + 1) === LF) at++;
    }
    if (at < text.length && text.charCodeAt(at) !== LF) {
      return brokenRecord(cursor, 'text-after-quote', atEnd, at);
    }
    const recordEnd = withoutReturn(text, at);
    if (recordEnd - cursor.from > LIMITS.rowCharacters)
      return brokenRecord(cursor, 'too-long', true);
    const blank = width === 1 && !quoted && fields[0]?.text.trim() === '';
    return {
      record: blank
        ? undefined
        : { fields, width, range: recordRange(cursor, Math.max(recordEnd, end + Number(quoted))) },
      next: at + 1,
      nextLine: line + 1,
    };
  }
}

/**
 * Skips one line and continues with the next, so that a missing quote does not affect the rows below.
 * @param final skip the line although its end is not read yet; `next` is then after the text.
 * @param at end of the part of the record that was read.
 */
function brokenRecord(
  cursor: Cursor,
  broken: NonNullable<CsvRecord['broken']>,
  final: true,
  at?: number,
): Scan;
function brokenRecord(
  cursor: Cursor,
  broken: NonNullable<CsvRecord['broken']>,
  final: boolean,
  at?: number,
): Scan | undefined;
function brokenRecord(
  cursor: Cursor,
  broken: NonNullable<CsvRecord['broken']>,
  final: boolean,
  at = 0,
): Scan | undefined {
  const lineEnd = cursor.text.indexOf('\n', cursor.from);
  if (lineEnd < 0 && !final) return undefined;
  const end = lineEnd < 0 ? cursor.text.length : lineEnd;
  const long = Math.max(end, at) - cursor.from > LIMITS.rowCharacters;
  return {
    record: {
      fields: [],
      width: 0,
      range: recordRange(cursor, withoutReturn(cursor.text, end)),
      broken: long ? 'too-long' : broken,
    },
    next: end + 1,
    nextLine: cursor.line + 1,
  };
}

function recordRange(cursor: Cursor, end: number): SourceRange {
  return {
    start: cursor.base + cursor.from,
    end: cursor.base + end,
    line: cursor.line,
    column: 0,
  };
}

function withoutReturn(text: string, lineEnd: number): number {
  return text.charCodeAt(lineEnd - 1) === CR ? lineEnd - 1 : lineEnd;
}
