import type { SourceRange } from '../dataset/dataset.ts';
import {
  JsonReader,
  type JsonFlaw,
  type JsonListener,
  type JsonPlace,
  type JsonScalar,
} from './jsonReader.ts';

/** A value of a JSON text with its range. */
export interface JsonNode {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  /** Of a scalar. */
  readonly value?: JsonScalar;
  /** The inside of a string; all of another scalar; the opening bracket of a list or object. */
  readonly range: SourceRange;
  /** Of a list. */
  readonly items?: JsonNode[];
  /** Of an object; of duplicate names the last value applies, as in JSON.parse. */
  readonly fields?: Map<string, JsonNode>;
}

/** The properties of an object. */
export type JsonFields = ReadonlyMap<string, JsonNode>;

/** Position in its file at which a text begins. */
export interface TextStart extends Pick<SourceRange, 'start' | 'line'> {
  /** Whether the text is one line of the file. */
  readonly isLine?: boolean;
}

const FILE_START: TextStart = { start: 0, line: 0 };

/** Levels of a record that are kept; the deepest known is Label Studio's `[0].annotations[0].result[0].value.text[0]`. */
const KEPT_LEVELS = 10;

/**
 * Builds the tree of one value of a JSON text: the whole text or one record. Levels are counted from the outermost value.
 */
export class TreeBuilder {
  readonly #origin: TextStart;
  readonly #level: number;
  readonly #open: JsonNode[] = [];
  #name = '';
  root: JsonNode | undefined;

  /** @param level of the value in the text. */
  constructor(level: number, origin: TextStart = FILE_START) {
    this.#level = level;
    this.#origin = origin;
  }

  begin(kind: 'object' | 'array', level: number, { offset, line, column }: JsonPlace): void {
    if (level - this.#level >= KEPT_LEVELS) return;
    const { start } = this.#origin;
    const range = {
      start: start + offset,
      end: start + offset + 1,
      ...this.#placed(line, column, offset),
    };
    const node: JsonNode =
      kind === 'object'
        ? { type: kind, range, fields: new Map() }
        : { type: kind, range, items: [] };
    this.#add(node);
    this.#open.push(node);
  }

  end(level: number): void {
    if (level - this.#level < KEPT_LEVELS) this.#open.pop();
  }

  name(name: string): void {
    this.#name = name;
  }

  wants(level: number): boolean {
    return level - this.#level <= KEPT_LEVELS;
  }

  scalar(value: JsonScalar, place: JsonPlace, length: number): void {
    const quote = typeof value === 'string' ? 1 : 0;
    const start = this.#origin.start + place.offset;
    this.#add({
      type: typeOf(value),
      value,
      range: {
        start: start + quote,
        end: start + length - quote,
        ...this.#placed(place.line, place.column + quote, place.offset + quote),
      },
    });
  }

  /** Line and column in the file: a carriage return by itself ends no line of a file that is read by lines. */
  #placed(line: number, column: number, offset: number): Pick<SourceRange, 'line' | 'column'> {
    return this.#origin.isLine === true
      ? { line: this.#origin.line, column: offset }
      : { line: this.#origin.line + line, column };
  }

  #add(node: JsonNode): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.root ??= node;
    else if (parent.fields !== undefined) parent.fields.set(this.#name, node);
    else parent.items?.push(node);
  }
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

/** Deepest level of names in a tree. */
export const NAMED_LEVELS = KEPT_LEVELS + 2;

class WholeTree implements JsonListener {
  readonly builder: TreeBuilder;

  constructor(origin?: TextStart) {
    this.builder = new TreeBuilder(0, origin);
  }

  wants(level: number): boolean {
    return this.builder.wants(level);
  }

  onBegin(kind: 'object' | 'array', level: number, place: JsonPlace): void {
    this.builder.begin(kind, level, place);
  }

  onEnd(level: number): void {
    this.builder.end(level);
  }

  onName(name: string): void {
    this.builder.name(name);
  }

  onScalar(value: JsonScalar, _level: number, place: JsonPlace, length: number): void {
    this.builder.scalar(value, place, length);
  }
}

/** Parses a JSON text in memory. @param origin its position in its file. */
export function readJsonTree(
  text: string,
  origin?: TextStart,
): { readonly root: JsonNode | undefined; readonly flaw: JsonFlaw | undefined } {
  const tree = new WholeTree(origin);
  const reader = new JsonReader(tree, NAMED_LEVELS);
  const flaw = reader.write(text) ?? reader.end();
  return { root: tree.builder.root, flaw };
}

/** Parses the beginning of a JSON text, for detection; undefined if it is not JSON. */
export function readJsonHead(head: string): JsonNode | undefined {
  const tree = new WholeTree();
  const flaw = new JsonReader(tree, NAMED_LEVELS).write(head);
  // The part before a syntax error is still valid for detection.
  const { root } = tree.builder;
  return flaw !== undefined && (root?.items?.length ?? root?.fields?.size ?? 0) === 0
    ? undefined
    : root;
}
