import { LIMITS } from './limits.ts';

/** A syntax error of a JSON text: a phrase that follows "is not valid JSON:", and its position. */
export interface JsonFlaw {
  readonly what: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export type JsonScalar = string | number | boolean | null;

/** Start of a token: offset in the text, 0-based line and column, all in UTF-16 code units. */
export interface JsonPlace {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Callbacks for the tokens of a JSON text. `level` is the number of containers around a token: 0 for the outermost value,
 * 1 for the names and values in it.
 */
export interface JsonListener {
  /** Called before a scalar; false skips it, regardless of its length. */
  wants(level: number): boolean;
  onBegin(kind: 'object' | 'array', level: number, place: JsonPlace): void;
  onEnd(level: number): void;
  /** The name of the next value; called down to `deepestName`. */
  onName(name: string, level: number): void;
  /**
   * @param value for a string longer than the limit its beginning, one character longer than the limit.
   * @param place of its first character (for a string the quote).
   * @param length of the token, including quotes.
   */
  onScalar(value: JsonScalar, level: number, place: JsonPlace, length: number): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
const CR = 0x0d;
/** Raw characters of a string that are kept: one more than the caption limit, each as an escape of six characters. */
const KEPT_RAW = 6 * (LIMITS.captionCharacters + 1);
/** Longest number or keyword. */
const LONGEST_SCALAR = 1000;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const ESCAPES = '"\\/bfnrtu';

/** Expected token. `first-value` and `first-name` may also be the end of the list or object. */
type Expect =
  | 'value'
  | 'first-value'
  | 'first-name'
  | 'name'
  | 'colon'
  | 'comma'
  | 'end'
  | 'in-name'
  | 'in-string'
  | 'in-scalar';

/**
 * Streaming reader of strict JSON (RFC 8259), without recursion. Memory use: a byte for each open container and the
 * current string, up to its limit.
 */
export class JsonReader {
  readonly #listener: JsonListener;
  readonly #deepestName: number;
  /** For each open container whether it is an object. */
  readonly #open: boolean[] = [];
  #expect: Expect = 'value';
  /** Offset of the chunk in the whole text. */
  #base = 0;
  #line = 0;
  /** Offset of the first character of the line. */
  #lineStart = 0;
  #afterReturn = false;
  #token: JsonPlace = { offset: 0, line: 0, column: 0 };
  /** The beginning of a token that continues in the next chunk. */
  #kept = '';
  #wanted = false;
  #hasEscapes = false;
  /** 0 outside of an escape, -1 after a backslash, else the number of remaining hexadecimal digits. */
  #escape = 0;
  #flaw: JsonFlaw | undefined;

  /** @param deepestName names below this level are not reported. */
  constructor(listener: JsonListener, deepestName: number) {
    this.#listener = listener;
    this.#deepestName = deepestName;
  }

  /** Reads a chunk. @returns the first syntax error; the text after it is not read. */
  write(text: string): JsonFlaw | undefined {
    let at = 0;
    while (at < text.length && !this.#failed()) {
      switch (this.#expect) {
        case 'in-name':
        case 'in-string':
          at = this.#string(text, at);
          break;
        case 'in-scalar':
          at = this.#scalar(text, at);
          break;
        default:
          at = this.#between(text, at);
      }
    }
    this.#base += text.length;
    return this.#flaw;
  }

  /** Must be called after the last chunk. @returns the syntax error, if any. */
  end(): JsonFlaw | undefined {
    if (this.#flaw !== undefined) return this.#flaw;
    if (this.#expect === 'in-scalar') this.#endScalar('', this.#base);
    if (this.#failed() || this.#expect === 'end') return this.#flaw;
    const what = (): string => {
      if (this.#expect === 'in-name' || this.#expect === 'in-string') {
        return 'unexpected end of string';
      }
      if (this.#expect === 'colon') return 'colon expected';
      if (this.#expect === 'value') return 'value expected';
      if (this.#expect === 'name') return 'property name expected';
      return this.#open.at(-1) === true ? 'close brace expected' : 'close bracket expected';
    };
    return this.#fail(what(), this.#base);
  }

  /** Skips white space and reads one token or the beginning of one. */
  #between(text: string, from: number): number {
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 || code === 0x09) this.#afterReturn = false;
      else if (code === LF || code === CR) this.#lineEnd(code, at);
      else break;
    }
    if (at >= text.length) return at;
    this.#afterReturn = false;
    const code = text.charCodeAt(at);
    switch (this.#expect) {
      case 'first-name':
      case 'name':
        if (code === QUOTE) this.#begin('in-name', at);
        else if (code === 0x7d && this.#expect === 'first-name') this.#close(true, at);
        else this.#fail('property name expected', this.#base + at);
        return at + 1;
      case 'colon':
        if (code === 0x3a) this.#expect = 'value';
        else this.#fail('colon expected', this.#base + at);
        return at + 1;
      case 'comma':
        if (code === 0x2c) this.#expect = this.#open.at(-1) === true ? 'name' : 'value';
        else if (code === 0x7d || code === 0x5d) this.#close(code === 0x7d, at);
        else this.#fail('comma expected', this.#base + at);
        return at + 1;
      case 'end':
        this.#fail('end of file expected', this.#base + at);
        return at;
      default:
        return this.#value(code, at);
    }
  }

  #value(code: number, at: number): number {
    if (code === QUOTE) {
      this.#begin('in-string', at);
      return at + 1;
    }
    if (code === 0x7b || code === 0x5b) {
      const isObject = code === 0x7b;
      if (this.#open.length >= LIMITS.jsonDepth) {
        this.#fail(`more than ${LIMITS.jsonDepth} lists or objects in each other`, this.#base + at);
        return at;
      }
      this.#listener.onBegin(isObject ? 'object' : 'array', this.#open.length, this.#place(at));
      this.#open.push(isObject);
      this.#expect = isObject ? 'first-name' : 'first-value';
      return at + 1;
    }
    if (code === 0x5d && this.#expect === 'first-value') {
      this.#close(false, at);
      return at + 1;
    }
    if (code === 0x2c || code === 0x3a || code === 0x7d || code === 0x5d) {
      this.#fail('value expected', this.#base + at);
      return at;
    }
    this.#begin('in-scalar', at);
    return at;
  }

  #begin(expect: Expect, at: number): void {
    const level = this.#open.length;
    this.#expect = expect;
    this.#token = this.#place(at);
    this.#kept = '';
    this.#hasEscapes = false;
    this.#escape = 0;
    this.#wanted = expect === 'in-name' ? level <= this.#deepestName : this.#listener.wants(level);
  }

  #string(text: string, from: number): number {
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#escape !== 0) {
        if (!this.#escaped(code, at)) return at;
      } else if (code === QUOTE) break;
      else if (code === BACKSLASH) {
        this.#escape = -1;
        this.#hasEscapes = true;
      } else if (code < 0x20) {
        const broken = code === LF || code === CR;
        this.#fail(broken ? 'unexpected end of string' : 'invalid character', this.#base + at);
        return at;
      }
    }
    this.#keep(text, from, at);
    if (at >= text.length) return at;
    this.#endString(this.#base + at + 1);
    return at + 1;
  }

  /** Reads one character of an escape. */
  #escaped(code: number, at: number): boolean {
    if (this.#escape === -1) {
      const known = ESCAPES.includes(String.fromCharCode(code));
      if (!known) this.#fail('invalid escape character', this.#base + at);
      this.#escape = code === 0x75 ? 4 : 0;
      return known;
    }
    const hexadecimal =
      (code >= 0x30 && code <= 0x39) ||
      (code >= 0x41 && code <= 0x46) ||
      (code >= 0x61 && code <= 0x66);
    if (!hexadecimal) this.#fail('invalid unicode', this.#base + at);
    this.#escape--;
    return hexadecimal;
  }

  #keep(text: string, from: number, to: number): void {
    if (!this.#wanted || this.#kept.length > KEPT_RAW) return;
    this.#kept += text.slice(from, Math.min(to, from + KEPT_RAW + 1 - this.#kept.length));
  }

  #endString(end: number): void {
    const level = this.#open.length;
    const isName = this.#expect === 'in-name';
    if (this.#wanted) {
      const most = (isName ? LIMITS.nameCharacters : LIMITS.captionCharacters) + 1;
      const whole = this.#hasEscapes ? unescaped(this.#kept) : this.#kept;
      const value = whole.length > most ? whole.slice(0, most) : whole;
      if (isName) this.#listener.onName(value, level);
      else this.#listener.onScalar(value, level, this.#token, end - this.#token.offset);
    }
    this.#kept = '';
    if (isName) this.#expect = 'colon';
    else this.#afterValue();
  }

  #scalar(text: string, from: number): number {
    let at = from;
    while (at < text.length && !endsScalar(text.charCodeAt(at))) at++;
    const piece = text.slice(from, at);
    if (this.#kept.length + piece.length > LONGEST_SCALAR) {
      this.#fail('invalid symbol', this.#token.offset);
      return at;
    }
    if (at < text.length) this.#endScalar(piece, this.#base + at);
    else this.#kept += piece;
    return at;
  }

  #endScalar(piece: string, end: number): void {
    const raw = this.#kept + piece;
    const value = scalarOf(raw);
    if (value === undefined) {
      this.#fail('invalid symbol', this.#token.offset);
      return;
    }
    if (this.#wanted) {
      const { offset } = this.#token;
      this.#listener.onScalar(value, this.#open.length, this.#token, end - offset);
    }
    this.#kept = '';
    this.#afterValue();
  }

  #close(isObject: boolean, at: number): void {
    if (this.#open.at(-1) !== isObject) {
      this.#fail('comma expected', this.#base + at);
      return;
    }
    this.#open.pop();
    this.#listener.onEnd(this.#open.length);
    this.#afterValue();
  }

  #afterValue(): void {
    this.#expect = this.#open.length === 0 ? 'end' : 'comma';
  }

  #lineEnd(code: number, at: number): void {
    if (code === LF && this.#afterReturn) this.#line--;
    this.#line++;
    this.#lineStart = this.#base + at + 1;
    this.#afterReturn = code === CR;
  }

  #place(at: number): JsonPlace {
    const offset = this.#base + at;
    return { offset, line: this.#line, column: offset - this.#lineStart };
  }

  #failed(): boolean {
    return this.#flaw !== undefined;
  }

  #fail(what: string, offset: number): JsonFlaw {
    this.#flaw ??= { what, offset, line: this.#line, column: offset - this.#lineStart };
    return this.#flaw;
  }
}

/** @param raw the inside of a valid string, or its beginning, which may end within an escape. */
function unescaped(raw: string): string {
  const longestEscape = 6;
  for (let cut = 0; cut < longestEscape; cut++) {
    try {
      return String(JSON.parse(`"${raw.slice(0, raw.length - cut)}"`));
    } catch {
      // One character less.
    }
  }
  return raw;
}

function endsScalar(code: number): boolean {
  return (
    code === 0x2c ||
    code === 0x7d ||
    code === 0x5d ||
    code === 0x20 ||
    code === LF ||
    code === CR ||
    code === 0x09 ||
    code === 0x3a ||
    code === QUOTE ||
    code === 0x7b ||
    code === 0x5b
  );
}

function scalarOf(raw: string): JsonScalar | undefined {
  if (raw === 'null') return null;
  if (raw === 'true') return true;
  if (raw === 'false') return false;
  return NUMBER.test(raw) ? Number(raw) : undefined;
}
