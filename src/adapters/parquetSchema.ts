import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';

/** A column that may hold pictures. */
export interface PictureColumn {
  readonly name: string;
  /** The leaf with their bytes. */
  readonly bytes: readonly string[];
  /** The leaf with their file names, in the struct of Hugging Face. */
  readonly path?: readonly string[];
}

/** Columns with bytes, alone, as `{bytes, path}` of Hugging Face datasets, or in a list. */
export function pictureColumns(metadata: FileMetaData): PictureColumn[] {
  return parquetSchema(metadata).children.flatMap((column): PictureColumn[] => {
    const inner = itemOf(column);
    const { name } = column.element;
    if (isBytes(inner)) return [{ name, bytes: inner.path }];
    const child = (wanted: string) => inner.children.find(({ element }) => element.name === wanted);
    const bytes = child('bytes');
    if (bytes === undefined || !isBytes(bytes)) return [];
    const path = child('path')?.path;
    return [{ name, bytes: bytes.path, ...(path && { path }) }];
  });
}

/** The item of a list: `list.element` of Arrow and parquet-mr, or whatever the two are called. */
function itemOf(column: SchemaTree): SchemaTree {
  const [only] = column.children;
  if (column.element.converted_type !== 'LIST' || only === undefined) return column;
  return only.children[0] ?? only;
}

/** Columns that may be captions or names of images: texts, whole numbers, and lists and structs with a text. */
export function textColumns(metadata: FileMetaData): string[] {
  return parquetSchema(metadata)
    .children.filter((column) => {
      const leaves = leavesOf(column);
      return isWhole(column) || (leaves.some(isText) && !leaves.some(isBytes));
    })
    .map(({ element }) => element.name);
}

function leavesOf(column: SchemaTree): readonly SchemaTree[] {
  return column.children.length === 0 ? [column] : column.children.flatMap(leavesOf);
}

function isText({ element }: SchemaTree): boolean {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (type !== 'BYTE_ARRAY') return false;
  return converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING';
}

/** Bytes without a meaning that the file tells. */
function isBytes({ element, children }: SchemaTree): boolean {
  const { type, converted_type: converted, logical_type: logical } = element;
  return (
    children.length === 0 &&
    type === 'BYTE_ARRAY' &&
    converted === undefined &&
    logical === undefined
  );
}

function isWhole({ element, children }: SchemaTree): boolean {
  return (
    children.length === 0 &&
    element.repetition_type !== 'REPEATED' &&
    (element.type === 'INT32' || element.type === 'INT64') &&
    (element.converted_type === undefined || /^U?INT_/.test(element.converted_type))
  );
}
