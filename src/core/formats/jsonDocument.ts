import type { SourceRange } from '../dataset/dataset.ts';
import type { CaptionFile, RowProblem } from './captionFormat.ts';
import {
  JsonReader,
  type JsonFlaw,
  type JsonListener,
  type JsonPlace,
  type JsonScalar,
} from './jsonReader.ts';
import { sentence } from '../text/sentence.ts';

/** A value inside a JSON document: `range` spans the inside of a string, or the whole of another literal. */
export interface JsonLiteral {
  readonly value: JsonScalar;
  readonly range: SourceRange;
}

/** The literal properties of an entry of a list or map. */
export type JsonEntry = ReadonlyMap<string, JsonLiteral>;

/**
 * Visits every object of a JSON document that is two levels deep (`{"section": [ {...} ]}`, `depth` 2) or one
 * (`{"key": {...}}`, `depth` 1), with its literal properties. The document is streamed: COCO files have 100 MB,
 * and memory is needed only for the captions.
 * @param wanted the properties to pass; others are skipped, regardless of their length.
 * @returns the first syntax error as a problem of the whole file, or undefined.
 */
export async function visitEntries(
  file: CaptionFile,
  depth: 1 | 2,
  wanted: ReadonlySet<string>,
  onEntry: (section: string, entry: JsonEntry, at: SourceRange) => void,
): Promise<RowProblem | undefined> {
  const reader = new JsonReader(new Entries(depth, wanted, onEntry), depth + 1);
  let flaw;
  for await (const chunk of file.chunks()) {
    flaw = reader.write(chunk);
    if (flaw !== undefined) break;
  }
  flaw ??= reader.end();
  return flaw === undefined ? undefined : invalidJson(file.name, flaw);
}

/** The problem of an invalid JSON document. */
export function invalidJson(
  fileName: string,
  { what, offset, line, column }: JsonFlaw,
): RowProblem {
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence(
      '{0} is not valid JSON: {1} at line {2}, column {3}.',
      fileName,
      what,
      line + 1,
      column + 1,
    ),
    remedy: sentence('Correct the file there; nothing in it is read until it is valid.'),
    range: { start: offset, end: offset, line, column },
  };
}

class Entries implements JsonListener {
  readonly #depth: number;
  readonly #wanted: ReadonlySet<string>;
  readonly #onEntry: (section: string, entry: JsonEntry, at: SourceRange) => void;
  /** The last name on each level. */
  readonly #names: string[] = [];
  #entry: Map<string, JsonLiteral> | undefined;
  #entryAt: SourceRange | undefined;

  constructor(
    depth: number,
    wanted: ReadonlySet<string>,
    onEntry: (section: string, entry: JsonEntry, at: SourceRange) => void,
  ) {
    this.#depth = depth;
    this.#wanted = wanted;
    this.#onEntry = onEntry;
  }

  wants(level: number): boolean {
    return (
      level === this.#depth + 1 &&
      this.#entry !== undefined &&
      this.#wanted.has(this.#names[level] ?? '')
    );
  }

  onBegin(kind: 'object' | 'array', level: number, { offset, line, column }: JsonPlace): void {
    if (level !== this.#depth || kind !== 'object') return;
    this.#entry = new Map();
    this.#entryAt = { start: offset, end: offset + 1, line, column };
  }

  onEnd(level: number): void {
    if (level !== this.#depth || this.#entry === undefined || this.#entryAt === undefined) return;
    this.#onEntry(this.#names[1] ?? '', this.#entry, this.#entryAt);
    this.#entry = undefined;
  }

  onName(name: string, level: number): void {
    this.#names[level] = name;
  }

  onScalar(value: JsonScalar, level: number, place: JsonPlace, length: number): void {
    const inner = typeof value === 'string' ? 1 : 0;
    const range = {
      start: place.offset + inner,
      end: place.offset + length - inner,
      line: place.line,
      column: place.column + inner,
    };
    this.#entry?.set(this.#names[level] ?? '', { value, range });
  }
}

/** The problem of an entry whose caption is not a text. */
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
