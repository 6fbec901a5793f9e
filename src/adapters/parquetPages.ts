import {
  type ColumnChunk,
  type ColumnMetaData,
  type FileMetaData,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from './parquetCompressors.ts';
import { checkRuns, withCheckedRuns } from './parquetRuns.ts';
import { parquetHeader, readColumn } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import type { OpenFile } from '../core/ports.ts';

/** Bytes read for a page header: most have fewer than 100, those with statistics of long values some thousands. */
const HEADER_BYTES = 4096;
const LONGEST_HEADER = 2 ** 20;

/** Most bytes of an unpacked page: writers make pages of a megabyte, or of a row group of pictures. */
const PAGE_BYTES = 2 ** 30;
/** Most values of a column in a row group, some times as many as rows of a file are read. */
const CHUNK_VALUES = 20_000_000;

/** A page that would take too much memory. The sizes are those of its header, which may be wrong. */
export class OversizedPage extends RangeError {
  /** Of the unpacked page, and as many as are read. */
  readonly megabytes: number;
  readonly most = PAGE_BYTES / 2 ** 20;

  constructor(bytes: number) {
    super('a page of too many bytes');
    this.megabytes = Math.ceil(bytes / 2 ** 20);
  }
}

/** A page of a column: the unit that is compressed. */
interface Page {
  readonly start: number;
  readonly bytes: number;
  /** Relative to the row group. */
  readonly firstRow: number;
  readonly rows: number;
}

/** The pages of a column in one row group. */
interface PageTable {
  readonly dictionary: Page | undefined;
  readonly pages: readonly Page[];
}

/** The values of one page: texts, bytes, or null. */
export interface PageValues {
  readonly firstRow: number;
  readonly values: readonly unknown[];
  /** Bytes in memory. */
  readonly bytes: number;
}

/**
 * A column with one value a row, read page by page. Parquet files have no index of their pages where the writer does not
 * add one (pyarrow does not), so the headers are read once. A list of one value a row is read by row group, because a
 * page does not tell its number of rows.
 */
export class ParquetColumn {
  readonly #path: readonly SchemaTree[];
  readonly #chunks: readonly (ColumnChunk | undefined)[];
  readonly #tables = new Map<number, Promise<PageTable>>();
  readonly #utf8: boolean;
  readonly #isList: boolean;
  readonly #rows: readonly bigint[];

  /** @param path names from the top-level column to the leaf. */
  constructor(metadata: FileMetaData, path: readonly string[], as: 'text' | 'bytes') {
    this.#path = getTreePath(parquetSchema(metadata), [...path]);
    const name = path.join('.');
    this.#chunks = metadata.row_groups.map(({ columns }) =>
      columns.find(({ meta_data: meta }) => meta?.path_in_schema.join('.') === name),
    );
    this.#utf8 = as === 'text';
    this.#isList = this.#path.some(({ element }) => element.repetition_type === 'REPEATED');
    this.#rows = metadata.row_groups.map((group) => group.num_rows);
  }

  /** Number of row groups. */
  get groups(): number {
    return this.#chunks.length;
  }

  /** Whether rows have lists with several values, or none. */
  get isRagged(): boolean {
    return (
      this.#isList &&
      this.#chunks.some((chunk, i) => chunk?.meta_data?.num_values !== this.#rows[i])
    );
  }

  /** Whether all values are null, by the statistics; undefined if these are missing. */
  get isEmpty(): boolean | undefined {
    const counts = this.#chunks.map((chunk) => {
      const nulls = chunk?.meta_data?.statistics?.null_count;
      return nulls === undefined
        ? undefined
        : Number(nulls) === Number(chunk?.meta_data?.num_values);
    });
    return counts.includes(undefined) ? undefined : !counts.includes(false);
  }

  /** Mean length of a value in bytes, before compression. */
  meanBytes(group: number): number {
    const meta = this.#chunks[group]?.meta_data;
    if (meta === undefined) return 0;
    return Math.ceil(Number(meta.total_uncompressed_size) / Math.max(1, Number(meta.num_values)));
  }

  /** Number of pages in a row group. */
  async pagesIn(file: OpenFile, group: number): Promise<number> {
    return (await this.#table(file, group)).pages.length;
  }

  /** Identifies the page with a row of a row group. @throws RangeError if there is none. */
  async pageOf(file: OpenFile, group: number, row: number): Promise<number> {
    const { pages } = await this.#table(file, group);
    const found = pages.findIndex(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows);
    if (found < 0) throw new RangeError(`row ${row} is in no page`);
    return found;
  }

  /** @param page as of `pageOf`. */
  async read(file: OpenFile, group: number, page: number): Promise<PageValues> {
    const { dictionary, pages } = await this.#table(file, group);
    const wanted = pages[page];
    const meta = this.#chunks[group]?.meta_data;
    if (wanted === undefined || meta === undefined) throw new RangeError(`no page ${page}`);
    const parts = [await file.read(wanted.start, wanted.bytes)];
    if (dictionary !== undefined)
      parts.unshift(await file.read(dictionary.start, dictionary.bytes));
    const bytes = Buffer.concat(parts);
    const { data } = readColumn(
      { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 },
      { groupStart: 0, selectStart: 0, selectEnd: wanted.rows, groupRows: wanted.rows },
      withCheckedRuns(bytes, this.#decoder(meta)),
    );
    const values = data.flatMap((chunk) => Array.from(chunk as ArrayLike<unknown>, unwrapped));
    return { firstRow: wanted.firstRow, values, bytes: sizeOf(values) };
  }

  #decoder(meta: ColumnMetaData): Parameters<typeof readColumn>[2] {
    const element = this.#path.at(-1)?.element;
    if (element === undefined) throw new RangeError('a column without a type');
    return {
      ...meta,
      pathInSchema: meta.path_in_schema,
      element,
      schemaPath: [...this.#path],
      parsers: DEFAULT_PARSERS,
      compressors,
      utf8: this.#utf8,
    };
  }

  #table(file: OpenFile, group: number): Promise<PageTable> {
    const known = this.#tables.get(group);
    if (known !== undefined) return known;
    const meta = this.#chunks[group]?.meta_data;
    const reading =
      meta === undefined
        ? Promise.resolve({ dictionary: undefined, pages: [] })
        : this.#isList
          ? readPageTable(file, meta).then(() => wholeChunk(meta, Number(this.#rows[group])))
          : readPageTable(file, meta);
    this.#tables.set(group, reading);
    // A failed attempt is not kept.
    reading.catch(() => this.#tables.delete(group));
    return reading;
  }
}

function startOf(meta: ColumnMetaData): number {
  const first = Number(meta.data_page_offset);
  return Math.min(first, Number(meta.dictionary_page_offset ?? 0n) || first);
}

/** All pages of a column in a row group as one. */
function wholeChunk(meta: ColumnMetaData, rows: number): PageTable {
  const page = {
    start: startOf(meta),
    bytes: Number(meta.total_compressed_size),
    firstRow: 0,
    rows,
  };
  return { dictionary: undefined, pages: [page] };
}

/**
 * The pages of a column without lists in a row group.
 * @throws RangeError if their headers contradict the metadata: hyparquet does not end, or takes all memory, at headers
 *   without sizes.
 */
async function readPageTable(file: OpenFile, meta: ColumnMetaData): Promise<PageTable> {
  const start = startOf(meta);
  const end = start + Number(meta.total_compressed_size);
  if (meta.num_values > CHUNK_VALUES) throw new RangeError('too many values');
  let dictionary: Page | undefined;
  const pages: Page[] = [];
  let values = 0;
  let unpacked = 0;
  for (let at = start; at < end;) {
    const { header, length } = await readHeader(file, at, end);
    const bytes = length + sizeIn(header.compressed_page_size, end - at);
    unpacked += sizeIn(header.uncompressed_page_size, Number(meta.total_uncompressed_size));
    if (header.uncompressed_page_size > PAGE_BYTES) {
      throw new OversizedPage(header.uncompressed_page_size);
    }
    const second = header.data_page_header_v2;
    if (second !== undefined) {
      const { definition_levels_byte_length: definitions, repetition_levels_byte_length: repeats } =
        second;
      sizeIn(definitions + repeats, header.compressed_page_size);
      sizeIn(second.num_rows, second.num_values);
    }
    const data = second ?? header.data_page_header;
    if (data === undefined) dictionary = { start: at, bytes, firstRow: values, rows: 0 };
    else {
      const rows = sizeIn(data.num_values, Number(meta.num_values) - values);
      pages.push({ start: at, bytes, firstRow: values, rows });
      values += rows;
    }
    at += bytes;
  }
  const isWhole =
    values === Number(meta.num_values) && unpacked <= Number(meta.total_uncompressed_size);
  if (!isWhole || end > file.bytes) throw new RangeError('pages of another column');
  return { dictionary, pages };
}

/** A whole number up to `most`. */
function sizeIn(value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError('an impossible size');
}

/** Reads the headers and runs of all pages of columns in a row group. @throws RangeError if one of them is damaged. */
export async function checkPages(
  file: OpenFile,
  metadata: FileMetaData,
  group: RowGroup,
  columns: readonly string[],
): Promise<void> {
  const schema = parquetSchema(metadata);
  for (const { meta_data: meta } of group.columns) {
    if (meta === undefined || !columns.includes(meta.path_in_schema[0] ?? '')) continue;
    await readPageTable(file, meta);
    const bytes = await file.read(startOf(meta), Number(meta.total_compressed_size));
    checkRuns(bytes, {
      ...meta,
      schemaPath: getTreePath(schema, meta.path_in_schema),
      compressors,
    });
  }
}

async function readHeader(
  file: OpenFile,
  at: number,
  end: number,
): Promise<{ readonly header: ReturnType<typeof parquetHeader>; readonly length: number }> {
  for (let most = HEADER_BYTES; ; most *= 16) {
    const bytes = await file.read(at, Math.min(most, end - at));
    try {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const reader = { view, offset: 0 };
      return { header: parquetHeader(reader), length: reader.offset };
    } catch (error) {
      if (most >= LONGEST_HEADER || most >= end - at) throw error;
    }
  }
}

/** hyparquet gives a value inside structs and lists in one list for each of them. */
function unwrapped(value: unknown): unknown {
  return Array.isArray(value) ? unwrapped(value[0]) : value;
}

function sizeOf(values: readonly unknown[]): number {
  let bytes = 0;
  for (const value of values) if (value instanceof Uint8Array) bytes += value.length;
  return bytes + values.length;
}
