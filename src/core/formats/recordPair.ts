import type { ColumnChoice } from './columnChoice.ts';
import type { FileHead } from './fileHead.ts';
import type { FormatRow } from './captionFormat.ts';
import {
  captionColumn,
  identifiesImage,
  type ImageNames,
  imageColumns,
  isNamedForImages,
  namesImage,
} from './columnNames.ts';
import { tellsCompanion } from '../dataset/companions.ts';
import { captionsAt, companionsIn, textOf } from './jsonRows.ts';
import type { JsonFields, JsonNode } from './jsonTree.ts';

/*
 * A JSON object with an image and its captions under usual names: a line of a JSONL file, an entry of a list.
 */

/** Records used to detect a format. */
const LOOKED_AT = 20;

/** An image name of a record. */
export interface NamedImage {
  /** Its key in the record. */
  readonly column: string;
  readonly name: string;
  readonly node: JsonNode;
}

/** The image of a record; undefined if there is none, or several. */
export function imageOf(
  fields: JsonFields,
  images?: ImageNames,
  chosen?: ColumnChoice,
): NamedImage | undefined {
  const named = (column: string): NamedImage | undefined => {
    const node = fields.get(column);
    const name = writtenName(node);
    return node === undefined || name === undefined ? undefined : { column, name, node };
  };
  if (chosen?.image !== undefined) return named(chosen.image);
  const columns = imageColumns([...fields.keys()]).filter(
    (column) => chosen?.captions.includes(column) !== true,
  );
  const known = columns.filter(isNamedForImages).flatMap((column) => named(column) ?? []);
  const others = columns
    .filter((column) => !isNamedForImages(column))
    .flatMap((column) => named(column) ?? []);
  // A value that is an image name takes precedence over one under a preferred key that is not.
  return (
    [...known, ...others].find(({ name }) => namesImage(name, images)) ??
    others.find(({ column, name }) => identifiesImage(column, name, images)) ??
    known[0] ??
    onlyNamed(fields)
  );
}

/** The image file under a key of any name, if no other value names one; a control image or a mask is not meant. */
function onlyNamed(fields: JsonFields): NamedImage | undefined {
  const named = [...fields].flatMap(([column, node]) =>
    writtenNames(node).some((name) => namesImage(name)) ? [{ column, node }] : [],
  );
  const [only, ...others] = named;
  if (only === undefined || others.length > 0 || tellsCompanion(only.column)) return undefined;
  const name = writtenName(only.node);
  return name === undefined ? undefined : { ...only, name };
}

/** The only name in a value: a string, a number (an ID), a list of one of them, an object with a path. */
export function writtenName(node: JsonNode | undefined): string | undefined {
  const [only, ...others] = writtenNames(node);
  return others.length === 0 ? only : undefined;
}

/** The names in a value. */
export function writtenNames(node: JsonNode | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.type === 'string' || node.type === 'number') return [String(node.value)];
  if (node.items !== undefined) return node.items.flatMap(writtenNames);
  if (node.fields === undefined) return [];
  // `{"bytes": ..., "path": "a.jpg"}` of Hugging Face, `{"url": "a.jpg"}`, `{"image": "a.jpg"}` of others.
  for (const key of ['path', 'file_name', 'image', 'url']) {
    const name = textOf(node.fields.get(key));
    if (name !== undefined) return [name];
  }
  return [];
}

/** The node with the captions of a record. */
export function captionsOf(fields: JsonFields): JsonNode | undefined {
  // RefCOCO: its sentences are about one thing in the image.
  if (fields.has('ref_id')) return undefined;
  const column = fields.has('captions') ? 'captions' : captionColumn([...fields.keys()]);
  const captions = column === undefined ? undefined : fields.get(column);
  // A list of tags is not a list of captions.
  return column !== undefined && /^tags$/i.test(column.trim()) && captions?.type !== 'string'
    ? undefined
    : captions;
}

/** The nodes with the captions of a record: those under the chosen names, else under a usual one. */
export function captionNodes(fields: JsonFields, chosen?: ColumnChoice): readonly JsonNode[] {
  if (chosen !== undefined && chosen.captions.length > 0) {
    return chosen.captions.flatMap((name) => fields.get(name) ?? []);
  }
  const captions = captionsOf(fields) ?? objectWithCaptions(fields);
  return captions === undefined ? [] : [captions];
}

/** The only value that is an object with captions, and not the image. */
function objectWithCaptions(fields: JsonFields): JsonNode | undefined {
  const found = [...fields.values()].filter(
    (node) =>
      node.fields !== undefined &&
      captionsOf(node.fields) !== undefined &&
      !writtenNames(node).some((name) => namesImage(name)),
  );
  return found.length === 1 ? found[0] : undefined;
}

/** The rows of a record with both. */
export function pairRows(
  fileName: string,
  image: NamedImage,
  captions: readonly JsonNode[],
  fields: JsonFields,
): FormatRow[] {
  const split = textOf(fields.get('split'));
  const facts = {
    ...(split !== undefined && { split }),
    ...companionsIn(fields, [image.node, ...captions]),
  };
  return captions.flatMap((node, n) =>
    captionsAt(fileName, image.name, node, facts).map((row) =>
      captions.length > 1 && row.kind === 'caption'
        ? { ...row, key: [n, ...(row.key === undefined ? [] : [row.key])].join('/') }
        : row,
    ),
  );
}

/** Share of the first records that have an image and a text. */
export function pairShare(
  records: readonly JsonFields[],
  { images }: FileHead,
  chosen?: ColumnChoice,
): number {
  const some = records.slice(0, LOOKED_AT);
  const pairs = some.filter((fields) => {
    const image = imageOf(fields, images, chosen);
    if (image === undefined) return false;
    // What the user named needs no other sign.
    if (chosen?.image === undefined && !identifiesImage(image.column, image.name, images))
      return false;
    const captions = captionNodes(fields, chosen);
    return captions.length > 0 && captions.every(holdsWords);
  });
  return some.length === 0 ? 0 : pairs.length / some.length;
}

/** Whether a value may be a caption or a list of captions. A blank one is a missing caption. */
function holdsWords(node: JsonNode): boolean {
  if (node.items !== undefined) {
    return node.items.some(
      (item) =>
        (item.fields === undefined || captionsOf(item.fields) !== undefined) && holdsWords(item),
    );
  }
  if (node.fields !== undefined) {
    const inner = captionsOf(node.fields);
    if (inner !== undefined) return holdsWords(inner);
    // One caption under each name: of a language, of a length.
    const values = [...node.fields.values()];
    return (
      values.length > 0 && values.every((value) => value.type === 'string' && holdsWords(value))
    );
  }
  if (node.type === 'null') return true;
  const text = textOf(node);
  return text !== undefined && (text.trim() === '' || /\p{L}/u.test(text));
}
