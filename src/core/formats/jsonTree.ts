import type { SourceRange } from '../dataset/dataset.ts';
import {
  JsonReader,
  type JsonFlaw,
  type JsonListener,
  type JsonPlace,
  type JsonScalar,
} from './jsonReader.ts';

/** A value of a JSON text and where it stands. */
export interface JsonNode {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  /** Of a scalar. */
  readonly value?: JsonScalar;
  /** The inside of a string; all of another scalar; the opening bracket of a list or object. */
  readonly range: SourceRange;
  /** Of a list. */
  readonly items?: JsonNode[];
  /** Of an object; of a name that is written twice the last value counts, as in every JSON reader. */
  readonly fields?: Map<string, JsonNode>;
}

/** The properties of an object. */
export type JsonFields = ReadonlyMap<string, JsonNode>;

/** Where in its file a text begins that is read by itself. */
export type TextStart = Pick<SourceRange, 'start' | 'line'>;

const FILE_START: TextStart = { start: 0, line: 0 };

/** Levels of a record that are kept: the deepest known is `data[0].messages[0].content[0].text`. What is below is left out. */
const KEPT_LEVELS = 7;

/**
 * Builds the tree of one value of a JSON text: of the whole text, or of one record of it. Levels are counted from the
 * outermost value of the text.
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
      line: this.#origin.line + line,
      column,
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
        line: this.#origin.line + place.line,
        column: place.column + quote,
      },
    });
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

/** The deepest names that a tree keeps. */
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

/** Reads a JSON text held whole. @param origin where it begins in its file. */
export function readJsonTree(
  text: string,
  origin?: TextStart,
): { readonly root: JsonNode | undefined; readonly flaw: JsonFlaw | undefined } {
  const tree = new WholeTree(origin);
  const reader = new JsonReader(tree, NAMED_LEVELS);
  const flaw = reader.write(text) ?? reader.end();
  return { root: tree.builder.root, flaw };
}

/** As much of a JSON text as its beginning says, to recognise it by; undefined where it does not begin as one. */
export function readJsonHead(head: string): JsonNode | undefined {
  const tree = new WholeTree();
  const flaw = new JsonReader(tree, NAMED_LEVELS).write(head);
  // A mistake in what was read makes the rest a guess, but what stood before it was there.
  const { root } = tree.builder;
  return flaw !== undefined && (root?.items?.length ?? root?.fields?.size ?? 0) === 0
    ? undefined
    : root;
}
