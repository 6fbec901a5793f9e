import type { Decision } from '../dataset/decisions.ts';
import { RULES } from '../audit/rules.ts';
import { sentence, type Sentence } from '../text/sentence.ts';
import {
  type Comparison,
  type Condition,
  QUANTITIES,
  type Quantity,
  type Query,
  type QueryFault,
  SORT_KEYS,
  type SortKey,
  type SortOrder,
} from './query.ts';
import type { LikeCondition, SelectionCondition } from './likes.ts';
import { matchesPattern } from './wildcards.ts';

/*
 * Grammar, with `OR` binding weaker than a space:
 *
 *   any     = all { ("OR" | "|") all }
 *   all     = { "sort:" key | unary }+
 *   unary   = ("-" | "NOT") unary | "(" any ")" | term
 *   term    = "~" (word | "phrase") | /regex/flags | "phrase" | field ":" value | quantity comparison number | "untagged" | word
 *
 * Written by hand: the Lucene-like parsers on npm have no comparison without a colon (`match<0.3`), and report an error
 * without its range or accept the text as words.
 */

/** Parses a query; an empty text selects every pair. */
export function parseQuery(
  text: string,
): { readonly query: Query } | { readonly fault: QueryFault } {
  try {
    return { query: new QueryParser(text).parse() };
  } catch (error) {
    if (error instanceof Faulty) return { fault: error.fault };
    throw error;
  }
}

/** Deeper nesting is refused, so that no text exhausts the stack. */
const DEEPEST = 100;

const FIELDS = ['tag', 'name', 'folder', 'split', 'rule'] as const;
/** What a decision is called in queries; `excluded` is its name in the file of decisions. */
const DECISIONS: ReadonlyMap<string, Decision | 'none'> = new Map([
  ['verified', 'verified'],
  ['ignored', 'excluded'],
  ['none', 'none'],
  ['excluded', 'excluded'],
]);
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, '%': 0.01, k: 1e3, m: 1e6, mp: 1e6 };

class Faulty extends Error {
  readonly fault: QueryFault;

  constructor(message: Sentence, start: number, end: number) {
    super(message.text);
    this.fault = { message, start, end };
  }
}

class QueryParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #sort: SortOrder | undefined;
  readonly #likes: LikeCondition[] = [];
  readonly #selections: SelectionCondition[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Query {
    this.#skipSpace();
    const condition = this.#at < this.#text.length ? this.#any() : undefined;
    if (this.#at < this.#text.length) {
      throw this.#fault(sentence('This bracket closes nothing.'), this.#at, this.#at + 1);
    }
    return { condition, sort: this.#sort, likes: this.#likes, selections: this.#selections };
  }

  /** Undefined if it holds an order only. */
  #any(): Condition | undefined {
    const of = [this.#all()];
    for (let or = this.#takeOr(); or !== undefined; or = this.#takeOr()) {
      if (of.at(-1) === undefined) throw this.#noCondition(or);
      const next = this.#all();
      if (next === undefined) throw this.#noCondition(or);
      of.push(next);
    }
    const [first] = of;
    return of.length === 1 ? first : { kind: 'any', of: of.filter((each) => each !== undefined) };
  }

  #noCondition({ start, end }: { readonly start: number; readonly end: number }): Faulty {
    return this.#fault(sentence('Write a condition on both sides of OR.'), start, end);
  }

  #all(): Condition | undefined {
    const of: Condition[] = [];
    while (this.#at < this.#text.length && this.#peek() !== ')' && !this.#isOr()) {
      if (this.#takeSort()) continue;
      of.push(this.#unary());
    }
    const [first] = of;
    return of.length < 2 ? first : { kind: 'all', of };
  }

  #unary(): Condition {
    const start = this.#at;
    if (++this.#depth > DEEPEST) {
      throw this.#fault(
        sentence('Brackets and minus signs are nested too deeply.'),
        start,
        start + 1,
      );
    }
    try {
      if (this.#takeNot()) {
        if (this.#at >= this.#text.length || this.#peek() === ')' || this.#isOr()) {
          throw this.#fault(
            sentence('Write what is not wanted behind the minus sign.'),
            start,
            this.#at,
          );
        }
        return { kind: 'not', of: this.#unary() };
      }
      if (this.#peek() === '(') return this.#bracket();
      return this.#term();
    } finally {
      this.#depth--;
    }
  }

  #bracket(): Condition {
    const start = this.#at;
    this.#at++;
    this.#skipSpace();
    const inside = this.#any();
    if (this.#peek() !== ')') {
      throw this.#fault(sentence('This bracket is not closed.'), start, start + 1);
    }
    this.#at++;
    if (inside === undefined) {
      throw this.#fault(sentence('There is nothing between the brackets.'), start, this.#at);
    }
    this.#skipSpace();
    return inside;
  }

  #term(): Condition {
    const start = this.#at;
    const first = this.#peek();
    if (first === '/') return this.#regex();
    if (first === '~' && this.#text.length > start + 1) {
      this.#at++;
      return this.#like('text', this.#value(start), start);
    }
    if (first === '"') return { kind: 'phrase', text: this.#quoted() };
    const field = /^([a-z]+)(:|[<>]=?|=)/iu.exec(this.#text.slice(start));
    if (field === null) {
      const text = this.#word();
      return text.toLowerCase() === 'untagged' ? { kind: 'untagged' } : { kind: 'word', text };
    }
    const [whole, name = '', operator = ''] = field;
    this.#at += whole.length;
    return operator === ':'
      ? this.#field(name.toLowerCase(), start)
      : this.#compare(name.toLowerCase(), operator as Comparison, start);
  }

  #field(name: string, start: number): Condition {
    const known = FIELDS.find((field) => field === name);
    if (known !== undefined) {
      const pattern = this.#value(start);
      if (known === 'rule') this.#checkRule(pattern, start);
      return { kind: known, pattern };
    }
    if (name === 'similar') return this.#like('image', this.#value(start), start);
    if (name === 'map') return this.#selection(this.#value(start), start);
    if (name === 'decision') {
      const said = this.#value(start);
      const decision = DECISIONS.get(said.toLowerCase());
      if (decision !== undefined) return { kind: 'decision', decision };
      throw this.#unknown(sentence('A decision is one of {0}.', 'verified, ignored, none'), start);
    }
    if (QUANTITIES.some((quantity) => quantity === name)) {
      throw this.#fault(
        sentence('Compare {0} with <, <=, >, >= or =, as in {0}<{1}.', name, exampleOf(name)),
        start,
        this.#at,
      );
    }
    if (name === 'sort') {
      throw this.#fault(
        sentence('The order cannot be negated or stand in brackets.'),
        start,
        this.#at,
      );
    }
    throw this.#fault(
      sentence(
        'There is no field {0}. Fields are {1}. Put text with a colon in quotes.',
        name,
        [...FIELDS, 'similar', 'decision', 'map', 'sort'].join(', '),
      ),
      start,
      this.#at,
    );
  }

  #like(to: LikeCondition['to'], value: string, start: number): LikeCondition {
    const like = { kind: 'like' as const, to, value, ...this.#rangeFrom(start) };
    this.#likes.push(like);
    return like;
  }

  #selection(value: string, start: number): SelectionCondition {
    const selection = { kind: 'selection' as const, value, ...this.#rangeFrom(start) };
    this.#selections.push(selection);
    return selection;
  }

  /** Range of the term that begins at `start` and was read. */
  #rangeFrom(start: number): { readonly start: number; readonly end: number } {
    return { start, end: this.#text.slice(0, this.#at).trimEnd().length };
  }

  #compare(name: string, comparison: Comparison, start: number): Condition {
    const quantity = QUANTITIES.find((each): each is Quantity => each === name);
    if (quantity === undefined) {
      throw this.#fault(
        sentence(
          '{0} cannot be compared. Numbers are {1}. Put text with such a sign in quotes.',
          name,
          QUANTITIES.join(', '),
        ),
        start,
        this.#at,
      );
    }
    const said = this.#at < this.#text.length && !/[\s)]/u.test(this.#peek()) ? this.#word() : '';
    const [, digits, unit = ''] = /^(\d+(?:\.\d*)?|\.\d+)(%|k|mp?)?$/iu.exec(said) ?? [];
    if (digits === undefined) {
      throw this.#unknown(
        sentence('Write a number behind {0}, as in {0}{1}.', name + comparison, exampleOf(name)),
        start,
      );
    }
    const value = Number(digits) * (MULTIPLES[unit.toLowerCase()] ?? 1);
    return { kind: 'compare', quantity, comparison, value };
  }

  #regex(): Condition {
    const start = this.#at;
    const [whole, source = '', flags = ''] =
      /^\/((?:[^/\\\n]|\\.)+)\/([a-z]*)/u.exec(this.#text.slice(start)) ?? [];
    if (whole === undefined) {
      throw this.#fault(
        sentence('This regular expression has no second slash. Put text with a slash in quotes.'),
        start,
        this.#text.length,
      );
    }
    const end = start + whole.length;
    this.#at = end;
    this.#skipSpace();
    const odd = /[^imsu]/u.exec(flags)?.[0];
    if (odd !== undefined) {
      throw this.#fault(
        sentence('A regular expression has no flag {0}; use i, m, s or u.', odd),
        start,
        end,
      );
    }
    try {
      return {
        kind: 'regex',
        pattern: new RegExp(source, flags.includes('u') ? flags : `${flags}u`),
      };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw this.#fault(sentence('This is no regular expression: {0}.', why), start, end);
    }
  }

  #takeSort(): boolean {
    const start = this.#at;
    const [whole] = /^sort:/iu.exec(this.#text.slice(start)) ?? [];
    if (whole === undefined || this.#depth > 0) return false;
    this.#at += whole.length;
    const said = this.#value(start).toLowerCase();
    const descending = said.startsWith('-');
    const key = SORT_KEYS.find((each): each is SortKey => each === said.slice(descending ? 1 : 0));
    if (key === undefined) {
      throw this.#unknown(sentence('Sort by one of {0}.', SORT_KEYS.join(', ')), start);
    }
    if (this.#sort !== undefined) throw this.#unknown(sentence('There is a second order.'), start);
    this.#sort = { key, descending };
    return true;
  }

  #checkRule(pattern: string, start: number): void {
    if ([...RULES.keys()].some((code) => matchesPattern(pattern, code))) return;
    throw this.#unknown(sentence('There is no rule {0}.', pattern), start);
  }

  /** The text behind `field:`. */
  #value(start: number): string {
    const end = this.#at >= this.#text.length || /[\s)]/u.test(this.#peek());
    const value = end ? '' : this.#peek() === '"' ? this.#quoted() : this.#word();
    if (value.trim() !== '') return value;
    throw this.#fault(sentence('Nothing follows the colon.'), start, this.#at);
  }

  #quoted(): string {
    const start = this.#at;
    const [whole, text = ''] = /^"((?:[^"\\]|\\.)*)"/su.exec(this.#text.slice(start)) ?? [];
    if (whole === undefined) {
      throw this.#fault(
        sentence('This quotation mark has no second one.'),
        start,
        this.#text.length,
      );
    }
    this.#at += whole.length;
    const said = text.replace(/\\(["\\])/gu, '$1');
    if (said.trim() === '') {
      throw this.#fault(sentence('There is nothing between the quotation marks.'), start, this.#at);
    }
    this.#skipSpace();
    return said;
  }

  /** Up to a space or a closing bracket that was not opened in it: `miku_(vocaloid)` is one word. */
  #word(): string {
    const start = this.#at;
    let open = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#peek();
      if (/\s/u.test(character)) break;
      if (character === '(') open++;
      if (character === ')' && open-- === 0) break;
    }
    const word = this.#text.slice(start, this.#at);
    this.#skipSpace();
    return word;
  }

  #takeNot(): boolean {
    const [whole] = /^(?:-(?=\S)|NOT(?=[\s(]|$)\s*|-$)/u.exec(this.#text.slice(this.#at)) ?? [];
    if (whole === undefined) return false;
    this.#at += whole.length;
    return true;
  }

  #isOr(): boolean {
    return OR.test(this.#text.slice(this.#at, this.#at + 3));
  }

  #takeOr(): { readonly start: number; readonly end: number } | undefined {
    if (!this.#isOr()) return undefined;
    const start = this.#at;
    this.#at += this.#peek() === '|' ? 1 : 2;
    const end = this.#at;
    this.#skipSpace();
    return { start, end };
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/u.test(this.#peek())) this.#at++;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #fault(message: Sentence, start: number, end: number): Faulty {
    return new Faulty(message, start, Math.max(end, Math.min(start + 1, this.#text.length)));
  }

  /** A fault of the term that begins at `start` and was read. */
  #unknown(message: Sentence, start: number): Faulty {
    return this.#fault(message, start, this.#rangeFrom(start).end);
  }
}

/** A number that the quantity may well be compared with. */
function exampleOf(quantity: string): string {
  switch (quantity) {
    case 'match':
      return '0.5';
    case 'tokens':
      return '75';
    case 'width':
    case 'height':
      return '512';
    case 'size':
      return '1MP';
    default:
      return '10';
  }
}

const OR = /^(?:OR(?=[\s()]|$)|\|)/u;
