import { oneChunk } from '../text/oneChunk.ts';
import type { SourceRange } from '../dataset/dataset.ts';
import { LIMITS } from './limits.ts';
import type { CaptionFormat, CaptionRow } from './captionFormat.ts';
import { csvRecordStart } from './csvRecords.ts';

/** A range that can be moved in place. */
export type MovableRange = { -readonly [K in keyof SourceRange]: SourceRange[K] };

/** A caption with its range in its file. */
export interface PlacedCaption {
  readonly caption: string;
  readonly range: SourceRange;
}

/** A change of a table that affects captions only. */
export interface RowPatch {
  /** The changed captions, before and after. */
  readonly rows: readonly { readonly before: PlacedCaption; readonly after: PlacedCaption }[];
  /** First character after the changed part, as an offset in the old text. */
  readonly from: number;
  /** Shift of everything from there on, in lines and characters. */
  readonly lines: number;
  readonly characters: number;
  /** The line whose columns are shifted by `characters`, if the changed part ends within it. */
  readonly sharedLine?: number;
}

/**
 * Reads only the changed part of a table, so that a keystroke does not read 10,000 rows. Undefined if more than captions
 * changed (rows were added or removed, have other images or are invalid): then the whole file must be read.
 * @param known the captions of the old text.
 */
export async function rowPatch(
  format: CaptionFormat,
  name: string,
  before: string,
  after: string,
  known: Iterable<PlacedCaption>,
): Promise<RowPatch | undefined> {
  switch (format.rows) {
    case 'file':
      return undefined;
    case 'json-strings':
      return stringPatch(before, after, known);
    case 'lines':
      return linePatch(format, name, before, after, '');
    case 'lines-under-header':
    case 'records-under-header': {
      const header = headerOf(before);
      return header === undefined ? undefined : linePatch(format, name, before, after, header);
    }
  }
}

/** The shifted range of a caption after the changed part. */
export function moved(range: SourceRange, patch: RowPatch): SourceRange {
  const now = { ...range };
  move(now, patch);
  return now;
}

/** As `moved`, in place. */
export function move(range: MovableRange, { lines, characters, sharedLine }: RowPatch): void {
  range.start += characters;
  range.end += characters;
  if (range.line === sharedLine) range.column += characters;
  range.line += lines;
}

/** @param header the first line, with which the rows are read; '' if there is none. */
async function linePatch(
  format: CaptionFormat,
  name: string,
  before: string,
  after: string,
  header: string,
): Promise<RowPatch | undefined> {
  const { start, endBefore, endAfter } = changedLines(before, after);
  if (start < header.length) return undefined;
  // A line inside a quoted field is not a row.
  const inField = (text: string): boolean =>
    csvRecordStart(text, start, format.separatorIn?.(text)) !== start;
  if (format.rows === 'records-under-header' && (inField(before) || inField(after))) {
    return undefined;
  }
  const firstLine = count(before, 0, start);
  const place = { characters: start - header.length, lines: firstLine - (header === '' ? 0 : 1) };
  const read = (text: string, end: number): Promise<CaptionRow[] | undefined> =>
    captionRows(format, name, header + text.slice(start, end), place);
  const old = await read(before, endBefore);
  const now = await read(after, endAfter);
  if (old === undefined || now?.length !== old.length) return undefined;
  const rows = old.flatMap((row, r) => {
    const other = now[r];
    return other === undefined ? [] : [{ before: row, after: other }];
  });
  const captionsOnly = rows.every(
    ({ before: a, after: b }) => a.image === b.image && a.key === b.key && a.split === b.split,
  );
  if (!captionsOnly) return undefined;
  return {
    rows,
    from: endBefore,
    lines: count(after, start, endAfter) - count(before, start, endBefore),
    characters: after.length - before.length,
  };
}

/**
 * For a change within the quotes of one caption of a JSON document, which affects this string only.
 */
function stringPatch(
  before: string,
  after: string,
  known: Iterable<PlacedCaption>,
): RowPatch | undefined {
  const changed = changedPart(before, after);
  const characters = after.length - before.length;
  for (const { caption, range } of known) {
    if (range.start > changed.start || range.end < changed.endBefore) continue;
    const end = range.end + characters;
    const was = jsonString(before, range.start, range.end);
    const is = jsonString(after, range.start, end);
    if (was !== caption || is === undefined || is.trim() === '') return undefined;
    if (is.length > LIMITS.captionCharacters) return undefined;
    return {
      rows: [{ before: { caption, range }, after: { caption: is, range: { ...range, end } } }],
      from: range.end,
      lines: 0,
      characters,
      sharedLine: range.line,
    };
  }
  return undefined;
}

/** The value of the characters between two quotes; undefined if they are not a complete JSON string. */
function jsonString(text: string, start: number, end: number): string | undefined {
  if (text[start - 1] !== '"' || text[end] !== '"') return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(start - 1, end + 1));
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const COMPARED = 4096;

/** The part of two texts between their common prefix and suffix. */
interface ChangedPart {
  readonly start: number;
  readonly endBefore: number;
  readonly endAfter: number;
}

function changedPart(before: string, after: string): ChangedPart {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (
    same + COMPARED <= shorter &&
    before.slice(same, same + COMPARED) === after.slice(same, same + COMPARED)
  ) {
    same += COMPARED;
  }
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  let tail = 0;
  const room = shorter - same;
  while (
    tail + COMPARED <= room &&
    before.slice(before.length - tail - COMPARED, before.length - tail) ===
      after.slice(after.length - tail - COMPARED, after.length - tail)
  ) {
    tail += COMPARED;
  }
  while (
    tail < room &&
    before.charCodeAt(before.length - tail - 1) === after.charCodeAt(after.length - tail - 1)
  ) {
    tail++;
  }
  return { start: same, endBefore: before.length - tail, endAfter: after.length - tail };
}

/** The lines in which two texts differ. */
function changedLines(before: string, after: string): ChangedPart {
  const { start, endBefore } = changedPart(before, after);
  // The common suffix begins with a complete line in both.
  const lineEnd = before.indexOf('\n', endBefore);
  const kept = lineEnd < 0 ? 0 : before.length - lineEnd - 1;
  return {
    start: start === 0 ? 0 : before.lastIndexOf('\n', start - 1) + 1,
    endBefore: before.length - kept,
    endAfter: after.length - kept,
  };
}

/** The first line with its end; undefined if it is the only line or not the complete header. */
function headerOf(text: string): string | undefined {
  const lineEnd = text.indexOf('\n');
  const header = text.slice(0, lineEnd + 1);
  return lineEnd < 0 || (header.split('"').length - 1) % 2 === 1 ? undefined : header;
}

async function captionRows(
  format: CaptionFormat,
  name: string,
  text: string,
  place: { readonly characters: number; readonly lines: number },
): Promise<CaptionRow[] | undefined> {
  const rows: CaptionRow[] = [];
  for await (const row of format.read({ name, chunks: () => oneChunk(text), isPart: true })) {
    if (row.kind !== 'caption' || row.caption.trim() === '') return undefined;
    if (row.caption.length > LIMITS.captionCharacters) return undefined;
    const { range } = row;
    rows.push({
      ...row,
      range: {
        start: range.start + place.characters,
        end: range.end + place.characters,
        line: range.line + place.lines,
        column: range.column,
      },
    });
  }
  return rows;
}

/** Number of line ends in a part of a text. */
function count(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    lines++;
  }
  return lines;
}
