import type { CaptionFormat } from './captionFormat.ts';
import { captionColumn } from './captionColumns.ts';
import { csvLinesOf, editCsvField, headerOf, readCsvTable, type CsvColumns } from './csvTable.ts';

const IMAGE_COLUMNS = ['image', 'image_name', 'file_name', 'filename', 'image_path', 'filepath'];

/** Kaggle's Flickr8k: `captions.txt`, a CSV file with the header `image,caption`; also as `*.csv`. */
export const kaggleCaptions: CaptionFormat = {
  id: 'kaggle-captions',
  title: 'CSV with the columns image and caption (Kaggle captions.txt)',
  layout: 'table',
  files: { extensions: ['csv', 'txt'], names: ['*caption*.csv', '*caption*.txt'] },
  images: 'search',
  rows: 'records-under-header',
  detect: (name, head) =>
    /\.(?:csv|txt)$/i.test(name) && columnsOf(headerOf(head) ?? []) !== undefined ? 0.8 : 0,
  read: (file) => readCsvTable(file, columnsOf),
  edit: editCsvField,
  linesOf: csvLinesOf,
};

function columnsOf(header: readonly string[]): CsvColumns | undefined {
  const folded = header.map((column) => column.trim().toLowerCase());
  const image = IMAGE_COLUMNS.map((name) => folded.indexOf(name)).find((at) => at >= 0);
  const name = captionColumn(header);
  if (image === undefined || name === undefined) return undefined;
  const split = folded.indexOf('split');
  return { image, caption: header.indexOf(name), ...(split < 0 ? {} : { split }) };
}
