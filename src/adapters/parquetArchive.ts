import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { PairLensError } from '../core/errors.ts';
import type { OpenFile } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { type Archive, DamagedArchive, type OpenArchive } from './archive.ts';
import { OversizedPage } from './parquetPages.ts';
import { PageCache, type Pictures, picturesOf } from './parquetPictures.ts';
import { asyncBuffer, rowsAsJsonLines } from './parquetRows.ts';

/** A column of equal values takes some bytes for any number of rows, but a table of pictures or captions has others. */
const MOST_ROWS_PER_BYTE = 100;

/**
 * Opens parquet files, which share a cache of pages. The file is a table, read as the JSON Lines of its rows; its pictures
 * are a folder.
 */
export function parquetOpener(): OpenArchive {
  const cache = new PageCache();
  return async (path, file) => {
    try {
      const metadata = await parquetMetadataAsync(asyncBuffer(file), { geoparquet: false });
      checkRows(metadata, file.bytes);
      const id = `${path}\0${file.bytes}\0${file.modified}`;
      const pictures = await picturesOf(file, metadata, cache, id);
      return new ParquetArchive(path, metadata, pictures);
    } catch (error) {
      throw damaged(path, error);
    }
  };
}

class ParquetArchive implements Archive {
  readonly size = 1;
  readonly isListed = true;
  readonly flaws = [];
  readonly #path: string;
  readonly #metadata: FileMetaData;
  readonly #pictures: readonly Pictures[];
  readonly #rows: number;

  constructor(path: string, metadata: FileMetaData, pictures: readonly Pictures[]) {
    this.#path = path;
    this.#metadata = metadata;
    this.#pictures = pictures;
    this.#rows = Number(metadata.num_rows);
  }

  get members(): Iterable<string> {
    return this.#names();
  }

  *#names(): Generator<string> {
    for (let row = 0; row < this.#rows; row++) {
      for (const column of this.#pictures) yield column.fileName(row);
    }
  }

  bytesOf(member: string): number | undefined {
    const found = this.#find(member);
    return found?.column.meanBytes(found.row);
  }

  async read(member: string, file: OpenFile): Promise<Uint8Array> {
    const found = this.#find(member);
    if (found === undefined) throw new RangeError(member);
    let picture: Uint8Array | undefined;
    try {
      picture = await found.column.read(file, found.row);
    } catch (error) {
      throw damaged(this.#path, error);
    }
    if (picture !== undefined) return picture;
    throw new PairLensError(
      'unreadable-file',
      sentence('Row {0} of {1} has no picture.', found.row, this.#path),
      { path: this.#path, remedy: sentence('Write the file again without the row.') },
    );
  }

  async *text(file: OpenFile): AsyncGenerator<Uint8Array> {
    try {
      yield* rowsAsJsonLines(this.#path, file, this.#metadata, this.#pictures);
    } catch (error) {
      throw damaged(this.#path, error);
    }
  }

  #find(member: string): { readonly column: Pictures; readonly row: number } | undefined {
    const row = /^\d+/.exec(member)?.[0];
    if (row === undefined || Number(row) >= this.#rows) return undefined;
    const column = this.#pictures.find((each) => each.fileName(Number(row)) === member);
    return column && { column, row: Number(row) };
  }
}

/** Damage must not make a file of some bytes seem to have billions of rows. */
function checkRows({ row_groups: groups, num_rows: rows }: FileMetaData, bytes: number): void {
  const counted = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const isPossible = groups.every((group) => group.num_rows >= 0n) && counted === Number(rows);
  const values = groups.flatMap(({ columns }) =>
    columns.map(({ meta_data: meta }) => meta?.num_values ?? 0n),
  );
  if (values.some((count) => count < 0n || count > bytes * MOST_ROWS_PER_BYTE))
    throw new RangeError('impossible values');
  if (!isPossible || counted > bytes * MOST_ROWS_PER_BYTE) throw new RangeError('impossible rows');
}

function damaged(path: string, error: unknown): PairLensError {
  if (PairLensError.is(error)) return error;
  if (error instanceof OversizedPage) {
    const { megabytes, most } = error;
    return new DamagedArchive(
      path,
      sentence('has a page that unpacks to {0} MB, more than {1} MB', megabytes, most),
      error,
      sentence('Leave the file out of the dataset, or write it again with smaller pages.'),
    );
  }
  return new DamagedArchive(path, sentence('is damaged or cut off'), error);
}
