import { captionColumns } from './columnNames.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import {
  appendCsvRow,
  csvLinesOf,
  type CsvLayout,
  editCsvField,
  headerOf,
  readCsvTable,
} from './csvTable.ts';
import { readHead } from './fileHead.ts';

/** Hugging Face ImageFolder as CSV: a header with `file_name` and a caption column. */
export const hfMetadataCsv: CaptionFormat = {
  id: 'hf-metadata-csv',
  title: 'Hugging Face metadata.csv',
  layout: 'table',
  files: { extensions: ['csv'], names: ['metadata.csv'] },
  images: 'own-folder',
  rows: 'records-under-header',
  detect: ({ name, text }) =>
    name.toLowerCase() === 'metadata.csv' && layoutOf(text) !== undefined ? 1 : 0,
  read,
  edit: editCsvField,
  append: (text, row) => {
    const layout = layoutOf(text);
    return layout && appendCsvRow(text, row, layout);
  },
  linesOf: csvLinesOf,
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { head, chunks } = await readHead(file);
  yield* readCsvTable({ ...file, chunks }, layoutOf(head));
}

function layoutOf(text: string): CsvLayout | undefined {
  const header = headerOf(text);
  if (header === undefined) return undefined;
  const image = header.indexOf('file_name');
  const captions = captionColumns(header).map((name) => header.indexOf(name));
  if (image < 0 || captions.length === 0) return undefined;
  return { image, captions, separator: ',', hasHeader: true, header };
}
