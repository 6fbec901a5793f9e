import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { SourceRange } from '../dataset/dataset.ts';
import type { TextLine } from '../text/lines.ts';
import type { FormatRow, RowProblem, TextEdit } from './captionFormat.ts';
import { type Sentence, sentence } from '../text/sentence.ts';

/** A string in a JSON text: its value and the raw characters between its quotes. */
export interface JsonString {
  readonly value: string;
  readonly range: SourceRange;
}

/** The properties of a JSON object on one line. */
export type JsonFields = ReadonlyMap<string, Node>;

const STRICT = { disallowComments: true, allowTrailingComma: false } as const;

/** Parses one line of a JSONL file to the properties of its object, or says what is wrong with it. */
export function parseJsonLine(line: TextLine, fileName: string): JsonFields | RowProblem {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(line.text, errors, STRICT);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return lineProblem(line, fileName, sentence('nests too deeply'));
  }
  const [first] = errors;
  if (first !== undefined) {
    const what = jsonErrorWords(printParseErrorCode(first.error));
    const wrong = sentence('is not valid JSON: {0} at column {1}', what, first.offset + 1);
    return lineProblem(line, fileName, wrong);
  }
  if (root?.type !== 'object') return lineProblem(line, fileName, sentence('holds no JSON object'));
  return propertiesOf(root);
}

/** The properties of an object node; of a repeated name the last counts, as in every JSON reader. */
export function propertiesOf(object: Node): JsonFields {
  const fields = new Map<string, Node>();
  for (const property of object.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) fields.set(String(key.value), value);
  }
  return fields;
}

/** The string at `node`, a node of the tree of `line`. */
export function stringIn(line: TextLine, node: Node): JsonString | undefined {
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

/** `EndOfFileExpected` -> `end of file expected`. */
export function jsonErrorWords(code: string): string {
  return code.replace(/(?<=[a-z])([A-Z])/g, ' $1').toLowerCase();
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
  node: Node,
  extra: { readonly split?: string } = {},
): FormatRow[] {
  const list = node.type === 'array';
  const values = list ? (node.children ?? []) : [node];
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
function emptyAt(line: TextLine, node: Node): JsonString {
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
