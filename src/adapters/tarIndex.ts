import { type CancelSignal, throwIfCancelled } from '../core/cancellation.ts';
import type { OpenFile } from '../core/ports.ts';

/*
 * The members of a tar archive, from its headers: POSIX ustar with pax headers, and GNU tar with long names.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

const BLOCK = 512;
/** Read at once: one read covers the headers of several small members. */
const WINDOW = 64 * 1024;
/** Longest pax header or long name that is read. */
const LONGEST_HEADER = 2 ** 20;
/** Members between two looks at the signal. */
const MEMBERS_PER_TURN = 1000;

/** A mark at the beginning of a name belongs to the name. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a member in its archive. */
export interface TarMember {
  readonly start: number;
  readonly bytes: number;
}

export type TarFlaw =
  /** `member`: the last one, which is incomplete; undefined if its header is. */
  | { readonly kind: 'cut-off'; readonly member: string | undefined }
  /** It ends behind a member, without the zeros that mark the end. */
  | { readonly kind: 'no-end' }
  /** A header at `offset` has a wrong checksum or size. */
  | { readonly kind: 'damaged'; readonly offset: number };

export interface TarIndex {
  /** Regular files by name, in the order of the archive; the first of several with one name. */
  readonly members: ReadonlyMap<string, TarMember>;
  /** Why members behind the last one are missing. */
  readonly flaw?: TarFlaw;
  /** A name that several members have. */
  readonly repeated?: string;
}

/**
 * Reads the headers of an archive.
 * @throws PairLensError `unreadable-file`, `cancelled`.
 */
export async function indexTar(file: OpenFile, signal?: CancelSignal): Promise<TarIndex> {
  const reader = new TarReader(file);
  let turn = 0;
  while (await reader.next()) {
    if (++turn % MEMBERS_PER_TURN === 0) throwIfCancelled(signal);
  }
  const { members, flaw, repeated } = reader;
  return { members, ...(flaw && { flaw }), ...(repeated !== undefined && { repeated }) };
}

/** Values of pax and GNU headers for the next member. */
interface Extended {
  path?: string;
  linkpath?: string;
  size?: number;
}

class TarReader {
  readonly members = new Map<string, TarMember>();
  flaw: TarFlaw | undefined;
  repeated: string | undefined;
  readonly #file: OpenFile;
  #offset = 0;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;
  #extended: Extended = {};
  /** Values of global pax headers, for all members behind. */
  #global: Extended = {};

  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** Reads the next header. @returns whether there may be more. */
  async next(): Promise<boolean> {
    const header = await this.#bytes(this.#offset, BLOCK);
    if (header.length === 0) return this.#end({ kind: 'no-end' });
    if (header.every((byte) => byte === 0)) return false;
    if (header.length < BLOCK) return this.#end({ kind: 'cut-off', member: undefined });
    const size = hasValidChecksum(header) ? numberAt(header, 124, 12) : undefined;
    if (size === undefined) return this.#end({ kind: 'damaged', offset: this.#offset });
    const type = String.fromCharCode(header[156] ?? 0);
    const start = this.#offset + BLOCK;
    return isExtension(type)
      ? await this.#extension(type, start, size)
      : this.#member(header, type, start, size);
  }

  /** A header about the next member, or about all behind it. */
  async #extension(type: string, start: number, size: number): Promise<boolean> {
    if (size > LONGEST_HEADER) return this.#end({ kind: 'damaged', offset: this.#offset });
    const data = await this.#bytes(start, size);
    if (data.length < size) return this.#end({ kind: 'cut-off', member: undefined });
    if (type === 'L') this.#extended.path = textOf(data);
    else if (type === 'K') this.#extended.linkpath = textOf(data);
    else if (type === 'g') this.#global = { ...this.#global, ...paxValues(data) };
    else this.#extended = { ...this.#extended, ...paxValues(data) };
    this.#offset = start + padded(size);
    return true;
  }

  #member(header: Uint8Array, type: string, start: number, written: number): boolean {
    const facts = { ...this.#global, ...this.#extended };
    this.#extended = {};
    const name = memberName(facts.path ?? nameIn(header));
    const holdsBytes = !/[1-6]/.test(type);
    const bytes = holdsBytes ? (facts.size ?? written) : 0;
    if (start + bytes > this.#file.bytes) return this.#end({ kind: 'cut-off', member: name });
    this.#offset = start + padded(bytes);
    if (name === undefined) return true;
    if (isFile(type)) this.#add(name, { start, bytes });
    else if (type === '1') this.#addLink(name, facts.linkpath ?? textOf(header.subarray(157, 257)));
    return true;
  }

  /** A hard link is another name of a member before it. */
  #addLink(name: string, target: string): void {
    const known = this.members.get(memberName(target) ?? '');
    if (known !== undefined) this.#add(name, known);
  }

  #add(name: string, member: TarMember): void {
    if (this.members.has(name)) this.repeated ??= name;
    else this.members.set(name, member);
  }

  #end(flaw: TarFlaw): false {
    this.flaw = flaw;
    return false;
  }

  async #bytes(start: number, length: number): Promise<Uint8Array> {
    const at = start - this.#windowStart;
    if (at < 0 || at + length > this.#window.length) {
      this.#window = await this.#file.read(start, Math.max(length, WINDOW));
      this.#windowStart = start;
    }
    const from = start - this.#windowStart;
    return this.#window.subarray(from, from + length);
  }
}

/** Whether a member's bytes are a file's: regular, contiguous. */
function isFile(type: string): boolean {
  return type === '0' || type === '\0' || type === '7';
}

function isExtension(type: string): boolean {
  return type === 'L' || type === 'K' || type === 'x' || type === 'g';
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Some writers add the bytes as signed numbers. */
function hasValidChecksum(header: Uint8Array): boolean {
  const written = numberAt(header, 148, 8);
  let unsigned = 0;
  let signed = 0;
  header.forEach((byte, i) => {
    const value = i >= 148 && i < 156 ? 32 : byte;
    unsigned += value;
    signed += value < 128 ? value : value - 256;
  });
  return written === unsigned || written === signed;
}

/** An octal number, or a binary one of GNU tar; undefined if it is neither. */
function numberAt(header: Uint8Array, start: number, length: number): number | undefined {
  const first = header[start] ?? 0;
  if (first >= 0x80) {
    if (first !== 0x80) return undefined; // negative
    const value = header
      .subarray(start + 1, start + length)
      .reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = textOf(header.subarray(start, start + length)).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
}

/** The text up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return DECODER.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The name of a ustar header with its prefix, which GNU tar uses for other data. */
function nameIn(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  const isUstar = textOf(header.subarray(257, 265)).startsWith('ustar') && header[262] === 0;
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `./a//b` as `a/b`; undefined for a name that leads out of the archive or is none. */
function memberName(written: string): string | undefined {
  const parts = written.split('/').filter((part) => part !== '' && part !== '.');
  // The oldest tars mark a folder by its last slash only.
  if (parts.length === 0 || parts.includes('..') || written.endsWith('/')) return undefined;
  return parts.join('/');
}

/** `path`, `linkpath` and `size` of a pax header: records of `LENGTH KEY=VALUE\n`, the length in bytes. */
function paxValues(data: Uint8Array): Extended {
  const values: Extended = {};
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(textOf(data.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at) break;
    const record = DECODER.decode(data.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path' || key === 'linkpath') values[key] = value;
    else if (key === 'size' && /^\d+$/.test(value)) values.size = Number(value);
    at += length;
  }
  return values;
}
