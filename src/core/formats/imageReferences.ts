import { findNodeAtOffset, type Node, parseTree, visit } from 'jsonc-parser';
import { byPlace, withEdits } from './applyEdits.ts';
import type { CaptionFormat, CaptionRow, FormatRow, TextEdit } from './captionFormat.ts';
import type { ImageNames } from './columnNames.ts';
import { eachCsvRecord } from './csvRecords.ts';
import { editCsvField } from './csvTable.ts';
import { jsonLike } from './jsonRows.ts';
import { leadingName } from './namedLines.ts';
import { isImageName } from '../dataset/fileKinds.ts';
import { baseName, folderOf } from '../dataset/paths.ts';
import { wholeLines } from '../text/lines.ts';
import { oneChunk } from '../text/oneChunk.ts';

/*
 * Edits of a table after some of its images were renamed or deleted. Formats tell where a caption is, not where the name of
 * its image is: the names are searched, and an edit counts only if reading the edited text shows that nothing else changed.
 */

/** A table and its text. */
export interface TableText {
  readonly format: CaptionFormat;
  /** For messages. */
  readonly name: string;
  readonly text: string;
  /** The images of its folder, for formats that detect the image column by them. */
  readonly images?: ImageNames;
}

/**
 * The edits that write other image names.
 * @param renames image names as they are written in the table, with the new ones
 * @returns undefined if the names cannot be replaced without changing something else.
 */
export async function renameEdits(
  table: TableText,
  renames: ReadonlyMap<string, string>,
): Promise<TextEdit[] | undefined> {
  const before = await rowsOf(table);
  const captions = captionRanges(before);
  const wanted = before.map((row) => withNames(row, (name) => renames.get(name) ?? name));
  const fields = [...fieldsOf(table)].filter(
    ({ start, end }) => !overlapsAny(captions, start, end),
  );
  for (const written of [renames, fileNames(renames)]) {
    for (const chosen of choices(fields.filter(({ text }) => written.has(text)))) {
      const edits = chosen.map((field) => field.replaced(written.get(field.text) ?? field.text));
      const after = await rowsOf({ ...table, text: withEdits(table.text, byPlace(edits)) }, [
        ...renames.values(),
      ]);
      if (sameRows(wanted, after)) return edits;
    }
  }
  return undefined;
}

/** The names without their folders, where these stay: Karpathy's splits hold the two under different keys. */
function fileNames(renames: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const inFolder = [...renames].filter(([from, to]) => folderOf(from) === folderOf(to));
  return new Map(inFolder.map(([from, to]) => [baseName(from), baseName(to)]));
}

/**
 * The edits that take the rows of some images out of the table.
 * @param names image names as they are written in the table
 * @returns undefined if they cannot be taken out without changing something else.
 */
export async function removalEdits(
  table: TableText,
  names: ReadonlySet<string>,
): Promise<TextEdit[] | undefined> {
  const before = await rowsOf(table);
  const gone = before.filter((row): row is CaptionRow => isCaptionOf(row, names));
  const wanted = before.filter((row) => !isCaptionOf(row, names));
  for (const edits of removals(table, gone, captionRanges(before), names)) {
    const after = await rowsOf({ ...table, text: withEdits(table.text, byPlace(edits)) });
    if (sameRows(wanted, after)) return edits;
  }
  return undefined;
}

function isCaptionOf(row: FormatRow, names: ReadonlySet<string>): boolean {
  return row.kind === 'caption' && names.has(row.image);
}

/** A JSON string, or a field of a record, that holds a text and nothing else. */
interface TextField {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** What the other rows hold at the same place. */
  readonly column: string;
  replaced(text: string): TextEdit;
}

/**
 * Which fields to replace: all of them if the names are those of files, else those of one column, because an ID may be
 * equal to a name without its extension.
 */
function choices(fields: readonly TextField[]): (readonly TextField[])[] {
  const columns = [...new Set(fields.map(({ column }) => column))];
  const single = columns.map((column) => fields.filter((field) => field.column === column));
  const areFiles = fields.every(({ text }) => isImageName(text));
  return areFiles || single.length === 1 ? [fields, ...single] : single;
}

function fieldsOf(table: TableText): Iterable<TextField> {
  if (table.format.rows === 'json-strings') return jsonStrings(table.text, 0, table.text);
  return isByLines(table) ? fieldsOfLines(table.text) : fieldsOfRecords(table);
}

/** Whether each line of the table is a record. */
function isByLines({ format }: TableText): boolean {
  return format.rows === 'lines' || format.rows === 'lines-under-header';
}

function jsonStrings(json: string, offset: number, text: string): TextField[] {
  const found: TextField[] = [];
  let property = '';
  const add = (value: unknown, at: number, length: number, column: string): void => {
    if (typeof value !== 'string') return;
    const [start, end] = [offset + at, offset + at + length];
    const slashes = text.slice(start, end).includes('\\/');
    found.push({
      text: value,
      start,
      end,
      column,
      replaced: (now) => {
        const written = jsonLike(text, JSON.stringify(now));
        return { start, end, newText: slashes ? written.replaceAll('/', '\\/') : written };
      },
    });
  };
  visit(json, {
    onObjectProperty: (name, at, length) => {
      property = name;
      add(name, at, length, 'name');
    },
    onLiteralValue: (value, at, length) => add(value, at, length, `value of ${property}`),
  });
  return found;
}

/** `img.jpg#0<TAB>caption` of Flickr's token files, `img.jpg| 0| caption` of Kaggle's results.csv. */
const NAME_FIRST = /^\s*(?:([^\t]+?)#\d+\t|([^|]*?)\s*\|\s*\d+\s*\|)/;

function* fieldsOfLines(text: string): Generator<TextField> {
  for (const { text: line, start } of wholeLines(text)) {
    if (line.trimStart().startsWith('{')) {
      yield* jsonStrings(line, start, text);
      continue;
    }
    const found = NAME_FIRST.exec(line);
    const name = found?.[1] ?? found?.[2] ?? leadingName(line);
    if (name === undefined) continue;
    const at = start + line.indexOf(name);
    const end = at + name.length;
    const replaced = (newText: string): TextEdit => ({ start: at, end, newText });
    yield { text: name, start: at, end, column: 'image', replaced };
  }
}

function* fieldsOfRecords({ format, text }: TableText): Generator<TextField> {
  const separator = format.separatorIn?.(text) ?? ',';
  for (const { fields } of eachCsvRecord(text, separator, true)) {
    for (const [column, { text: value, range }] of fields.entries()) {
      const trimmed = value.trim();
      // Spaces around a name stay; in a quoted field with doubled quotes the raw text is longer.
      const lead = value.length - value.trimStart().length;
      const isPlain = range.end - range.start === value.length;
      const start = isPlain ? range.start + lead : range.start;
      const end = isPlain ? start + trimmed.length : range.end;
      yield {
        text: trimmed,
        start,
        end,
        column: String(column),
        replaced: (name) => editCsvField(text, { start, end }, name, separator),
      };
    }
  }
}

/** Objects around an image name that may be its record: the smallest one first. */
const LEVELS_TRIED = 3;

function removals(
  table: TableText,
  gone: readonly CaptionRow[],
  captions: readonly Range[],
  names: ReadonlySet<string>,
): TextEdit[][] {
  const { format, text } = table;
  if (format.rows === 'json-strings') return documentRemovals(table, gone, captions, names);
  const records = isByLines(table)
    ? Array.from(wholeLines(text), (line) => ({
        start: line.start,
        end: line.start + line.text.length,
      }))
    : Array.from(eachCsvRecord(text, format.separatorIn?.(text) ?? ',', true), ({ range }) => ({
        start: range.start,
        end: lineEndAfter(text, range.end),
      }));
  const starts = gone.map(({ range }) => range.start).sort((a, b) => a - b);
  let next = 0;
  const removed = records.filter(({ start, end }) => {
    while ((starts[next] ?? end) < start) next++;
    return (starts[next] ?? end) < end;
  });
  return [removed.map(({ start, end }) => ({ start, end, newText: '' }))];
}

function lineEndAfter(text: string, at: number): number {
  const lineEnd = text.indexOf('\n', at);
  return lineEnd < 0 ? text.length : lineEnd + 1;
}

/** Takes out the objects that hold the name of an image, and those that hold its captions. */
function documentRemovals(
  { text }: TableText,
  gone: readonly CaptionRow[],
  captions: readonly Range[],
  names: ReadonlySet<string>,
): TextEdit[][] {
  const root = parseTree(text, [], { allowTrailingComma: false });
  if (root === undefined) return [];
  const named = jsonStrings(text, 0, text).filter(
    ({ text: name, start, end }) => names.has(name) && !overlapsAny(captions, start, end),
  );
  const tries: TextEdit[][] = [];
  for (let level = 0; level < LEVELS_TRIED; level++) {
    const units = new Set<Node>();
    for (const { start, end } of [...named, ...gone.map(({ range }) => range)]) {
      const unit = recordAround(findNodeAtOffset(root, start), level);
      if (unit === undefined) continue;
      if (![...ancestors(unit)].some((node) => units.has(node)) && end <= endOf(unit)) {
        units.add(unit);
      }
    }
    tries.push(withoutNodes(units));
  }
  return tries;
}

/** The item of a list, or the property, that is the record around a name or a caption. */
function recordAround(at: Node | undefined, level: number): Node | undefined {
  if (at === undefined) return undefined;
  // The name of a property: `{"a.jpg": "caption"}`.
  if (at.parent?.type === 'property' && at.parent.children?.[0] === at) return at.parent;
  let left = level;
  for (const node of ancestors(at)) {
    if (node.type !== 'object' || node.parent === undefined) continue;
    if (left-- > 0) continue;
    return node.parent.type === 'property' ? node.parent : node;
  }
  return undefined;
}

function* ancestors(node: Node): Generator<Node> {
  for (let at = node.parent; at !== undefined; at = at.parent) yield at;
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** The edits that take nodes out of their lists and objects, with one comma each. */
function withoutNodes(units: ReadonlySet<Node>): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const holder of new Set([...units].flatMap(({ parent }) => parent ?? []))) {
    const children = holder.children ?? [];
    for (let i = 0; i < children.length; i++) {
      const child = children[i];
      if (child === undefined || !units.has(child)) continue;
      const rest = children.slice(i);
      const kept = rest.findIndex((node) => !units.has(node));
      const removed = kept < 0 ? rest : rest.slice(0, kept);
      const [first, last] = [removed[0], removed.at(-1)];
      if (first === undefined || last === undefined) continue;
      const [before, after] = [children[i - 1], rest[removed.length]];
      const start = before === undefined ? first.offset : endOf(before);
      const end = before === undefined && after !== undefined ? after.offset : endOf(last);
      edits.push({ start, end, newText: '' });
      i += removed.length - 1;
    }
  }
  return edits;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The ranges of the captions, in order. */
function captionRanges(rows: readonly FormatRow[]): Range[] {
  return rows
    .flatMap((row) => (row.kind === 'caption' ? row.range : []))
    .sort((a, b) => a.start - b.start);
}

/** @param ranges in order, without overlaps */
function overlapsAny(ranges: readonly Range[], start: number, end: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? end) <= start) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.start ?? end) < end;
}

async function rowsOf(
  { format, name, text, images }: TableText,
  newNames: readonly string[] = [],
): Promise<FormatRow[]> {
  const added = new Set(newNames);
  const known = images && {
    isNumbered: (written: string) => images.isNumbered(written),
    isNamed: (written: string) => added.has(written.trim()) || images.isNamed(written),
  };
  const rows: FormatRow[] = [];
  const chunks = (): AsyncIterable<string> => oneChunk(text);
  for await (const row of format.read({ name, ...(known && { images: known }), chunks })) {
    rows.push(row);
  }
  return rows;
}

function withNames(row: FormatRow, nameOf: (name: string) => string): FormatRow {
  if (row.kind === 'unjudged') return { ...row, images: row.images.map(nameOf) };
  if (row.kind === 'problem') {
    return row.image === undefined ? row : { ...row, image: nameOf(row.image) };
  }
  const companions = row.companions?.map(({ key, name }) => ({ key, name: nameOf(name) }));
  return { ...row, image: nameOf(row.image), ...(companions && { companions }) };
}

/** Whether two texts have the same rows; their places, and with them the words of problems, may differ. */
function sameRows(a: readonly FormatRow[], b: readonly FormatRow[]): boolean {
  const other = b.map(factsOf);
  return a.length === b.length && a.every((row, i) => factsOf(row) === other[i]);
}

function factsOf(row: FormatRow): string {
  if (row.kind === 'problem') return JSON.stringify([row.kind, row.code, row.image]);
  if (row.kind === 'unjudged') return JSON.stringify([row.kind, row.images]);
  const { kind, image, caption, key, split, companions } = row;
  return JSON.stringify([kind, image, caption, key, split, companions]);
}
