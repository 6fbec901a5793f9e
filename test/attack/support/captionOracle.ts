/*
 * A second reading of every caption format, which shares no code with src: what stands where in a text, in UTF-16 code
 * units, and texts of every format in varied styles.
 */

export const FORMATS = [
  'sidecar',
  'sidecar-lines',
  'hf-jsonl',
  'hf-csv',
  'captions-jsonl',
  'coco',
  'kohya',
  'flickr',
  'kaggle-csv',
  'kaggle-results',
] as const;
export type Format = (typeof FORMATS)[number];

/** The caption file of a format that has one for all images. */
export const TABLE_NAME: Readonly<Partial<Record<Format, string>>> = {
  'hf-jsonl': 'metadata.jsonl',
  'hf-csv': 'metadata.csv',
  'captions-jsonl': 'captions.jsonl',
  coco: 'captions_val.json',
  kohya: 'meta_cap.json',
  flickr: 'x.token.txt',
  'kaggle-csv': 'captions.txt',
  'kaggle-results': 'results.csv',
};

/** A caption as it stands in a text. */
export interface Row {
  readonly image: string;
  readonly caption: string;
  readonly start: number;
  readonly end: number;
  /** What tells captions of one image apart beside their words. */
  readonly key?: string;
}

interface JsonNode {
  /** Undefined for an object or a list. */
  readonly value: unknown;
  /** Of a string without its quotes. */
  readonly start: number;
  readonly end: number;
  readonly fields: readonly (readonly [string, JsonNode])[] | undefined;
  readonly items: readonly JsonNode[] | undefined;
}

/** A JSON text with the place of every value; undefined where it is none. */
function jsonTree(text: string, base = 0): JsonNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let at = 0;
  const skip = () => {
    while (/[ \t\r\n]/.test(text[at] ?? 'x')) at++;
  };
  const node = (value: unknown, start: number, end: number): JsonNode => ({
    value,
    start: base + start,
    end: base + end,
    fields: undefined,
    items: undefined,
  });
  const string = (): JsonNode => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return node(JSON.parse(text.slice(start, at)), start + 1, at - 1);
  };
  const list = <T>(close: string, item: () => T): T[] => {
    const items: T[] = [];
    at++;
    skip();
    while (text[at] !== close) {
      items.push(item());
      skip();
      if (text[at] === ',') at++;
      skip();
    }
    at++;
    return items;
  };
  const value = (): JsonNode => {
    skip();
    const start = at;
    if (text[at] === '"') return string();
    if (text[at] === '{') {
      const fields = list('}', (): readonly [string, JsonNode] => {
        const key = string();
        skip();
        at++;
        return [String(key.value), value()];
      });
      return { ...node(undefined, start, at), fields };
    }
    if (text[at] === '[') {
      const items = list(']', value);
      return { ...node(undefined, start, at), items };
    }
    while (at < text.length && !/[,\]} \t\r\n]/.test(text[at]!)) at++;
    return node(JSON.parse(text.slice(start, at)), start, at);
  };
  return value();
}

const field = (node: JsonNode | undefined, key: string): JsonNode | undefined =>
  node?.fields?.findLast(([name]) => name === key)?.[1];

/** A JSON caption: a string, or null for an empty one. */
function captionIn(node: JsonNode | undefined): string | undefined {
  if (node === undefined || node.fields !== undefined || node.items !== undefined) return undefined;
  return node.value === null ? '' : typeof node.value === 'string' ? node.value : undefined;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/([^\n]*?)\r?(?:\n|$)/g)) {
    if (match[0] === '') break;
    lines.push({ start: match.index, end: match.index + match[1]!.length, text: match[1]! });
  }
  return lines;
}

function trimmed(text: string, start: number, end: number): readonly [number, number] {
  let from = start;
  let to = end;
  while (from < to && /\s/.test(text[from]!)) from++;
  while (to > from && /\s/.test(text[to - 1]!)) to--;
  return [from, to];
}

function fieldsOf(text: string): { value: string; start: number; end: number }[][] {
  const records: { value: string; start: number; end: number }[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,\n]*?))(,|\r?\n|$)/gy;
  let record: { value: string; start: number; end: number }[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const [, quoted, plain, end] = pattern.exec(text) ?? [];
    if (end === undefined) return records;
    const raw = quoted ?? plain ?? '';
    const start = quoted === undefined ? at : at + 1;
    record.push({ value: quoted?.replaceAll('""', '"') ?? raw, start, end: start + raw.length });
    if (end === ',' && pattern.lastIndex < text.length) continue;
    const blank = record.length === 1 && quoted === undefined && raw.trim() === '';
    if (!blank) records.push(record);
    record = [];
  }
  return records;
}

function csvRows(text: string, imageName: string): Row[] {
  const [header, ...records] = fieldsOf(text);
  const names = header?.map(({ value }) => value) ?? [];
  const image = names.indexOf(imageName);
  const caption = names.findIndex((name) => name === 'text' || name === 'caption');
  if (image < 0 || caption < 0) return [];
  return records.flatMap((record) => {
    const said = record[caption];
    const named = record[image];
    if (said === undefined || named === undefined || record.length > names.length) return [];
    return [{ image: named.value, caption: said.value, start: said.start, end: said.end }];
  });
}

function jsonLineRows(text: string): Row[] {
  return linesOf(text).flatMap((line) => {
    const root = line.text.trim() === '' ? undefined : jsonTree(line.text, line.start);
    const image = ['file_name', 'image', 'path']
      .map((key) => field(root, key)?.value)
      .find(Boolean);
    if (typeof image !== 'string') return [];
    const many = field(root, 'captions')?.items;
    const nodes = many ?? [field(root, 'text') ?? field(root, 'caption')];
    return nodes.flatMap((node, i): Row[] => {
      const caption = captionIn(node);
      if (node === undefined || caption === undefined) return [];
      const { start, end } = node;
      return [{ image, caption, start, end, ...(many && { key: String(i) }) }];
    });
  });
}

function cocoRows(text: string): Row[] {
  const root = jsonTree(text);
  const names = new Map<unknown, unknown>();
  for (const image of field(root, 'images')?.items ?? []) {
    names.set(field(image, 'id')?.value, field(image, 'file_name')?.value);
  }
  const byImage = new Map<string, Row[]>();
  for (const annotation of field(root, 'annotations')?.items ?? []) {
    const node = field(annotation, 'caption');
    const caption = captionIn(node);
    const image = names.get(field(annotation, 'image_id')?.value);
    if (node === undefined || caption === undefined || typeof image !== 'string') continue;
    const key = String(field(annotation, 'id')?.value);
    const rows = byImage.get(image) ?? [];
    rows.push({ image, caption, start: node.start, end: node.end, key });
    byImage.set(image, rows);
  }
  return [...byImage.values()].flat();
}

function patternRows(text: string, pattern: RegExp): Row[] {
  return linesOf(text).flatMap((line) => {
    const [, image, key, rest] = pattern.exec(line.text) ?? [];
    if (image === undefined || key === undefined || rest === undefined) return [];
    const [start, end] = trimmed(text, line.end - rest.length, line.end);
    const whole = pattern.source.includes('#');
    const from = whole ? line.end - rest.length : start;
    const to = whole ? line.end : end;
    return [{ image: image.trim(), key, caption: text.slice(from, to), start: from, end: to }];
  });
}

/** The captions that stand in a text. @param image of a file that belongs to one image */
export function rowsIn(format: Format, text: string, image = ''): Row[] {
  const row = ([start, end]: readonly [number, number], i: number): Row[] =>
    start === end ? [] : [{ image, caption: text.slice(start, end), start, end, key: String(i) }];
  switch (format) {
    case 'sidecar':
      return row(trimmed(text, 0, text.length), 0);
    case 'sidecar-lines':
      return linesOf(text).flatMap(({ start, end }, i) => row(trimmed(text, start, end), i));
    case 'hf-jsonl':
    case 'captions-jsonl':
      return jsonLineRows(text);
    case 'hf-csv':
      return csvRows(text, 'file_name');
    case 'kaggle-csv':
      return csvRows(text, 'image');
    case 'coco':
      return cocoRows(text);
    case 'kohya':
      return (jsonTree(text)?.fields ?? []).flatMap(([name, node]) => {
        const said = field(node, 'caption');
        const caption = captionIn(said);
        if (said === undefined || caption === undefined) return [];
        return [{ image: name, caption, start: said.start, end: said.end }];
      });
    case 'flickr':
      return patternRows(text, /^([^\t]+?)#(\d+)\t(.*)$/s);
    case 'kaggle-results':
      return patternRows(
        text.replace(/^[^\n]*/, (h) => ' '.repeat(h.length)),
        /^([^|]*)\|\s*(\d+)\s*\|(.*)$/s,
      );
  }
}

/** A pair as PairLens should know it. */
export interface ExpectedPair extends Row {
  readonly index: number;
  readonly file: string;
}

/** The pairs of each image: repetitions count once, blank captions are counted but are no pairs. */
export function pairsOf(
  format: Format,
  rows: readonly (Row & { readonly file: string })[],
  images: readonly string[],
): Map<string, ExpectedPair[]> {
  const pairs = new Map(images.map((image) => [image, [] as ExpectedPair[]]));
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const row of rows) {
    const image = images.find(
      (name) => name === row.image || (format === 'kohya' && name === `${row.image}.jpg`),
    );
    if (image === undefined) continue;
    const identity = JSON.stringify([image, row.key, row.caption]);
    if (seen.has(identity) && !format.startsWith('sidecar')) continue;
    seen.add(identity);
    const index = counts.get(image) ?? 0;
    counts.set(image, index + 1);
    if (row.caption.trim() !== '') pairs.get(image)?.push({ ...row, image, index });
  }
  return pairs;
}

export interface Place {
  readonly line: number;
  readonly character: number;
}

/** The place of an offset as LSP counts: LF, CRLF and CR end a line. */
export function placeAt(text: string, offset: number): Place {
  const ends = [...text.slice(0, offset).matchAll(/\r\n|\r|\n/g)];
  // Between CR and LF the line is not over.
  if (text[offset - 1] === '\r' && text[offset] === '\n') ends.pop();
  const last = ends.at(-1);
  return { line: ends.length, character: offset - (last ? last.index + last[0].length : 0) };
}

export function offsetAt(text: string, { line, character }: Place): number {
  const end = line === 0 ? undefined : [...text.matchAll(/\r\n|\r|\n/g)][line - 1];
  if (line > 0 && end === undefined) return text.length;
  return Math.min(text.length, (end ? end.index + end[0].length : 0) + character);
}

export interface PlacedEdit {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly newText: string;
}

export function applied(text: string, edits: readonly PlacedEdit[]): string {
  return edits
    .map(({ range, newText }) => ({
      start: offsetAt(text, range.start),
      end: offsetAt(text, range.end),
      newText,
    }))
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end), text);
}
