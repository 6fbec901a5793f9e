import type { SourceRange } from '../dataset/dataset.ts';
import { readLines, type TextLine } from '../text/lines.ts';
import { isImageName } from '../dataset/fileKinds.ts';
import type {
  CaptionFile,
  CaptionRow,
  FormatRow,
  NamedPicture,
  RowProblem,
  TextEdit,
} from './captionFormat.ts';
import { type JsonFields, type JsonNode, readJsonTree } from './jsonTree.ts';
import { LIMITS } from './limits.ts';
import { type Sentence, sentence } from '../text/sentence.ts';
import { endOfText } from './appendedRow.ts';
import { captionColumn } from './columnNames.ts';

/** Parses one line of a JSONL file to the properties of its object, or returns its problem. */
export function parseJsonLine(line: TextLine, fileName: string): JsonFields | RowProblem {
  if (line.tooLong !== undefined) return tooLong(line, fileName, line.tooLong);
  const { root, flaw } = readJsonTree(line.text, {
    start: line.start,
    line: line.number,
    isLine: true,
  });
  if (flaw !== undefined) {
    const wrong = sentence('is not valid JSON: {0} at column {1}', flaw.what, flaw.offset + 1);
    return lineProblem(line, fileName, wrong);
  }
  if (root?.fields === undefined)
    return lineProblem(line, fileName, sentence('holds no JSON object'));
  return root.fields;
}

/** The objects of a JSONL file; skips blank lines. */
export async function* readJsonLines(
  file: CaptionFile,
): AsyncGenerator<{ readonly line: TextLine; readonly fields: JsonFields } | RowProblem> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.text.trim() === '' && line.tooLong === undefined) continue;
    const fields = parseJsonLine(line, file.name);
    yield 'kind' in fields ? fields : { line, fields };
  }
}

/** The value of a string node; undefined for others. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' ? String(node.value) : undefined;
}

/** The problem of a line that exceeds the limit. */
export function tooLong(line: TextLine, fileName: string, characters: number): RowProblem {
  const what = sentence('has {0} characters; {1} are read', characters, LIMITS.rowCharacters);
  return {
    ...lineProblem(line, fileName, what),
    range: { ...lineRange(line), end: line.start + characters },
  };
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

/** Other properties of a record. */
export type RowFacts = Pick<CaptionRow, 'split' | 'companions'>;

/** Images under other keys than those of the image and caption, one or a list per key. */
export function companionsIn(
  fields: JsonFields,
  without: readonly (JsonNode | undefined)[],
): Pick<CaptionRow, 'companions'> {
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

/**
 * The captions at a node: one string, a list of strings, or a list of objects with a caption under a usual name.
 */
export function captionsAt(
  fileName: string,
  image: string,
  node: JsonNode,
  facts: RowFacts = {},
): FormatRow[] {
  // `"captions": {"short": "...", "long": "..."}`: one caption per name.
  const named = node.fields !== undefined && captionNode(node) === node ? textsOf(node.fields) : [];
  const list = node.type === 'array' || named.length > 0;
  const values = named.length > 0 ? named : (node.items ?? [node]);
  return values.map((value, i): FormatRow => {
    const text = captionNode(value);
    if (text.type !== 'string' && text.type !== 'null') return noText(fileName, image, text);
    return {
      kind: 'caption',
      image,
      // A `null` caption is an empty one; its range is the word itself.
      caption: textOf(text) ?? '',
      range: text.range,
      ...(list ? { key: String(i) } : {}),
      ...facts,
    };
  });
}

function textsOf(fields: JsonFields): JsonNode[] {
  const values = [...fields.values()];
  return values.every(({ type }) => type === 'string') ? values : [];
}

/** The text node of a caption, which may be an object with other properties. */
function captionNode(value: JsonNode): JsonNode {
  const { fields } = value;
  const column = fields && captionColumn([...fields.keys()]);
  return (column === undefined ? undefined : fields?.get(column)) ?? value;
}

function noText(fileName: string, image: string, { type, range }: JsonNode): RowProblem {
  const article = type === 'array' || type === 'object' ? 'an' : 'a';
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence(
      'Line {0} of {1} has {2} where the caption should be.',
      range.line + 1,
      fileName,
      `${article} ${type}`,
    ),
    remedy: sentence('Write the caption as text, in quotes.'),
    range,
    image,
  };
}

const ESCAPED_NON_ASCII = /\\u(?:00[89a-f]|0[1-9a-f]|[1-9a-f])/i;
const ONLY_ASCII = /^[\x00-\x7f]*$/;

/**
 * Replaces the inside of a JSON string. If the file escapes non-ASCII characters (Python's default), so does
 * the edit.
 */
export function editJsonString(
  text: string,
  range: { readonly start: number; readonly end: number },
  caption: string,
): TextEdit {
  const newText = jsonLike(text, JSON.stringify(caption).slice(1, -1));
  const quoted = text[range.start - 1] === '"' && text[range.end] === '"';
  return { start: range.start, end: range.end, newText: quoted ? newText : `"${newText}"` };
}

/** JSON in the style of a file: non-ASCII characters are escaped if the file escapes them. */
export function jsonLike(text: string, json: string): string {
  return ESCAPED_NON_ASCII.test(text) && ONLY_ASCII.test(text) ? escapeNonAscii(json) : json;
}

function escapeNonAscii(text: string): string {
  return text.replace(
    /[^\0-\x7f]/g,
    (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

/**
 * The edit that appends a line with the image and caption names of the last valid one, without other values.
 * @param imageKeys names of the image, the preferred one first
 * @returns undefined if no line can be used as template.
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
    return endOfText(text, jsonLike(text, json));
  }
  return undefined;
}

/** Undefined for an invalid line. */
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
