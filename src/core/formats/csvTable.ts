import { isImageName } from '../dataset/fileKinds.ts';
import type {
  CaptionFile,
  FormatRow,
  NamedPicture,
  RowProblem,
  TextEdit,
} from './captionFormat.ts';
import { endOfText } from './appendedRow.ts';
import { csvRecordStart, readCsvRecords, type CsvRecord } from './csvRecords.ts';
import { LIMITS } from './limits.ts';
import { type Sentence, sentence } from '../text/sentence.ts';

/** Which columns of a CSV file with a header hold the image and the caption. */
export interface CsvColumns {
  readonly image: number;
  readonly caption: number;
  readonly split?: number;
}

/** Reads a CSV file whose first record names its columns. */
export async function* readCsvTable(
  file: CaptionFile,
  columnsOf: (header: readonly string[]) => CsvColumns | undefined,
): AsyncGenerator<FormatRow> {
  let header: CsvRecord | undefined;
  let columns: CsvColumns | undefined;
  for await (const record of readCsvRecords(file.chunks())) {
    if (header === undefined) {
      header = record;
      columns = columnsOf(record.fields.map((field) => field.text));
      if (columns === undefined) {
        yield problem(
          record,
          file.name,
          sentence('names no image and caption column'),
          HEADER_REMEDY,
        );
        return;
      }
    } else if (columns !== undefined) yield rowOf(record, header, columns, file.name);
  }
}

const HEADER_REMEDY = sentence('Begin the file with a header such as `file_name,text`.');

function rowOf(record: CsvRecord, header: CsvRecord, columns: CsvColumns, name: string): FormatRow {
  const { width } = header;
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
      sentence('has {0} fields where the header names {1}', count, width),
      sentence('Put the caption in quotes: an unquoted comma ends it.'),
    );
  }
  const image = record.fields[columns.image];
  const caption = record.fields[columns.caption];
  if (image === undefined || caption === undefined) {
    return problem(
      record,
      name,
      sentence('has {0} of the {1} fields that the header names', count, width),
      sentence('Add what is missing, or delete the line.'),
    );
  }
  const split = columns.split === undefined ? '' : (record.fields[columns.split]?.text ?? '');
  return {
    kind: 'caption',
    image: image.text,
    caption: caption.text,
    range: caption.range,
    ...(split === '' ? {} : { split }),
    ...companionsIn(record, header, columns),
  };
}

/** The pictures that a record names in other columns than those of its image and caption. */
function companionsIn(
  { fields }: CsvRecord,
  header: CsvRecord,
  columns: CsvColumns,
): { readonly companions?: readonly NamedPicture[] } {
  const companions = fields.flatMap(({ text }, c) =>
    c !== columns.image && c !== columns.caption && isImageName(text.trim())
      ? [{ key: header.fields[c]?.text ?? '', name: text.trim() }]
      : [],
  );
  return companions.length === 0 ? {} : { companions };
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

/** The fields of the first line of a file's head, to recognise it by; undefined where they are unreadable. */
export function headerOf(head: string): string[] | undefined {
  const line = /^[^\r\n]*/.exec(head)?.[0] ?? '';
  if (line === '') return undefined;
  // Fields may be empty: pandas writes an index column without a name.
  const field = /("(?:[^"]|"")*"|[^,]*)(,|$)/y;
  const fields: string[] = [];
  for (let comma: string | undefined = ','; comma === ',';) {
    const [, text, end] = field.exec(line) ?? [];
    if (text === undefined) return undefined;
    fields.push(text);
    comma = end;
  }
  return fields.map((text) => text.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'));
}

/** Replaces a field, putting it in quotes where the new text needs them and the old one had none. */
export function editCsvField(
  text: string,
  range: { readonly start: number; readonly end: number },
  caption: string,
): TextEdit {
  // A field that starts right after a quote is a quoted one: unquoted fields start after a separator.
  const quoted = text[range.start - 1] === '"';
  const doubled = caption.replaceAll('"', '""');
  // An empty field is quoted too, or a file of one column would lose the row as a blank line.
  const newText = quoted || !/[",\r\n]|^\s*$/.test(caption) ? doubled : `"${doubled}"`;
  return { start: range.start, end: range.end, newText };
}

/** A caption as it stands in a quoted field. */
export function csvLinesOf(caption: string): readonly string[] {
  return caption.replaceAll('"', '""').split('\n');
}

/**
 * A row under the header's columns, the others left empty; undefined where the header names no image or caption, or the
 * last row is not ended.
 */
export function appendCsvRow(
  text: string,
  { image, caption }: { readonly image: string; readonly caption: string },
  columnsOf: (header: readonly string[]) => CsvColumns | undefined,
): TextEdit | undefined {
  const header = headerOf(text);
  const columns = header && columnsOf(header);
  if (header === undefined || columns === undefined) return undefined;
  // Behind a quote that is not closed, the row would become part of the field.
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  if (csvRecordStart(ended, ended.length) !== ended.length) return undefined;
  const fields = header.map((_, c) =>
    c === columns.image ? csvField(image) : c === columns.caption ? csvField(caption) : '',
  );
  return endOfText(text, fields.join(','));
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
