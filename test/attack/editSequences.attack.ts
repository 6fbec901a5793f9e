import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import type {
  ClientCapabilities,
  CodeAction,
  Diagnostic,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { WireEdit } from '../../src/protocol/serverApi.ts';
import { textHash } from '../../src/protocol/textHash.ts';
import { scenes } from '../support/liveMemory.ts';
import {
  applied,
  bytesOf,
  ENCODINGS,
  FORMATS,
  fitting,
  holdsSeveral,
  pairsOf,
  placeAt,
  rowsIn,
  TABLE_NAME,
  tableText,
  typed,
  type Encoding,
  type ExpectedPair,
  type Format,
  type Place,
  type PlacedEdit,
  type Row,
} from './support/captionOracle.ts';
import { attackFolder } from './support/data.ts';
import { fileOf, InProcessServer, uriOf } from './support/inProcessServer.ts';
import { randomFrom, seededRandom, trials, type SeededRandom } from './support/trials.ts';

/*
 * Random lives of a dataset in an editor: typing, broken moments, saving, closing, other programs, other encodings, files
 * that come and go, quick fixes, a server that is started anew. After each step the server's pairs and places are those of
 * an independent reader; every edit is for the text it is applied to and changes its caption only; in the end the
 * problems are those of a fresh server.
 */

const TRIALS = trials(60);
const AT_ONCE = 8;
const SHOWN = scenes(40);
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
/** A client that neither watches files nor sends or checks versions. */
const PLAIN: ClientCapabilities = { workspace: { configuration: true } };

type Placed = Row & { readonly file: string };

class Life {
  readonly #folder: string;
  readonly #random: SeededRandom;
  readonly #format: Format;
  readonly #encoding: Encoding;
  readonly #capabilities: ClientCapabilities;
  readonly #disk = new Map<string, string>();
  readonly #documents = new Map<string, string>();
  readonly #versions = new Map<string, number>();
  readonly #server: InProcessServer[] = [];
  readonly history: string[] = [];

  constructor(folder: string, random: SeededRandom, format: Format) {
    this.#folder = folder;
    this.#random = random;
    this.#format = format;
    this.#encoding = random.pick(ENCODINGS);
    this.#capabilities = random.int(4) === 0 ? PLAIN : VERSIONED;
    mkdirSync(folder);
    const images = Array.from({ length: 4 + random.int(5) }, (_, i) =>
      random.pick([`p${i}.jpg`, `p ${i}.jpg`, `ü${i}.jpg`]),
    );
    for (const image of images) writeFileSync(path.join(folder, image), random.pick(SHOWN));
    if (this.#isSidecar) {
      for (const image of images) {
        this.#write(
          this.#fileFor(image),
          this.#captionsFor(image).join('\n') + random.pick(['', '\n', '\r\n']),
        );
      }
    } else {
      const captioned = random.int(3) === 0 ? images.slice(1) : images;
      this.#write(this.#fileFor(''), this.#table(captioned));
    }
    this.history.push(`${format} ${this.#encoding} ${this.#capabilities === PLAIN ? 'plain' : ''}`);
  }

  async live(): Promise<number> {
    this.#server.push(await this.#start());
    await this.#agrees('opened');
    let edits = 0;
    for (let left = 5 + this.#random.int(6); left > 0; left--) {
      const [name, step] = this.#random.pick(this.#steps);
      this.history.push(name);
      edits += (await step()) === true ? 1 : 0;
      if (this.#random.int(3) > 0) await this.#agrees(name);
    }
    await this.#agrees('last');
    await this.#problemsAreThoseOfAFreshServer('with documents open');
    for (const file of [...this.#documents.keys()]) await this.#close(file);
    await this.#agrees('closed');
    await this.#problemsAreThoseOfAFreshServer('closed');
    await this.#now.stop();
    return edits;
  }

  readonly #steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['type', () => this.#type()],
    ['type', () => this.#type()],
    ['lineBreakInCaption', () => this.#lineBreak()],
    ['breakAndMend', () => this.#breakAndMend(false)],
    ['breakWhileRead', () => this.#breakAndMend(true)],
    ['splitEmoji', () => this.#splitEmoji()],
    ['save', () => this.#each((file) => this.#save(file))],
    ['close', () => this.#each((file) => this.#close(file))],
    ['otherProgram', () => this.#otherProgram()],
    ['otherEncoding', () => this.#otherEncoding()],
    ['newImage', () => this.#newImage()],
    ['deleteImage', () => this.#deleteImage()],
    ['deleteAndMake', () => this.#deleteAndMake()],
    ['captionEdit', () => this.#captionEdit()],
    ['captionEdit', () => this.#captionEdit()],
    ['swap', () => this.#swap()],
    ['create', () => this.#create()],
    ['create', () => this.#create()],
    ['quickFix', () => this.#quickFix()],
    ['audit', () => this.#now.request('audit', {})],
    ['restart', () => this.#restart()],
  ];

  get #now(): InProcessServer {
    return this.#server.at(-1)!;
  }

  get #isSidecar(): boolean {
    return this.#format.startsWith('sidecar');
  }

  #fileFor(image: string): string {
    const name = TABLE_NAME[this.#format] ?? image.replace(/\.jpg$/, '.txt');
    return path.join(this.#folder, name);
  }

  #caption(): string {
    const { pick, int } = this.#random;
    return fitting(this.#format, int(3) > 0 ? pick(SHOWN) : pick(WILD)) || 'x';
  }

  #captionsFor(image: string): readonly string[] {
    const shown = fitting(this.#format, readFileSync(path.join(this.#folder, image), 'utf8'));
    const more = holdsSeveral(this.#format) ? this.#random.int(3) : 0;
    return [...new Set([shown, ...Array.from({ length: more }, () => this.#caption())])];
  }

  #table(images: readonly string[]): string {
    const captions = new Map(images.map((image) => [image, this.#captionsFor(image)]));
    return tableText(this.#format, captions, this.#random);
  }

  #images(): string[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.jpg'))
      .sort();
  }

  #write(file: string, text: string, encoding = this.#encoding): void {
    this.#disk.set(file, text);
    writeFileSync(file, bytesOf(text, encoding));
  }

  #textOf(file: string): string | undefined {
    return this.#disk.has(file) ? (this.#documents.get(file) ?? this.#disk.get(file)) : undefined;
  }

  /** Caption files of images that are there. */
  #captionFiles(): string[] {
    const files = this.#images().map((image) => this.#fileFor(image));
    return [...new Set(files)].filter((file) => this.#disk.has(file));
  }

  #rows(): Placed[] {
    const read = (file: string, image = ''): Placed[] => {
      const text = this.#textOf(file);
      if (text === undefined) return [];
      return rowsIn(this.#format, text, image).map((row) => ({ ...row, file }));
    };
    if (!this.#isSidecar) return read(this.#fileFor(''));
    return this.#images().flatMap((image) => read(this.#fileFor(image), image));
  }

  #pairs(): ExpectedPair[] {
    return [...pairsOf(this.#format, this.#rows(), this.#images()).values()].flat();
  }

  #start(): Promise<InProcessServer> {
    const captionsPerFile = { sidecar: 'whole', 'sidecar-lines': 'lines' }[this.#format as string];
    const settings = { captionsPerFile: captionsPerFile ?? 'auto' };
    return InProcessServer.start(this.#folder, settings, this.#capabilities);
  }

  async #agrees(when: string): Promise<void> {
    await this.#now.idle();
    const expected = new Map(this.#images().map((image) => [image, [] as unknown[]]));
    for (const { image, caption, file, start, end } of this.#pairs()) {
      const text = this.#textOf(file)!;
      const range = { start: placeAt(text, start), end: placeAt(text, end) };
      expected.get(image)?.push({ caption, range });
    }
    const known = new Map<string, unknown[]>();
    for (const image of expected.keys()) {
      const uri = uriOf(path.join(this.#folder, image));
      const { items } = await this.#now.request('pairsOfImage', { uri });
      known.set(
        image,
        items.map(({ caption, range }) => ({ caption, range })),
      );
    }
    assert.deepEqual(known, expected, `pairs and places: ${when}`);
  }

  async #problemsAreThoseOfAFreshServer(when: string): Promise<void> {
    await this.#now.request('audit', {});
    await this.#now.idle();
    const fresh = await this.#start();
    for (const [file, text] of this.#documents) await open(fresh, file, text, 1);
    await fresh.idle();
    assert.deepEqual(facts(this.#now), facts(fresh), `problems: ${when}`);
    const mistakes = this.#now.logs.filter((message) => message.includes('mistake'));
    assert.deepEqual(mistakes, []);
    await fresh.stop();
  }

  // What a person does in the editor.

  async #open(file: string): Promise<string> {
    const known = this.#documents.get(file);
    if (known !== undefined) return known;
    const text = this.#disk.get(file)!;
    this.#documents.set(file, text);
    this.#versions.set(file, 1);
    await open(this.#now, file, text, 1);
    return text;
  }

  async #change(file: string, edits: readonly PlacedEdit[] | string): Promise<void> {
    const version = this.#versions.get(file)! + 1;
    const before = this.#documents.get(file)!;
    const changes =
      typeof edits === 'string'
        ? [{ text: edits }]
        : [...edits]
            .sort((a, b) => later(b.range.start, a.range.start))
            .map(({ range, newText }) => ({ range, text: newText }));
    this.#versions.set(file, version);
    this.#documents.set(file, typeof edits === 'string' ? edits : applied(before, edits));
    await this.#now.notify('textDocument/didChange', {
      textDocument: { uri: uriOf(file), version },
      contentChanges: changes,
    });
  }

  /** Replaces a part of an open document; CR and LF are never parted. */
  #splice(file: string, start: number, end: number, newText: string): Promise<void> {
    const text = this.#documents.get(file)!;
    const whole = (at: number) => (text[at - 1] === '\r' && text[at] === '\n' ? at - 1 : at);
    const range = { start: placeAt(text, whole(start)), end: placeAt(text, whole(end)) };
    return this.#change(file, [{ range, newText }]);
  }

  async #type(): Promise<void> {
    const rows = this.#rows();
    if (rows.length === 0) return;
    const { file, image, start } = this.#random.pick(rows);
    const text = await this.#open(file);
    const row = rowsIn(this.#format, text, image).find((each) => each.start === start);
    if (row === undefined) return;
    const target = typed(this.#format, this.#caption(), text[row.start - 1]);
    switch (this.#random.int(4)) {
      case 0:
        return this.#splice(file, row.start, row.end, target);
      case 1: {
        await this.#splice(file, row.start, row.end, '');
        let at = row.start;
        for (const piece of target.match(/.{1,9}/gs) ?? []) {
          await this.#splice(file, at, at, piece);
          at += piece.length;
        }
        return;
      }
      case 2: {
        const at = row.start + this.#random.int(row.end - row.start + 1);
        if (['\\', '"'].includes(text[at - 1] ?? '') || text[at] === '"') return;
        return this.#splice(file, at, at, this.#random.pick([' and more', ' 🐕', 'é']));
      }
      default:
        return this.#change(file, text.slice(0, row.start) + target + text.slice(row.end));
    }
  }

  async #lineBreak(): Promise<boolean> {
    const rows = this.#rows().filter(({ caption }) => caption.includes('\n'));
    if (rows.length === 0 || !['sidecar', 'hf-csv', 'kaggle-csv'].includes(this.#format))
      return false;
    const { file, start, end } = this.#random.pick(rows);
    const text = await this.#open(file);
    const at = text.indexOf('\n', start);
    if (at < 0 || at >= end) return false;
    await this.#splice(file, at, at, this.#random.pick(['\n', '\n\n', ' ', '\n  \n']));
    return this.#captionEdit();
  }

  async #breakAndMend(read: boolean): Promise<void> {
    const files = [...new Set(this.#rows().map(({ file }) => file))];
    if (files.length === 0) return;
    const file = this.#random.pick(files);
    const text = await this.#open(file);
    let at = this.#random.int(text.length + 1);
    if (text[at - 1] === '\r') at--;
    const junk = this.#random.pick(['"', '{', '\n', ',', '}', '\t', '\n"']);
    await this.#splice(file, at, at, junk);
    if (read) {
      await this.#newImage();
      await this.#now.idle();
    } else if (this.#random.int(2) === 0) await this.#now.idle();
    await this.#splice(file, at, at + junk.length, '');
  }

  async #splitEmoji(): Promise<void> {
    const rows = this.#rows();
    if (rows.length === 0) return;
    const { file, start } = this.#random.pick(rows);
    await this.#open(file);
    await this.#splice(file, start, start, '\ud83d');
    await this.#splice(file, start + 1, start + 1, '\udc15');
  }

  async #each(act: (file: string) => Promise<void>): Promise<void> {
    for (const file of [...this.#documents.keys()]) if (this.#random.int(2) === 0) await act(file);
  }

  async #save(file: string): Promise<void> {
    this.#write(file, this.#documents.get(file)!);
    await this.#now.notify('textDocument/didSave', { textDocument: { uri: uriOf(file) } });
    if (this.#random.int(2) === 0) await this.#told([[file, 2]]);
  }

  async #close(file: string): Promise<void> {
    if (this.#random.int(2) === 0) await this.#save(file);
    this.#documents.delete(file);
    await this.#now.notify('textDocument/didClose', { textDocument: { uri: uriOf(file) } });
  }

  #told(changes: readonly (readonly [string, 1 | 2 | 3])[]): Promise<void> {
    return this.#now.notify('workspace/didChangeWatchedFiles', {
      changes: changes.map(([file, type]) => ({ uri: uriOf(file), type })),
    });
  }

  // What other programs do.

  async #otherProgram(): Promise<void> {
    if (!this.#isSidecar) {
      const file = this.#fileFor('');
      this.#write(file, this.#table(this.#images()));
      return this.#told([[file, 2]]);
    }
    const changed = this.#captionFiles().filter(() => this.#random.int(2) === 0);
    for (const file of changed) this.#write(file, `${this.#caption()}\n`);
    if (changed.length > 0) await this.#told(changed.map((file) => [file, 2]));
  }

  async #otherEncoding(): Promise<void> {
    const files = [...this.#disk.keys()].filter((file) => existsSync(file));
    if (files.length === 0) return;
    const file = this.#random.pick(files);
    this.#write(file, this.#disk.get(file)!, this.#random.pick(ENCODINGS));
    await this.#told([[file, 2]]);
  }

  async #newImage(): Promise<void> {
    const image = `new${this.#random.int(100_000)}.jpg`;
    writeFileSync(path.join(this.#folder, image), this.#random.pick(SHOWN));
    const changes: [string, 1][] = [[path.join(this.#folder, image), 1]];
    if (this.#isSidecar && this.#random.int(2) === 0) {
      this.#write(this.#fileFor(image), `${this.#caption()}\n`);
      changes.push([this.#fileFor(image), 1]);
    }
    await this.#told(changes);
  }

  async #deleteImage(): Promise<void> {
    const images = this.#images();
    if (images.length < 4) return;
    const file = path.join(this.#folder, this.#random.pick(images));
    rmSync(file);
    await this.#told([[file, 3]]);
  }

  async #deleteAndMake(): Promise<void> {
    const files = this.#captionFiles();
    if (files.length < (this.#isSidecar ? 2 : 1)) return;
    const file = this.#random.pick(files);
    const text = this.#disk.get(file)!;
    rmSync(file);
    this.#disk.delete(file);
    await this.#told([[file, 3]]);
    if (this.#random.int(2) === 0) await this.#agrees('deleted');
    this.#write(file, text);
    await this.#told([[file, 1]]);
  }

  async #restart(): Promise<void> {
    const before = this.#now;
    this.#server.push(await this.#start());
    for (const [file, text] of this.#documents) {
      await open(this.#now, file, text, this.#versions.get(file)!);
    }
    await before.stop();
  }

  // What PairLens changes.

  #ref({ image, index }: ExpectedPair) {
    return { root: uriOf(this.#folder), image, captionIndex: index };
  }

  async #captionEdit(): Promise<boolean> {
    const pairs = this.#pairs();
    if (pairs.length === 0) return false;
    const pair = this.#random.pick(pairs);
    const caption =
      this.#random.int(10) > 0 ? this.#caption() : this.#random.pick(['', ' a ', 'a\nb', 'x\0y']);
    const edit = await this.#asked(() =>
      this.#now.request('captionEdit', { pair: this.#ref(pair), caption }),
    );
    return this.#apply(edit, `captionEdit ${pair.image}`, (gone, come) => {
      assert.ok(gone.length <= 1 && come.length <= 1, 'one caption at most');
      assert.ok(come.every((row) => same(row.caption, caption) && row.image === gone[0]?.image));
      assert.ok(gone.every((row) => row.caption === pair.caption));
    });
  }

  async #swap(): Promise<boolean> {
    const pairs = this.#pairs();
    if (pairs.length < 2) return false;
    const [a, b] = [this.#random.pick(pairs), this.#random.pick(pairs)];
    if (a === b) return false;
    const edit = await this.#asked(() =>
      this.#now.request('swapEdit', { pair: this.#ref(a), other: this.#ref(b) }),
    );
    return this.#apply(edit, 'swap', (gone, come) => {
      assert.ok(gone.length <= 2 && come.length === gone.length);
      const captions = [a.caption, b.caption];
      assert.ok(come.every((row) => captions.some((caption) => same(caption, row.caption))));
    });
  }

  async #create(): Promise<boolean> {
    const captioned = new Set(this.#rows().map(({ image }) => image));
    const image = this.#images().find(
      (name) => !captioned.has(name) && !captioned.has(name.replace('.jpg', '')),
    );
    if (image === undefined) return this.#newImage().then(() => false);
    const caption = fitting(this.#format, this.#random.pick(SHOWN));
    const imageUri = uriOf(path.join(this.#folder, image));
    const edit = await this.#asked(() =>
      this.#now.request('createCaptionEdit', { imageUri, caption }),
    );
    return this.#apply(edit, 'create', (gone, come) => {
      assert.deepEqual(gone, []);
      assert.deepEqual(
        come.map((row) => [row.image, row.caption]),
        [[image, caption]],
      );
    });
  }

  async #quickFix(): Promise<boolean> {
    if (this.#random.int(2) === 0) await this.#now.idle();
    const found = [...this.#now.diagnostics].filter(([, list]) => list.length > 0);
    if (found.length === 0) return false;
    const [uri, list] = this.#random.pick(found);
    const diagnostic = this.#random.pick(list);
    const actions: CodeAction[] = await this.#now.connection.sendRequest(
      'textDocument/codeAction',
      {
        textDocument: { uri },
        range: diagnostic.range,
        context: { diagnostics: [diagnostic] },
      },
    );
    const edits = actions.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
    if (edits.length === 0) return false;
    return this.#apply(ofLsp(this.#random.pick(edits)), 'quick fix', (gone, come) => {
      assert.ok(gone.length <= 2 && come.length <= 2);
    });
  }

  async #asked(ask: () => Promise<WireEdit>): Promise<Edit | undefined> {
    try {
      return await ask();
    } catch (error) {
      // To refuse is right; what is wrong with it, the person is told.
      const message = error instanceof Error ? error.message : '';
      assert.doesNotMatch(message, /mistake|undefined|not a function/);
      this.history.push(`refused: ${message.slice(0, 60)}`);
      return undefined;
    }
  }

  /** Applies an edit to what the editor shows, or the disk holds, and sees that it changed what it was to change only. */
  async #apply(
    edit: Edit | undefined,
    what: string,
    check: (gone: readonly Placed[], come: readonly Placed[]) => void,
  ): Promise<boolean> {
    if (edit === undefined) return false;
    const before = this.#rows();
    const texts = new Map(
      [...this.#disk.keys()].map((file): [string, string] => [file, this.#textOf(file) ?? '']),
    );
    for (const uri of edit.create) {
      const file = fileOf(uri);
      if (existsSync(file)) continue;
      this.#write(file, '', 'utf-8');
      await this.#told([[file, 1]]);
    }
    for (const { uri, version, textHash: hash, edits } of edit.documents) {
      const file = fileOf(uri);
      const text = this.#textOf(file);
      assert.ok(text !== undefined, `${what}: an edit of a file that is not there`);
      if (hash !== undefined) assert.equal(hash, await textHash(text), `${what}: for another text`);
      if (this.#documents.has(file)) {
        if (version !== undefined)
          assert.equal(version, this.#versions.get(file), `${what}: version`);
        await this.#change(file, edits);
        if (this.#random.int(2) === 0) await this.#save(file);
      } else {
        this.#write(file, applied(text, edits));
        await this.#told([[file, 2]]);
      }
    }
    const rows = this.#rows();
    check(without(before, rows), without(rows, before));
    for (const { uri } of edit.documents) {
      const file = fileOf(uri);
      const [was, is] = [
        frame(texts.get(file) ?? '', before, file),
        frame(this.#textOf(file) ?? '', rows, file),
      ];
      // A row that is added stands behind all that was there.
      const kept =
        what === 'create' || what === 'quick fix' ? is.startsWith(was.trimEnd()) : is === was;
      assert.ok(kept, `${what}: text outside of captions changed: ${JSON.stringify([was, is])}`);
    }
    return true;
  }
}

interface Edit {
  readonly create: readonly string[];
  readonly documents: readonly {
    readonly uri: string;
    readonly version?: number | null;
    readonly textHash?: string;
    readonly edits: readonly PlacedEdit[];
  }[];
}

function ofLsp({ changes, documentChanges }: WorkspaceEdit): Edit {
  const plain = Object.entries(changes ?? {}).map(([uri, edits]) => ({ uri, edits }));
  const versioned = (documentChanges ?? []).flatMap((change) => {
    if (!('textDocument' in change)) return [];
    const { textDocument, edits } = change as TextDocumentEdit & { edits: TextEdit[] };
    const { uri, version } = textDocument;
    return [{ uri, edits, ...(version !== null && { version }) }];
  });
  const create = (documentChanges ?? []).flatMap((change) =>
    'kind' in change && change.kind === 'create' ? [change.uri] : [],
  );
  return { create, documents: [...plain, ...versioned] };
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

const same = (a: string, b: string): boolean => a.trim() === b.trim();

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

const folder = await attackFolder('edits');
const random = seededRandom('editSequences');

test(`${TRIALS} lives of a dataset in an editor: no wrong edit, no wrong place, no lost problem`, async () => {
  process.setMaxListeners(0);
  after(() =>
    process.removeAllListeners('unhandledRejection').removeAllListeners('uncaughtException'),
  );
  const faults: string[] = [];
  const counts = { lives: 0, edits: 0 };
  let next = 0;
  const worker = async () => {
    while (next < TRIALS) {
      const number = next++;
      const own = randomFrom(random.seed * 100_003 + number);
      const life = new Life(
        path.join(folder, `life${number}`),
        own,
        FORMATS[number % FORMATS.length]!,
      );
      try {
        const edits = await life.live();
        counts.edits += edits;
      } catch (error) {
        faults.push(`life ${number}: ${life.history.join(', ')}\n${String(error)}`);
      }
      counts.lives++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(`editSequences: ${JSON.stringify({ ...counts, faults: faults.length })}`);
  assert.equal(faults.length, 0, faults.slice(0, 5).join('\n\n'));
  assert.ok(counts.edits > TRIALS / 10, `only ${counts.edits} edits were applied`);
});
