import type { FileMetaData } from 'hyparquet';
import { LRUCache } from 'lru-cache';
import { tellsCompanion } from '../core/dataset/companions.ts';
import { extensionOf, isImageName } from '../core/dataset/fileKinds.ts';
import { imageColumns, isNamedForImages } from '../core/formats/columnNames.ts';
import type { OpenFile } from '../core/ports.ts';
import { imageExtension } from './imageMagic.ts';
import { ParquetColumn, type PageValues } from './parquetPages.ts';
import { pictureColumns, type PictureColumn } from './parquetSchema.ts';

/** A column with pictures. */
export interface Pictures {
  /** The name of the column. */
  readonly column: string;
  /** The name of its property in the rows. */
  readonly property: string;
  /** The name of its picture of a row, as in a folder: `000123.jpg`. */
  fileName(row: number): string;
  /** Mean length of the picture of a row, in bytes. */
  meanBytes(row: number): number;
  /** The picture of a row; undefined if the row has none. @throws RangeError if the file is damaged. */
  read(file: OpenFile, row: number): Promise<Uint8Array | undefined>;
}

/** Bytes of decoded pages in memory, over all parquet files. */
const PAGES_KEPT = 128 * 2 ** 20;
/** Digits of a row in a name. */
const DIGITS = 6;

/** Decoded pages, the last used ones. */
export class PageCache {
  readonly #pages = new LRUCache<string, PageValues>({
    maxSize: PAGES_KEPT,
    sizeCalculation: ({ bytes }) => Math.min(PAGES_KEPT, bytes + 1),
  });
  readonly #reading = new Map<string, Promise<PageValues>>();

  async get(key: string, read: () => Promise<PageValues>): Promise<PageValues> {
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const begun = this.#reading.get(key) ?? read();
    this.#reading.set(key, begun);
    try {
      const page = await begun;
      this.#pages.set(key, page);
      return page;
    } finally {
      this.#reading.delete(key);
    }
  }
}

/** The columns of a file with pictures; columns with other bytes and with names alone are none. */
export async function picturesOf(
  file: OpenFile,
  metadata: FileMetaData,
  cache: PageCache,
  id: string,
): Promise<Pictures[]> {
  const found: { name: string; bytes: ParquetColumn; extension: string }[] = [];
  for (const column of pictureColumns(metadata)) {
    const bytes = new ParquetColumn(metadata, column.bytes, 'bytes');
    const extension = await extensionIn(file, metadata, column, bytes);
    if (extension !== undefined) found.push({ name: column.name, bytes, extension });
  }
  const main = mainColumn(found.map(({ name }) => name));
  return found.map(({ name, bytes, extension }) =>
    picturesIn(metadata, bytes, {
      column: name,
      property: name !== main || isNamedForImages(name) ? name : 'image',
      suffix: name === main ? '' : `.${name.replaceAll(/[^\w-]/g, '_')}`,
      extension,
      cache,
      key: `${id}\0${name}`,
    }),
  );
}

/** The column of the images that the captions describe; undefined if it cannot be told from their companions. */
function mainColumn(names: readonly string[]): string | undefined {
  const [known] = imageColumns(names);
  if (known !== undefined || names.length === 1) return known ?? names[0];
  const others = names.filter((name) => !tellsCompanion(name));
  return others.length === 1 ? others[0] : undefined;
}

/** The extension of a column's first picture; undefined if the column holds none. */
async function extensionIn(
  file: OpenFile,
  metadata: FileMetaData,
  column: PictureColumn,
  bytes: ParquetColumn,
): Promise<string | undefined> {
  if (bytes.isEmpty === true || bytes.isRagged) return undefined;
  if (column.path !== undefined && bytes.isEmpty === false) {
    const names = new ParquetColumn(metadata, column.path, 'text');
    const name = await firstValue(file, names, (value) => typeof value === 'string');
    if (name !== undefined && isImageName(name)) return extensionOf(name);
  }
  const picture = await firstValue(file, bytes, (value) => value instanceof Uint8Array);
  return picture === undefined ? undefined : imageExtension(picture);
}

/** The first value that is not null. */
async function firstValue<T>(
  file: OpenFile,
  column: ParquetColumn,
  is: (value: unknown) => value is T,
): Promise<T | undefined> {
  for (let group = 0; group < column.groups; group++) {
    const pages = await column.pagesIn(file, group);
    for (let page = 0; page < pages; page++) {
      const { values } = await column.read(file, group, page);
      const first = values.find(is);
      if (first !== undefined) return first;
    }
  }
  return undefined;
}

interface Place extends Pick<Pictures, 'column' | 'property'> {
  readonly suffix: string;
  readonly extension: string;
  readonly cache: PageCache;
  readonly key: string;
}

function picturesIn(
  metadata: FileMetaData,
  bytes: ParquetColumn,
  { column, property, suffix, extension, cache, key }: Place,
): Pictures {
  const starts: number[] = [];
  let rows = 0;
  for (const group of metadata.row_groups) {
    starts.push(rows);
    rows += Number(group.num_rows);
  }
  const digits = Math.max(DIGITS, String(Math.max(0, rows - 1)).length);
  const groupOf = (row: number): number => {
    const after = starts.findIndex((start) => start > row);
    return (after < 0 ? starts.length : after) - 1;
  };
  return {
    column,
    property,
    fileName: (row) => `${String(row).padStart(digits, '0')}${suffix}.${extension}`,
    meanBytes: (row) => bytes.meanBytes(groupOf(row)),
    async read(file, row) {
      const group = groupOf(row);
      const inGroup = row - (starts[group] ?? 0);
      const page = await bytes.pageOf(file, group, inGroup);
      const { firstRow, values } = await cache.get(`${key}\0${group}\0${page}`, () =>
        bytes.read(file, group, page),
      );
      const value = values[inGroup - firstRow];
      // A copy, so that the page can leave the memory.
      return value instanceof Uint8Array ? value.slice() : undefined;
    },
  };
}
