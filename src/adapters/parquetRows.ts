import { type AsyncBuffer, type FileMetaData, parquetReadObjects } from 'hyparquet';
import { compressors } from './parquetCompressors.ts';
import { baseName } from '../core/dataset/paths.ts';
import type { OpenFile } from '../core/ports.ts';
import { checkPages, ParquetColumn } from './parquetPages.ts';
import type { Pictures } from './parquetPictures.ts';
import { pictureColumns, textColumns } from './parquetSchema.ts';

/** Characters of a chunk of text, about. */
const CHUNK = 64 * 1024;

/** The file as hyparquet reads it. */
export function asyncBuffer(file: OpenFile): AsyncBuffer {
  return {
    byteLength: file.bytes,
    slice: async (start, end = file.bytes) => {
      const bytes = await file.read(start, end - start);
      const { buffer } = bytes;
      return bytes.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
        ? buffer
        : new Uint8Array(bytes).buffer;
    },
  };
}

/**
 * The rows as JSON Lines, one row group in memory: texts and numbers as they are, pictures by their names relative to the
 * folder of the file, that of the caption as `image`. Bytes, decimals and lists of numbers are left out.
 */
export async function* rowsAsJsonLines(
  path: string,
  file: OpenFile,
  metadata: FileMetaData,
  pictures: readonly Pictures[],
): AsyncGenerator<Uint8Array> {
  const folder = baseName(path.replaceAll('\\', '/'));
  const columns = columnsOf(metadata, pictures);
  const encoder = new TextEncoder();
  let row = 0;
  let text = '';
  for (const group of metadata.row_groups) {
    const rowEnd = row + Number(group.num_rows);
    await checkPages(file, metadata, group, columns);
    const records = await recordsOf(file, metadata, columns, row, rowEnd);
    for (const record of records) {
      text += `${jsonLine(record, namesIn(pictures, folder, row))}\n`;
      row++;
      if (text.length < CHUNK) continue;
      yield encoder.encode(text);
      text = '';
    }
  }
  if (text !== '') yield encoder.encode(text);
}

/** Columns with texts, and those that name pictures which are not inside. */
function columnsOf(metadata: FileMetaData, pictures: readonly Pictures[]): string[] {
  const embedded = new Set(pictures.map(({ column }) => column));
  const named = pictureColumns(metadata).filter(
    ({ name, bytes, path }) =>
      path !== undefined &&
      !embedded.has(name) &&
      new ParquetColumn(metadata, bytes, 'bytes').isEmpty === true,
  );
  return [...textColumns(metadata), ...named.map(({ name }) => name)];
}

async function recordsOf(
  file: OpenFile,
  metadata: FileMetaData,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  // Without columns all would be read.
  if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => ({}));
  const found: unknown = await parquetReadObjects({
    file: asyncBuffer(file),
    metadata,
    columns: [...columns],
    rowStart,
    rowEnd,
    compressors,
  });
  return found as Readonly<Record<string, unknown>>[];
}

function namesIn(
  pictures: readonly Pictures[],
  folder: string,
  row: number,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pictures.map((column) => [column.property, `${folder}/${column.fileName(row)}`]),
  );
}

/** The pictures take precedence over columns of the same name. */
function jsonLine(
  record: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): string {
  return JSON.stringify({ ...names, ...record, ...names }, (_, value: unknown) => {
    if (typeof value === 'bigint')
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    return value instanceof Uint8Array ? undefined : value;
  });
}
