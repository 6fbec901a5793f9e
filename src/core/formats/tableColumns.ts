import { extensionOf, isImageName } from '../dataset/fileKinds.ts';
import type { ColumnChoice } from './columnChoice.ts';
import {
  captionColumns,
  identifiesImage,
  type ImageNames,
  imageColumns,
  isNamedForImages,
  namesImage,
  readsLikeCaption,
} from './columnNames.ts';
import { csvRecords } from './csvTable.ts';

/** Indices of the image and caption columns. */
export interface TableColumns {
  readonly image: number;
  readonly captions: readonly number[];
  readonly split?: number;
}

/** Layout of a table: separator, header, and columns. */
export interface TableShape extends TableColumns {
  readonly separator: string;
  readonly hasHeader: boolean;
  readonly header: readonly string[];
  /** Whether the columns were detected by name, else by content. */
  readonly byName: boolean;
}

/** Rows used to detect columns by content. */
export const ROWS_LOOKED_AT = 50;
/** Smallest share of the rows in which a column must have image names, or words. */
const MOST = 0.8;
const HALF = 0.5;
/** Smallest mean number of words, and share of distinct captions, of a caption column without a known name. */
const MEAN_WORDS = 3;
const DISTINCT = 0.3;

/** A column of VIA's CSV, whose texts are inside JSON. */
export const VIA_COLUMN = 'region_shape_attributes';

const SEPARATORS = [',', '\t', ';', '|'];

/**
 * The shape of a table by its first rows; undefined if the columns cannot be detected.
 * @param text its first `HEAD_CHARACTERS` characters, the same for every reader of the file.
 */
export function tableShape(
  text: string,
  images?: ImageNames,
  chosen?: ColumnChoice,
): TableShape | undefined {
  const tables = SEPARATORS.map((separator) => ({
    separator,
    rows: csvRecords(text, separator, ROWS_LOOKED_AT),
  })).filter(({ rows }) => (rows[0]?.length ?? 0) > 1);
  if (chosen !== undefined) return chosenShape(tables, chosen, images);
  if (tables.some(({ rows }) => rows[0]?.includes(VIA_COLUMN) === true)) return undefined;
  for (const { separator, rows } of tables) {
    const columns = namedColumns(rows[0] ?? [], rows.slice(1), images);
    if (columns !== undefined)
      return { ...columns, separator, hasHeader: true, header: rows[0] ?? [], byName: true };
  }
  // Content is weaker evidence than names: prefer a separator with the same number of fields in all rows.
  const even = tables.filter(({ rows }) => isEven(rows));
  for (const { separator, rows } of [...even, ...tables]) {
    const [first, ...others] = rows;
    const hasHeader = first !== undefined && isHeader(first, images);
    const columns = hasHeader ? toldColumns(first, others, images) : toldColumns([], rows, images);
    if (columns !== undefined)
      return { ...columns, separator, hasHeader, header: hasHeader ? first : [], byName: false };
  }
  return undefined;
}

/** The shape of a table whose columns the user named; undefined if it has no such columns. */
function chosenShape(
  tables: readonly { readonly separator: string; readonly rows: readonly (readonly string[])[] }[],
  chosen: ColumnChoice,
  images?: ImageNames,
): TableShape | undefined {
  for (const { separator, rows } of tables) {
    const [first = [], ...others] = rows;
    const isNamed = [chosen.image, ...chosen.captions].some(
      (name) => name !== undefined && !isNumber(name) && first.includes(name),
    );
    const hasHeader = isNamed || isHeader(first, images);
    const columns = chosenColumns(
      hasHeader ? first : [],
      hasHeader ? others : rows,
      chosen,
      images,
    );
    if (columns === undefined) continue;
    return { ...columns, separator, hasHeader, header: hasHeader ? first : [], byName: true };
  }
  return undefined;
}

function isNumber(name: string): boolean {
  return /^[0-9]+$/.test(name);
}

function chosenColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  chosen: ColumnChoice,
  images?: ImageNames,
): TableColumns | undefined {
  const width = Math.max(header.length, ...rows.map((row) => row.length));
  const all = Array.from({ length: width }, (_, c) => c);
  /** A column by its name, else by its number, which begins at 1. */
  const place = (name: string): number | undefined => {
    const named = header.indexOf(name);
    const at = named >= 0 || !isNumber(name) ? named : Number(name) - 1;
    return at >= 0 && at < width ? at : undefined;
  };
  const captions = chosen.captions.map(place);
  if (captions.includes(undefined)) return undefined;
  const known = captions.filter((c) => c !== undefined);
  const detected = captionColumns(header).map((name) => header.indexOf(name));
  const likely = [...imageColumns(header).map((name) => header.indexOf(name)), ...all];
  const image =
    chosen.image === undefined
      ? likely.find((c) => !known.includes(c) && namesImages(column(rows, c), images))
      : place(chosen.image);
  if (image === undefined) return undefined;
  const texts = known.length > 0 ? known : detected.filter((c) => c !== image);
  return texts.length === 0 ? undefined : placed(header, image, texts);
}

/** Probable separator of a table with unknown columns. */
export function likelySeparator(text: string, images?: ImageNames): string | undefined {
  const tables = SEPARATORS.map((separator) => ({
    separator,
    rows: csvRecords(text, separator, ROWS_LOOKED_AT),
  })).filter(({ rows }) => (rows[0]?.length ?? 0) > 1);
  // Captions that are not in quotes may contain the separator.
  const under = ({ rows: [header = [], ...rows] }: (typeof tables)[number]): boolean =>
    header.length > 2 &&
    isHeader(header, images) &&
    share(rows, ({ length }) => length === header.length) >= HALF;
  return (tables.find(({ rows }) => isEven(rows)) ?? tables.find(under))?.separator;
}

function isEven(rows: readonly (readonly string[])[]): boolean {
  return rows.every((row) => row.length === rows[0]?.length);
}

/** Whether a first row is a header: no field is long, a number or an image name. */
export function isHeader(row: readonly string[], images?: ImageNames): boolean {
  return row.every(
    (field) =>
      field.length <= 60 &&
      field.trim().split(/\s+/).length <= 4 &&
      !/^\s*[-\d.]+\s*$/.test(field) &&
      (isNamedForImages(field) || !namesImage(field, images)),
  );
}

/** Columns by known names of both; a column with an ambiguous name must contain image names. */
function namedColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  images?: ImageNames,
): TableColumns | undefined {
  const captions = captionColumns(header);
  if (captions.length === 0) return undefined;
  const candidates = imageColumns(header).filter((name) => !captions.includes(name));
  const image = candidates.find((name) => {
    const fields = column(rows, header.indexOf(name));
    return isNamedForImages(name)
      ? !namesOthers(fields) && !saysWords(fields, images)
      : identifyImages(name, fields, images);
  });
  return image === undefined
    ? undefined
    : placed(
        header,
        header.indexOf(image),
        captions.map((name) => header.indexOf(name)),
      );
}

/** Columns by content, if unambiguous, with hints of the header. */
function toldColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  images?: ImageNames,
): TableColumns | undefined {
  if (rows.length === 0) return undefined;
  const width = Math.max(...rows.map((row) => row.length));
  const all = Array.from({ length: width }, (_, c) => c);
  const naming = all.filter((c) => namesImages(column(rows, c), images));
  const known = imageColumns(header).map((name) => header.indexOf(name));
  // Numbers may be names of images without their extension, beside the column that has it.
  const written = naming.filter((c) => namesImages(column(rows, c)));
  const only = written.length > 0 ? written : naming;
  const image = known.find((c) => naming.includes(c)) ?? (only.length === 1 ? only[0] : undefined);
  if (image === undefined) return undefined;
  const named = captionColumns(header).map((name) => header.indexOf(name));
  if (named.length > 0 && !named.includes(image)) return placed(header, image, named);
  const words = all.filter((c) => c !== image && holdsWords(column(rows, c)));
  return words.length === 1 ? placed(header, image, words) : undefined;
}

function placed(
  header: readonly string[],
  image: number,
  captions: readonly number[],
): TableColumns {
  const split = header.findIndex((name) => name.trim().toLowerCase() === 'split');
  return { image, captions, ...(split < 0 ? {} : { split }) };
}

function column(rows: readonly (readonly string[])[], c: number): readonly string[] {
  return rows.map((row) => row[c] ?? '');
}

function namesImages(fields: readonly string[], images?: ImageNames): boolean {
  return fields.length > 0 && share(fields, (field) => namesImage(field, images)) >= MOST;
}

function identifyImages(name: string, fields: readonly string[], images?: ImageNames): boolean {
  const identify = (field: string): boolean => identifiesImage(name, field, images);
  return fields.length > 0 && share(fields, identify) >= MOST;
}

/** Whether a column contains names of other files, or URLs. */
function namesOthers(fields: readonly string[]): boolean {
  const other = (field: string): boolean => {
    const extension = extensionOf(field.trim());
    const isFile = /^(?=.*[a-z])[a-z0-9]{2,5}$/.test(extension) && !isImageName(field.trim());
    return /^https?:/i.test(field.trim()) || isFile;
  };
  return fields.length > 0 && share(fields, other) >= MOST;
}

/** Whether a column contains words in place of names, such as `image` of reports: "Chest, lateral view". */
function saysWords(fields: readonly string[], images?: ImageNames): boolean {
  const isWords = (field: string): boolean =>
    readsLikeCaption(field) && !/[/\\]/.test(field) && !namesImage(field, images);
  return fields.length > 0 && share(fields, isWords) >= MOST;
}

/** Whether a column contains captions and not short, repeated names of classes or places. */
function holdsWords(fields: readonly string[]): boolean {
  const written = fields.filter((field) => field.trim() !== '');
  if (written.length === 0 || share(written, readsLikeCaption) < MOST) return false;
  const words = written.map((field) => field.trim().split(/\s+|(?=\p{Script=Han})/u).length);
  const mean = words.reduce((sum, count) => sum + count, 0) / words.length;
  return mean >= MEAN_WORDS && new Set(written).size >= DISTINCT * written.length;
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length;
}
