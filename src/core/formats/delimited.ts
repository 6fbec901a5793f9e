import { folderOf } from '../dataset/paths.ts';
import {
  HEAD_CHARACTERS,
  type CaptionFile,
  type CaptionFormat,
  type FormatRow,
} from './captionFormat.ts';
import type { ColumnChoice } from './columnChoice.ts';
import type { ImageNames } from './columnNames.ts';
import { eachCsvRecord } from './csvRecords.ts';
import { appendCsvRow, csvLinesOf, editCsvField, readCsvTable } from './csvTable.ts';
import { readHead } from './fileHead.ts';
import { likelySeparator, tableShape, type TableShape } from './tableColumns.ts';

/**
 * A text table with an image column and one or more caption columns, separated by commas, tabs, semicolons or |: Kaggle's
 * `captions.txt`, open_clip, Conceptual Captions, ROCO, spreadsheet exports. Columns are detected by name, else by
 * content; the header is optional.
 */
export const delimited: CaptionFormat = delimitedWith(undefined);

function delimitedWith(chosen: ColumnChoice | undefined): CaptionFormat {
  const shapeOf = (text: string, images?: ImageNames): TableShape | undefined =>
    tableShape(text.slice(0, HEAD_CHARACTERS), images, chosen);
  const separatorOf = (text: string): string =>
    shapeOf(text)?.separator ?? likelySeparator(text.slice(0, HEAD_CHARACTERS)) ?? ',';
  return {
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
      const shape = shapeOf(text, images);
      return shape === undefined ? 0 : shape.byName ? 0.8 : 0.6;
    },
    read: (file) => read(file, shapeOf),
    edit: (text, range, caption) => editCsvField(text, range, caption, separatorOf(text)),
    append: (text, row) => {
      const shape = shapeOf(text);
      if (shape?.byName !== true) return undefined;
      // The trainer joins names with its own root folder, which only other rows of the folder show.
      let neighbour: string | undefined;
      for (const { fields } of eachCsvRecord(text, shape.separator, true)) {
        neighbour = fields[shape.image]?.text ?? neighbour;
      }
      if (neighbour === undefined || folderOf(neighbour) !== folderOf(row.image)) return undefined;
      return appendCsvRow(text, row, shape);
    },
    separatorIn: separatorOf,
    linesOf: csvLinesOf,
    withColumns: delimitedWith,
  };
}

async function* read(
  file: CaptionFile,
  shapeOf: (text: string, images?: ImageNames) => TableShape | undefined,
): AsyncGenerator<FormatRow> {
  const { head, chunks } = await readHead(file);
  const shape = shapeOf(head, file.images);
  // Detection by content needs all rows.
  const known = shape?.byName === true || file.isPart !== true ? shape : undefined;
  // Trimmed: spaces around the separator are more common than names that begin or end with a space.
  yield* readCsvTable({ ...file, chunks }, known && { ...known, trimsNames: true });
}
