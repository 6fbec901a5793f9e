import { printParseErrorCode, visit, type JSONVisitor } from 'jsonc-parser';
import type { SourceRange } from '../dataset/dataset.ts';
import type { CaptionFile, RowProblem } from './captionFormat.ts';
import { jsonErrorWords } from './jsonRows.ts';
import { sentence } from '../text/sentence.ts';

export async function wholeText(file: CaptionFile): Promise<string> {
  const parts: string[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk);
  return parts.join('');
}

/** A value inside a JSON document: `range` spans the inside of a string, or the whole of another literal. */
export interface JsonLiteral {
  readonly value: unknown;
  readonly range: SourceRange;
}

/** What one entry of a list or map of a JSON document says, one level deep. */
export type JsonEntry = ReadonlyMap<string, JsonLiteral>;

/**
 * Walks a JSON document and hands out every object that sits two levels deep (`{"section": [ {...} ]}`,
 * `depth` 2) or one (`{"key": {...}}`, `depth` 1), with its literal properties. A visitor, not a tree: a
 * caption file of 100 MB is an ordinary COCO download.
 * @returns the first syntax error as a problem of the whole file, or undefined.
 */
export function visitEntries(
  text: string,
  fileName: string,
  depth: 1 | 2,
  onEntry: (section: string, entry: JsonEntry, at: SourceRange) => void,
): RowProblem | undefined {
  let level = 0;
  const names: string[] = [];
  let entry: Map<string, JsonLiteral> | undefined;
  let entryAt: SourceRange | undefined;
  let problem: RowProblem | undefined;
  const visitor: JSONVisitor = {
    onObjectBegin(start, length, line, column) {
      if (level === depth) {
        entry = new Map();
        entryAt = { start, end: start + length, line, column };
      }
      level++;
    },
    onObjectEnd() {
      level--;
      if (level !== depth || entry === undefined || entryAt === undefined) return;
      onEntry(names[1] ?? '', entry, entryAt);
      entry = undefined;
    },
    onArrayBegin() {
      level++;
    },
    onArrayEnd() {
      level--;
    },
    onObjectProperty(name) {
      names[level] = name;
    },
    onLiteralValue(value: unknown, offset, length, line, character) {
      if (entry === undefined || level !== depth + 1) return;
      const inner = typeof value === 'string' ? 1 : 0;
      const range = {
        start: offset + inner,
        end: offset + length - inner,
        line,
        column: character + inner,
      };
      entry.set(names[level] ?? '', { value, range });
    },
    onError(code, offset, length, line, column) {
      problem ??= {
        kind: 'problem',
        code: 'unreadable-caption',
        message: sentence(
          '{0} is not valid JSON: {1} at line {2}, column {3}.',
          fileName,
          jsonErrorWords(printParseErrorCode(code)),
          line + 1,
          column + 1,
        ),
        remedy: sentence('Correct the file there; nothing in it is read until it is valid.'),
        range: { start: offset, end: offset + length, line, column },
      };
    },
  };
  try {
    visit(text, visitor, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problem ??= {
      kind: 'problem',
      code: 'unreadable-caption',
      message: sentence('{0} nests too deeply to be read.', fileName),
      remedy: sentence('Check that it is a caption file.'),
    };
  }
  return problem;
}

/** The problem of an entry whose caption is no text. */
export function notText(fileName: string, literal: JsonLiteral, image?: string): RowProblem {
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence(
      'Line {0} of {1} has {2} where the caption should be.',
      literal.range.line + 1,
      fileName,
      `a ${typeof literal.value}`,
    ),
    remedy: sentence('Write the caption as text, in quotes.'),
    range: literal.range,
    ...(image === undefined ? {} : { image }),
  };
}
