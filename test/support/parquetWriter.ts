import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** A picture of a row as Hugging Face datasets store it. */
export interface StoredPicture {
  readonly bytes: Uint8Array | null;
  readonly path: string | null;
}

/** Columns by name, one value a row. A column of `pictures` is a struct of bytes and path. */
export interface ParquetColumns {
  readonly pictures?: Readonly<Record<string, readonly (StoredPicture | null)[]>>;
  readonly bytes?: Readonly<Record<string, readonly (Uint8Array | null)[]>>;
  readonly texts?: Readonly<Record<string, readonly (string | null)[]>>;
  readonly lists?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly numbers?: Readonly<Record<string, readonly number[]>>;
}

export interface ParquetOptions {
  readonly rowGroupSize?: number;
  readonly pageSize?: number;
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED';
}

const OPTIONAL = 'OPTIONAL' as const;
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: OPTIONAL } as const;

/** A parquet file with these columns. */
export function parquetOf(columns: ParquetColumns, options: ParquetOptions = {}): Uint8Array {
  const { pictures = {}, bytes = {}, texts = {}, lists = {}, numbers = {} } = columns;
  const named = [
    ...parts(pictures, (name) => [
      { name, num_children: 2, repetition_type: OPTIONAL },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: OPTIONAL },
      { name: 'path', ...TEXT },
    ]),
    ...parts(bytes, (name) => [{ name, type: 'BYTE_ARRAY', repetition_type: OPTIONAL }]),
    ...parts(texts, (name) => [{ name, ...TEXT }]),
    ...parts(lists, (name) => [
      { name, num_children: 1, repetition_type: OPTIONAL, converted_type: 'LIST' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', ...TEXT },
    ]),
    ...parts(numbers, (name) => [{ name, type: 'INT32', repetition_type: OPTIONAL }]),
  ];
  const buffer = parquetWriteBuffer({
    columnData: named.map(({ name, data }) => ({ name, data: [...data] })),
    schema: [
      { name: 'root', num_children: named.length, repetition_type: 'REQUIRED' },
      ...named.flatMap(({ schema }) => schema),
    ],
    ...options,
  });
  return new Uint8Array(buffer);
}

function parts(
  columns: Readonly<Record<string, readonly unknown[]>>,
  schemaOf: (name: string) => SchemaElement[],
): { name: string; data: readonly unknown[]; schema: SchemaElement[] }[] {
  return Object.entries(columns).map(([name, data]) => ({ name, data, schema: schemaOf(name) }));
}

/** Bytes that begin as a JPEG does. */
export function likeJpeg(text: string): Uint8Array {
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...new TextEncoder().encode(text)]);
}
