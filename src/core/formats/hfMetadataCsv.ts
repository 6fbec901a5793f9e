import { captionColumn } from './captionColumns.ts';
import type { CaptionFormat } from './captionFormat.ts';
import {
  appendCsvRow,
  csvLinesOf,
  editCsvField,
  headerOf,
  readCsvTable,
  type CsvColumns,
} from './csvTable.ts';

/** Hugging Face ImageFolder as CSV: a header with `file_name` and a caption column. */
export const hfMetadataCsv: CaptionFormat = {
  id: 'hf-metadata-csv',
  title: 'Hugging Face metadata.csv',
  layout: 'table',
  files: { extensions: ['csv'], names: ['metadata.csv'] },
  images: 'own-folder',
  rows: 'records-under-header',
  detect: (name, head) =>
    name.toLowerCase() === 'metadata.csv' && columnsOf(headerOf(head) ?? []) !== undefined ? 1 : 0,
  read: (file) => readCsvTable(file, columnsOf),
  edit: editCsvField,
  append: (text, row) => appendCsvRow(text, row, columnsOf),
  linesOf: csvLinesOf,
};

function columnsOf(header: readonly string[]): CsvColumns | undefined {
  const image = header.indexOf('file_name');
  const name = captionColumn(header);
  if (image < 0 || name === undefined) return undefined;
  return { image, caption: header.indexOf(name) };
}
