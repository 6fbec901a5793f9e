import { folderOf } from '../dataset/paths.ts';
import {
  HEAD_CHARACTERS,
  type CaptionFile,
  type CaptionFormat,
  type FormatRow,
} from './captionFormat.ts';
import { eachCsvRecord } from './csvRecords.ts';
import { appendCsvRow, csvLinesOf, editCsvField, readCsvTable } from './csvTable.ts';
import { readHead } from './fileHead.ts';
import { tableShape } from './tableColumns.ts';

/**
 * A table of text with a column for the image and one or more for its captions, parted by commas, tabs, semicolons or |:
 * Kaggle's `captions.txt`, open_clip, Conceptual Captions, ROCO and whatever a spreadsheet exports. Columns are known by
 * their names, else by what stands in them; the first row may name them or be a row like the others.
 */
export const delimited: CaptionFormat = {
  id: 'delimited',
  title:
    'CSV or TSV with a column for the image and one for the caption (Kaggle captions.txt, open_clip)',
  layout: 'table',
  files: {
    extensions: ['csv', 'tsv', 'txt'],
    names: ['*caption*.csv', '*caption*.tsv', '*caption*.txt'],
  },
  images: 'search-stem',
  rows: 'records-under-header',
  detect: ({ name, text, images }) => {
    if (!/\.(?:csv|tsv|txt)$/i.test(name)) return 0;
    const shape = tableShape(text, images);
    return shape === undefined ? 0 : shape.byName ? 0.8 : 0.6;
  },
  read,
  edit: (text, range, caption) => editCsvField(text, range, caption, separatorOf(text)),
  append: (text, row) => {
    const shape = tableShape(text.slice(0, HEAD_CHARACTERS));
    if (shape?.byName !== true) return undefined;
    // The trainer joins names with a root of its own: only its neighbours show how.
    let neighbour: string | undefined;
    for (const { fields } of eachCsvRecord(text, shape.separator, true)) {
      neighbour = fields[shape.image]?.text ?? neighbour;
    }
    if (neighbour === undefined || folderOf(neighbour) !== folderOf(row.image)) return undefined;
    return appendCsvRow(text, row, shape);
  },
  separatorIn: separatorOf,
  linesOf: csvLinesOf,
};

function separatorOf(text: string): string {
  return tableShape(text.slice(0, HEAD_CHARACTERS))?.separator ?? ',';
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { head, chunks } = await readHead(file);
  const shape = tableShape(head, file.images);
  // A few rows do not tell what all do.
  const known = shape?.byName === true || file.isPart !== true ? shape : undefined;
  // A name that begins or ends with a space is rarer than a space around the separator.
  yield* readCsvTable({ ...file, chunks }, known && { ...known, trimsNames: true });
}
