import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientCapabilities, Diagnostic } from 'vscode-languageserver/node';
import { textHash } from '../../../src/protocol/textHash.ts';
import { scenes } from '../../support/liveMemory.ts';
import {
  applied,
  pairsOf,
  placeAt,
  rowsIn,
  TABLE_NAME,
  type ExpectedPair,
  type Format,
  type Place,
  type PlacedEdit,
  type Row,
} from './captionOracle.ts';
import {
  bytesOf,
  ENCODINGS,
  fitting,
  holdsSeveral,
  tableText,
  type Encoding,
} from './captionTables.ts';
import { fileOf, InProcessServer, uriOf } from './inProcessServer.ts';
import type { SeededRandom } from './trials.ts';

/** What the pictures of the datasets show. */
export const SHOWN = scenes(40);

/** Problems of the files; what is judged may differ by what a server has learnt from earlier texts. */
const FACTS = /^(missing|empty|unreadable|wrong|ambiguous|outside)/;
const WILD = [
  'naïve café über 狗在雪地里', 'a dog 🐕‍🦺 & "cat" \\ back/slash', 'it\'s 5" tall, really', '=cmd|calc !A0', 'a, b; c | d',
  'line one\nline two, more', 'para one\n\npara two', 'x'.repeat(300), '𝔘𝔫𝔦 👩‍👩‍👧', 'RTL \u202eabc\u202c', 'U+2028\u2028sep', 'back \\',
]; // prettier-ignore

const VERSIONED: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'] },
  },
};
/** As VS Code, which asks for the edit of a quick fix when it is picked. */
const RESOLVING: ClientCapabilities = {
  ...VERSIONED,
  textDocument: { codeAction: { dataSupport: true, resolveSupport: { properties: ['edit'] } } },
};
/** A client that neither watches files nor sends or checks versions. */
const PLAIN: ClientCapabilities = { workspace: { configuration: true } };

export type Placed = Row & { readonly file: string };

/**
 * An editor with a dataset on its disk and a language server behind it. What the server should know is told by an
 * independent reader.
 */
export class Editor {
  readonly folder: string;
  readonly random: SeededRandom;
  readonly format: Format;
  readonly #encoding: Encoding;
  readonly #capabilities: ClientCapabilities;
  readonly disk = new Map<string, string>();
  readonly documents = new Map<string, string>();
  readonly versions = new Map<string, number>();
  readonly #server: InProcessServer[] = [];
  readonly history: string[] = [];
  /** Edits that were applied, by kind. */
  readonly applied = new Map<string, number>();

  constructor(folder: string, random: SeededRandom, format: Format) {
    this.folder = folder;
    this.random = random;
    this.format = format;
    this.#encoding = random.pick(ENCODINGS);
    this.#capabilities = random.pick([PLAIN, VERSIONED, RESOLVING, RESOLVING]);
    mkdirSync(folder);
    const images = Array.from({ length: 4 + random.int(5) }, (_, i) =>
      random.pick([`p${i}.jpg`, `p ${i}.jpg`, `ü${i}.jpg`]),
    );
    for (const image of images) writeFileSync(path.join(folder, image), random.pick(SHOWN));
    if (this.isSidecar) {
      for (const image of images) {
        this.write(
          this.fileFor(image),
          this.captionsFor(image).join('\n') + random.pick(['', '\n', '\r\n']),
        );
      }
    } else {
      const captioned = random.int(3) === 0 ? images.slice(1) : images;
      this.write(this.fileFor(''), this.table(captioned));
    }
    this.history.push(`${format} ${this.#encoding} ${this.#capabilities === PLAIN ? 'plain' : ''}`);
  }

  get now(): InProcessServer {
    return this.#server.at(-1)!;
  }

  get isSidecar(): boolean {
    return this.format.startsWith('sidecar');
  }

  fileFor(image: string): string {
    const name = TABLE_NAME[this.format] ?? image.replace(/\.jpg$/, '.txt');
    return path.join(this.folder, name);
  }

  caption(): string {
    const { random } = this;
    return fitting(this.format, random.int(3) > 0 ? random.pick(SHOWN) : random.pick(WILD)) || 'x';
  }

  captionsFor(image: string): readonly string[] {
    const shown = fitting(this.format, readFileSync(path.join(this.folder, image), 'utf8'));
    const more = holdsSeveral(this.format) ? this.random.int(3) : 0;
    return [...new Set([shown, ...Array.from({ length: more }, () => this.caption())])];
  }

  table(images: readonly string[]): string {
    const captions = new Map(images.map((image) => [image, this.captionsFor(image)]));
    return tableText(this.format, captions, this.random);
  }

  images(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.jpg'))
      .sort();
  }

  write(file: string, text: string, encoding = this.#encoding): void {
    this.disk.set(file, text);
    writeFileSync(file, bytesOf(text, encoding));
  }

  textOf(file: string): string | undefined {
    return this.disk.has(file) ? (this.documents.get(file) ?? this.disk.get(file)) : undefined;
  }

  /** Caption files of images that are there. */
  captionFiles(): string[] {
    const files = this.images().map((image) => this.fileFor(image));
    return [...new Set(files)].filter((file) => this.disk.has(file));
  }

  rows(): Placed[] {
    const read = (file: string, image = ''): Placed[] => {
      const text = this.textOf(file);
      if (text === undefined) return [];
      return rowsIn(this.format, text, image).map((row) => ({ ...row, file }));
    };
    if (!this.isSidecar) return read(this.fileFor(''));
    return this.images().flatMap((image) => read(this.fileFor(image), image));
  }

  pairs(): ExpectedPair[] {
    return [...pairsOf(this.format, this.rows(), this.images()).values()].flat();
  }

  start(): Promise<InProcessServer> {
    const captionsPerFile = { sidecar: 'whole', 'sidecar-lines': 'lines' }[this.format as string];
    const settings = { captionsPerFile: captionsPerFile ?? 'auto' };
    return InProcessServer.start(this.folder, settings, this.#capabilities);
  }

  async agrees(when: string): Promise<void> {
    await this.now.idle();
    const expected = new Map(this.images().map((image) => [image, [] as unknown[]]));
    for (const { image, caption, file, start, end } of this.pairs()) {
      const text = this.textOf(file)!;
      const range = { start: placeAt(text, start), end: placeAt(text, end) };
      expected.get(image)?.push({ caption, range });
    }
    const known = new Map<string, unknown[]>();
    for (const image of expected.keys()) {
      const uri = uriOf(path.join(this.folder, image));
      const { items } = await this.now.request('pairsOfImage', { uri });
      known.set(
        image,
        items.map(({ caption, range }) => ({ caption, range })),
      );
    }
    assert.deepEqual(known, expected, `pairs and places: ${when}`);
  }

  async problemsAreThoseOfAFreshServer(when: string): Promise<void> {
    await this.now.request('audit', {});
    await this.now.idle();
    const fresh = await this.start();
    for (const [file, text] of this.documents) await open(fresh, file, text, 1);
    await fresh.idle();
    assert.deepEqual(facts(this.now), facts(fresh), `problems: ${when}`);
    const mistakes = this.now.logs.filter((message) => message.includes('mistake'));
    assert.deepEqual(mistakes, []);
    await fresh.stop();
  }

  async open(file: string): Promise<string> {
    const known = this.documents.get(file);
    if (known !== undefined) return known;
    const text = this.disk.get(file)!;
    this.documents.set(file, text);
    this.versions.set(file, 1);
    await open(this.now, file, text, 1);
    return text;
  }

  async change(file: string, edits: readonly PlacedEdit[] | string): Promise<void> {
    const version = this.versions.get(file)! + 1;
    const before = this.documents.get(file)!;
    const changes =
      typeof edits === 'string'
        ? [{ text: edits }]
        : [...edits]
            .sort((a, b) => later(b.range.start, a.range.start))
            .map(({ range, newText }) => ({ range, text: newText }));
    this.versions.set(file, version);
    this.documents.set(file, typeof edits === 'string' ? edits : applied(before, edits));
    await this.now.notify('textDocument/didChange', {
      textDocument: { uri: uriOf(file), version },
      contentChanges: changes,
    });
  }

  /** Replaces a part of an open document; CR and LF are never parted. */
  splice(file: string, start: number, end: number, newText: string): Promise<void> {
    const text = this.documents.get(file)!;
    const whole = (at: number) => (text[at - 1] === '\r' && text[at] === '\n' ? at - 1 : at);
    const range = { start: placeAt(text, whole(start)), end: placeAt(text, whole(end)) };
    return this.change(file, [{ range, newText }]);
  }

  async save(file: string): Promise<void> {
    this.write(file, this.documents.get(file)!);
    await this.now.notify('textDocument/didSave', { textDocument: { uri: uriOf(file) } });
    if (this.random.int(2) === 0) await this.told([[file, 2]]);
  }

  async close(file: string): Promise<void> {
    if (this.random.int(2) === 0) await this.save(file);
    this.documents.delete(file);
    await this.now.notify('textDocument/didClose', { textDocument: { uri: uriOf(file) } });
  }

  told(changes: readonly (readonly [string, 1 | 2 | 3])[]): Promise<void> {
    return this.now.notify('workspace/didChangeWatchedFiles', {
      changes: changes.map(([file, type]) => ({ uri: uriOf(file), type })),
    });
  }

  /** Starts a server that is told nothing yet of open documents; it is the one that is talked to from now on. */
  async startServer(): Promise<void> {
    this.#server.push(await this.start());
  }

  async restart(): Promise<void> {
    const before = this.now;
    await this.startServer();
    for (const [file, text] of this.documents) {
      await open(this.now, file, text, this.versions.get(file)!);
    }
    await before.stop();
  }

  /** Applies an edit to what the editor shows, or the disk holds, and sees that it changed what it was to change only. */
  async apply(
    edit: Edit | undefined,
    what: string,
    check: (gone: readonly Placed[], come: readonly Placed[]) => void,
  ): Promise<boolean> {
    if (edit === undefined) return false;
    this.applied.set(what, (this.applied.get(what) ?? 0) + 1);
    const before = this.rows();
    const texts = new Map(
      [...this.disk.keys()].map((file): [string, string] => [file, this.textOf(file) ?? '']),
    );
    for (const uri of edit.create) {
      const file = fileOf(uri);
      if (existsSync(file)) continue;
      this.write(file, '', 'utf-8');
      await this.told([[file, 1]]);
    }
    for (const { uri, version, textHash: hash, edits } of edit.documents) {
      const file = fileOf(uri);
      const text = this.textOf(file);
      assert.ok(text !== undefined, `${what}: an edit of a file that is not there`);
      if (hash !== undefined) assert.equal(hash, await textHash(text), `${what}: for another text`);
      if (this.documents.has(file)) {
        if (version !== undefined)
          assert.equal(version, this.versions.get(file), `${what}: version`);
        await this.change(file, edits);
        if (this.random.int(2) === 0) await this.save(file);
      } else {
        this.write(file, applied(text, edits));
        await this.told([[file, 2]]);
      }
    }
    const rows = this.rows();
    check(without(before, rows), without(rows, before));
    for (const { uri } of edit.documents) {
      const file = fileOf(uri);
      const [was, is] = [
        frame(texts.get(file) ?? '', before, file),
        frame(this.textOf(file) ?? '', rows, file),
      ];
      // A row that is added stands behind all that was there.
      const kept =
        what === 'create' || what === 'quick fix' ? is.startsWith(was.trimEnd()) : is === was;
      assert.ok(kept, `${what}: text outside of captions changed: ${JSON.stringify([was, is])}`);
    }
    return true;
  }
}

/** An edit that the server made. */
export interface Edit {
  readonly create: readonly string[];
  readonly documents: readonly {
    readonly uri: string;
    readonly version?: number | null;
    readonly textHash?: string;
    readonly edits: readonly PlacedEdit[];
  }[];
}

/** The text without its captions and the quotes that may have come with them. */
function frame(text: string, rows: readonly Placed[], file: string): string {
  let at = 0;
  let rest = '';
  for (const row of rows.filter((each) => each.file === file).sort((a, b) => a.start - b.start)) {
    rest += text.slice(at, row.start);
    at = row.end;
  }
  return (rest + text.slice(at)).replaceAll('"', '').replaceAll('null', '');
}

function without(rows: readonly Placed[], others: readonly Placed[]): Placed[] {
  const nameOf = ({ image, key, caption }: Row) => JSON.stringify([image, key, caption]);
  const left = others.map(nameOf);
  return rows.filter((row) => {
    const at = left.indexOf(nameOf(row));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** For sorting places, the later one first. */
function later(a: Place, b: Place): number {
  return a.line - b.line || a.character - b.character;
}

function open(server: InProcessServer, file: string, text: string, version: number): Promise<void> {
  return server.notify('textDocument/didOpen', {
    textDocument: { uri: uriOf(file), languageId: 'plaintext', version, text },
  });
}

function facts({ diagnostics }: InProcessServer): readonly string[] {
  const said = ({ code, range, message }: Diagnostic) => JSON.stringify([code, range, message]);
  return [...diagnostics]
    .flatMap(([uri, list]) =>
      list.filter(({ code }) => FACTS.test(String(code))).map((each) => `${uri} ${said(each)}`),
    )
    .sort();
}
