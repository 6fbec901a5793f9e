import type { SourceRange } from '../dataset/dataset.ts';
import type { CaptionFormat, CaptionRow } from './captionFormat.ts';

/** A range whose owner may move it. */
export type MovableRange = { -readonly [K in keyof SourceRange]: SourceRange[K] };

/** What a change of a table's text comes to, where it changed captions and nothing else. */
export interface RowPatch {
  /** The rows in the changed lines as they were and as they are, in the order of the file. */
  readonly rows: readonly { readonly before: CaptionRow; readonly after: CaptionRow }[];
  /** First line behind the changed ones, as it was numbered before. */
  readonly fromLine: number;
  /** By how many lines and characters everything from there on has moved. */
  readonly lines: number;
  readonly characters: number;
}

/** Formats whose rows can be read without those above them; `header` those that need their first line for it. */
const LINE_FORMATS: Readonly<Record<string, 'plain' | 'header'>> = {
  'hf-metadata-jsonl': 'plain',
  'captions-jsonl': 'plain',
  'flickr-token': 'plain',
  'hf-metadata-csv': 'header',
  'kaggle-captions': 'header',
  'kaggle-results': 'header',
};

const COMPARED = 4096;

/**
 * Reads only the lines that changed between two texts of a table: a keystroke in a table of 10,000 rows must not read
 * them all. Undefined where more than captions changed (rows came or went, name other images or cannot be read): then
 * the whole file has to be read.
 */
export async function rowPatch(
  format: CaptionFormat,
  name: string,
  before: string,
  after: string,
): Promise<RowPatch | undefined> {
  const kind = LINE_FORMATS[format.id];
  if (kind === undefined) return undefined;
  const { start, endBefore, endAfter } = changedLines(before, after);
  const header = kind === 'header' ? headerOf(before) : '';
  if (header === undefined || start < header.length) return undefined;
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
  const linesBefore = count(before, start, endBefore);
  return {
    rows,
    fromLine: firstLine + linesBefore,
    lines: count(after, start, endAfter) - linesBefore,
    characters: after.length - before.length,
  };
}

/** A range behind the changed lines, where it stands now. */
export function moved(range: SourceRange, patch: RowPatch): SourceRange {
  const now = { ...range };
  move(now, patch);
  return now;
}

/** As `moved`, in place. */
export function move(range: MovableRange, { lines, characters }: RowPatch): void {
  range.start += characters;
  range.end += characters;
  range.line += lines;
}

/** The whole lines in which two texts differ. */
function changedLines(
  before: string,
  after: string,
): { readonly start: number; readonly endBefore: number; readonly endAfter: number } {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (
    same + COMPARED <= shorter &&
    before.slice(same, same + COMPARED) === after.slice(same, same + COMPARED)
  ) {
    same += COMPARED;
  }
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  const start = same === 0 ? 0 : before.lastIndexOf('\n', same - 1) + 1;
  let tail = 0;
  const room = shorter - start;
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
  // The common end begins with a whole line in both.
  const lineEnd = before.indexOf('\n', before.length - tail);
  const kept = lineEnd < 0 ? 0 : before.length - lineEnd - 1;
  return { start, endBefore: before.length - kept, endAfter: after.length - kept };
}

/** The first line with its end; undefined where it is all there is or is not all of the header. */
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
  for await (const row of format.read({ name, chunks: () => once(text) })) {
    if (row.kind === 'problem' || row.caption.trim() === '') return undefined;
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

async function* once(text: string): AsyncGenerator<string> {
  await Promise.resolve();
  yield text;
}

/** Line ends in a part of a text. */
function count(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    lines++;
  }
  return lines;
}
