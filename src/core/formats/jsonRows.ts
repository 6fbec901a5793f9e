import type { SourceRange } from '../dataset/dataset.ts';
import type { TextLine } from '../text/lines.ts';
import { isImageName } from '../dataset/fileKinds.ts';
import type { CaptionRow, FormatRow, NamedPicture, RowProblem, TextEdit } from './captionFormat.ts';
import { readJson, type JsonListener, type JsonPlace, type JsonScalar } from './jsonReader.ts';
import { LIMITS } from './limits.ts';
import { type Sentence, sentence } from '../text/sentence.ts';
import { endOfText } from './appendedRow.ts';
import { captionColumn } from './captionColumns.ts';

/** A string in a JSON text: its value and the raw characters between its quotes. */
export interface JsonString {
  readonly value: string;
  readonly range: SourceRange;
}

/** A value in a line of JSON; of an object or list within a list only that it is there. */
export interface JsonNode {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  readonly value?: JsonScalar;
  /** Within the line, quotes included. */
  readonly offset: number;
  readonly length: number;
  readonly items?: JsonNode[];
}

/** The properties of a JSON object on one line. */
export type JsonFields = ReadonlyMap<string, JsonNode>;

/** Parses one line of a JSONL file to the properties of its object, or says what is wrong with it. */
export function parseJsonLine(line: TextLine, fileName: string): JsonFields | RowProblem {
  if (line.tooLong !== undefined) return tooLong(line, fileName, line.tooLong);
  const fields = new LineFields();
  const flaw = readJson(line.text, fields, 1);
  if (flaw !== undefined) {
    const wrong = sentence('is not valid JSON: {0} at column {1}', flaw.what, flaw.offset + 1);
    return lineProblem(line, fileName, wrong);
  }
  if (!fields.isObject) return lineProblem(line, fileName, sentence('holds no JSON object'));
  return fields.found;
}

function typeOf(value: JsonScalar): JsonNode['type'] {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'null';
  }
}

/** Gathers the properties of an object; of a repeated name the last counts, as in every JSON reader. */
class LineFields implements JsonListener {
  readonly found = new Map<string, JsonNode>();
  isObject = false;
  #name = '';
  #list: JsonNode[] | undefined;

  wants(level: number): boolean {
    return level === 1 || (level === 2 && this.#list !== undefined);
  }

  onBegin(kind: 'object' | 'array', level: number, { offset }: JsonPlace): void {
    if (level === 0) this.isObject = kind === 'object';
    else if (level === 1) {
      this.#list = kind === 'array' ? [] : undefined;
      const items = this.#list && { items: this.#list };
      this.found.set(this.#name, { type: kind, offset, length: 1, ...items });
    } else if (level === 2) this.#list?.push({ type: kind, offset, length: 1 });
  }

  onEnd(level: number): void {
    if (level === 1) this.#list = undefined;
  }

  onName(name: string): void {
    this.#name = name;
  }

  onScalar(value: JsonScalar, level: number, { offset }: JsonPlace, length: number): void {
    const node: JsonNode = { type: typeOf(value), value, offset, length };
    if (level === 1) this.found.set(this.#name, node);
    else this.#list?.push(node);
  }
}

/** The string at `node`, a node of the tree of `line`. */
export function stringIn(line: TextLine, node: JsonNode): JsonString | undefined {
  if (node.type !== 'string') return undefined;
  const column = node.offset + 1;
  return {
    value: String(node.value),
    range: {
      start: line.start + column,
      end: line.start + node.offset + node.length - 1,
      line: line.number,
      column,
    },
  };
}

/** The problem of a line beyond the limit. */
export function tooLong(line: TextLine, fileName: string, characters: number): RowProblem {
  const what = sentence('has {0} characters; {1} are read', characters, LIMITS.rowCharacters);
  return {
    ...lineProblem(line, fileName, what),
    range: { ...lineRange(line), end: line.start + characters },
  };
}

/** The pictures that a row names under other keys than those of its image and caption, one or a list under each. */
export function companionsIn(
  fields: JsonFields,
  without: readonly (JsonNode | undefined)[],
): { readonly companions?: readonly NamedPicture[] } {
  const companions: NamedPicture[] = [];
  for (const [key, node] of fields) {
    if (without.includes(node)) continue;
    for (const { type, value } of node.items ?? [node]) {
      if (type === 'string' && isImageName(String(value)))
        companions.push({ key, name: String(value) });
    }
  }
  return companions.length === 0 ? {} : { companions };
}

export function lineProblem(line: TextLine, fileName: string, what: Sentence): RowProblem {
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence('Line {0} of {1} {2}.', line.number + 1, fileName, what),
    remedy: sentence('Correct the line; the other lines of the file are read without it.'),
    range: lineRange(line),
  };
}

export function lineRange(line: TextLine): SourceRange {
  return { start: line.start, end: line.start + line.text.length, line: line.number, column: 0 };
}

/**
 * The captions at a node that should hold one string or a list of strings.
 * @param key names the caption; `null` where only its words do.
 */
export function captionsAt(
  line: TextLine,
  fileName: string,
  image: string,
  node: JsonNode,
  extra: Pick<CaptionRow, 'split' | 'companions'> = {},
): FormatRow[] {
  const list = node.type === 'array';
  const values = list ? (node.items ?? []) : [node];
  return values.map((value, i): FormatRow => {
    const text = value.type === 'null' ? emptyAt(line, value) : stringIn(line, value);
    if (text === undefined) {
      const article = value.type === 'array' || value.type === 'object' ? 'an' : 'a';
      return {
        ...lineProblem(
          line,
          fileName,
          sentence('has {0} where the caption should be', `${article} ${value.type}`),
        ),
        image,
      };
    }
    return {
      kind: 'caption',
      image,
      caption: text.value,
      range: text.range,
      ...(list ? { key: String(i) } : {}),
      ...extra,
    };
  });
}

/** A `null` caption is an empty one; its range is the word itself. */
function emptyAt(line: TextLine, node: JsonNode): JsonString {
  const start = line.start + node.offset;
  return {
    value: '',
    range: { start, end: start + node.length, line: line.number, column: node.offset },
  };
}

const ESCAPED_NON_ASCII = /\\u(?:00[89a-f]|0[1-9a-f]|[1-9a-f])/i;
const ONLY_ASCII = /^[\x00-\x7f]*$/;

/**
 * Replaces the inside of a JSON string. Where the file escapes what is not ASCII (Python's default),
 * so does the edit, and the file stays ASCII.
 */
export function editJsonString(
  text: string,
  range: { readonly start: number; readonly end: number },
  caption: string,
): TextEdit {
  const escaped = JSON.stringify(caption).slice(1, -1);
  const newText =
    ESCAPED_NON_ASCII.test(text) && ONLY_ASCII.test(text) ? escapeNonAscii(escaped) : escaped;
  const quoted = text[range.start - 1] === '"' && text[range.end] === '"';
  return { start: range.start, end: range.end, newText: quoted ? newText : `"${newText}"` };
}

function escapeNonAscii(text: string): string {
  return text.replace(
    /[^\0-\x7f]/g,
    (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

/**
 * A line like the last whole one: the same names for image and caption, its other values left out.
 * @param imageKeys names of the image, the one to prefer first
 * @returns undefined where no line could be a model.
 */
export function appendJsonLine(
  text: string,
  { image, caption }: { readonly image: string; readonly caption: string },
  imageKeys: readonly string[],
): TextEdit | undefined {
  for (const line of text.split(/\r?\n/).reverse()) {
    const row = objectIn(line);
    const imageKey = imageKeys.find((key) => typeof row?.[key] === 'string');
    const captionKey = row && captionColumn(Object.keys(row));
    if (imageKey === undefined || captionKey === undefined) continue;
    const value = Array.isArray(row?.[captionKey]) ? [caption] : caption;
    const spaced = /^\{\s*"(?:[^"\\]|\\.)*":\s/.test(line.trimStart());
    const fields = [
      [imageKey, image],
      [captionKey, value],
    ].map(([key, field]) => `${JSON.stringify(key)}:${spaced ? ' ' : ''}${JSON.stringify(field)}`);
    const json = `{${fields.join(spaced ? ', ' : ',')}}`;
    const ascii = ESCAPED_NON_ASCII.test(text) && ONLY_ASCII.test(text);
    return endOfText(text, ascii ? escapeNonAscii(json) : json);
  }
  return undefined;
}

/** Undefined for a line that cannot be read: it is no model for a new one. */
function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
