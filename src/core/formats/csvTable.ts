import { isImageName } from '../dataset/fileKinds.ts';
import {
  type CaptionFile,
  type CaptionRow,
  type FormatRow,
  HEAD_CHARACTERS,
  type RowProblem,
  type TextEdit,
} from './captionFormat.ts';
import { endOfText } from './appendedRow.ts';
import { csvRecordStart, eachCsvRecord, readCsvRecords, type CsvRecord } from './csvRecords.ts';
import type { TableColumns } from './tableColumns.ts';
import { captionsIn, editListedCaption } from './csvCaptions.ts';
import { LIMITS } from './limits.ts';
import { type Sentence, sentence } from '../text/sentence.ts';

/** Layout of a table: wanted columns, separator, header. */
export interface CsvLayout extends TableColumns {
  readonly separator: string;
  readonly hasHeader: boolean;
  /** Column names, if the table has a header. */
  readonly header?: readonly string[];
  /** Whether to trim white space around image names. */
  readonly trimsNames?: boolean;
}

/** @param layout undefined for a file whose header has no image or caption column. */
export async function* readCsvTable(
  file: CaptionFile,
  layout: CsvLayout | undefined,
): AsyncGenerator<FormatRow> {
  let width: number | undefined;
  for await (const record of readCsvRecords(file.chunks(), layout?.separator)) {
    if (layout === undefined) {
      yield problem(
        record,
        file.name,
        sentence('names no image and caption column'),
        HEADER_REMEDY,
      );
      return;
    }
    const isFirst = width === undefined;
    // A broken first row has no column names and no valid width.
    if (isFirst && record.broken === undefined) width = record.width;
    if (!(isFirst && layout.hasHeader))
      yield* rowsOf(record, width ?? record.width, layout, file.name);
  }
}

const HEADER_REMEDY = sentence('Begin the file with a header such as `file_name,text`.');

function* rowsOf(
  record: CsvRecord,
  width: number,
  layout: CsvLayout,
  name: string,
): Generator<FormatRow> {
  const broken = brokenRow(record, width, layout, name);
  const image = record.fields[layout.image];
  if (broken !== undefined || image === undefined) {
    if (broken !== undefined) yield { ...broken, ...imageOf(record, layout) };
    return;
  }
  const split = layout.split === undefined ? '' : (record.fields[layout.split]?.text ?? '');
  for (const column of layout.captions) {
    const caption = record.fields[column];
    // With several caption columns, the last ones are often empty.
    if (caption === undefined || (layout.captions.length > 1 && caption.text.trim() === ''))
      continue;
    yield* captionsIn(caption, name, {
      kind: 'caption',
      image: layout.trimsNames === true ? image.text.trim() : image.text,
      ...(layout.captions.length > 1 ? { key: String(column) } : {}),
      ...(split === '' ? {} : { split }),
      ...companionsIn(record, layout),
    });
  }
}

/** Images in other columns than those of the image and the captions. */
function companionsIn({ fields }: CsvRecord, layout: CsvLayout): Pick<CaptionRow, 'companions'> {
  const companions = fields.flatMap(({ text }, c) =>
    c !== layout.image && !layout.captions.includes(c) && isImageName(text.trim())
      ? [{ key: layout.header?.[c] ?? String(c + 1), name: text.trim() }]
      : [],
  );
  return companions.length === 0 ? {} : { companions };
}

/** The image of a broken row, if its field is before the broken one, so that the image is not reported as missing. */
function imageOf({ fields, broken }: CsvRecord, layout: CsvLayout): { readonly image?: string } {
  const image = fields[layout.image]?.text.trim() ?? '';
  const isSure = broken === undefined && layout.captions.every((column) => layout.image < column);
  return isSure && image !== '' ? { image } : {};
}

/** The problem of a row; undefined for a valid one. */
function brokenRow(
  record: CsvRecord,
  width: number,
  layout: CsvLayout,
  name: string,
): RowProblem | undefined {
  if (record.broken === 'unclosed-quote') {
    return problem(
      record,
      name,
      sentence('opens a quote that is never closed'),
      sentence('Close the quote.'),
    );
  }
  if (record.broken === 'too-long') {
    return problem(
      record,
      name,
      sentence('has more than {0} characters; a quote may never be closed', LIMITS.rowCharacters),
      sentence('Close the quote, or shorten the row.'),
    );
  }
  if (record.broken === 'text-after-quote') {
    return problem(
      record,
      name,
      sentence('has text after a closing quote'),
      sentence('Double every quote inside a quoted caption ("").'),
    );
  }
  const count = record.width;
  if (count > width) {
    return problem(
      record,
      name,
      layout.hasHeader
        ? sentence('has {0} fields where the header names {1}', count, width)
        : sentence('has {0} fields where the first row has {1}', count, width),
      layout.separator === ','
        ? sentence('Put the caption in quotes: an unquoted comma ends it.')
        : sentence('Put the caption in quotes: an unquoted separator ends it.'),
    );
  }
  const wanted = Math.max(layout.image, layout.captions[0] ?? 0);
  if (count <= wanted) {
    return problem(
      record,
      name,
      sentence('has {0} of the {1} fields that the header names', count, width),
      sentence('Add what is missing, or delete the line.'),
    );
  }
  return undefined;
}

function problem(record: CsvRecord, name: string, what: Sentence, remedy: Sentence): RowProblem {
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence('Line {0} of {1} {2}.', record.range.line + 1, name, what),
    remedy,
    range: record.range,
  };
}

/** The fields of the first records of a file's head, without broken ones. @param most limit of records. */
export function csvRecords(head: string, separator: string, most: number): string[][] {
  const rows: string[][] = [];
  const isWhole = head.length < HEAD_CHARACTERS;
  for (const { fields, broken } of eachCsvRecord(head, separator, isWhole)) {
    if (broken === undefined) rows.push(fields.map((field) => field.text));
    if (rows.length >= most) break;
  }
  return rows;
}

/** The header fields in a file's head, for detection; undefined if there is none. */
export function headerOf(head: string, separator = ','): string[] | undefined {
  return csvRecords(head, separator, 1)[0];
}

/** Replaces a field, and adds quotes if the new text needs them. */
export function editCsvField(
  text: string,
  range: { readonly start: number; readonly end: number },
  caption: string,
  separator = ',',
): TextEdit {
  const listed = editListedCaption(text, range, caption);
  if (listed !== undefined) return listed;
  // A field that starts after a quote is quoted: unquoted fields start after a separator.
  const quoted = text[range.start - 1] === '"';
  const doubled = caption.replaceAll('"', '""');
  // An empty field is quoted, too; otherwise the row of a file with one column would be a blank line.
  const newText = quoted || !needsQuotes(caption, separator) ? doubled : `"${doubled}"`;
  return { start: range.start, end: range.end, newText };
}

/** The raw lines of a caption in a quoted field. */
export function csvLinesOf(caption: string): readonly string[] {
  return caption.replaceAll('"', '""').split('\n');
}

/** A row for the header's columns, with empty other fields; undefined if the last row is incomplete. */
export function appendCsvRow(
  text: string,
  { image, caption }: { readonly image: string; readonly caption: string },
  { separator, captions: [first], image: imageColumn }: CsvLayout,
): TextEdit | undefined {
  const header = headerOf(text, separator);
  if (header === undefined) return undefined;
  // After an unclosed quote the row would become part of the field.
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  if (csvRecordStart(ended, ended.length, separator) !== ended.length) return undefined;
  const fields = header.map((_, c) => (c === imageColumn ? image : c === first ? caption : ''));
  return endOfText(text, fields.map((field) => csvField(field, separator)).join(separator));
}

function csvField(text: string, separator: string): string {
  return text !== '' && needsQuotes(text, separator) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a field must be quoted. A blank one would be lost in a file with one column. */
function needsQuotes(text: string, separator: string): boolean {
  return /["\r\n]|^\s*$/.test(text) || text.includes(separator);
}
