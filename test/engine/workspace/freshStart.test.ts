import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import { encodeText, type FileEncoding } from '../../../src/core/text/textEncoding.ts';
import { decodeText } from '../../../src/core/text/decodeText.ts';
import type { FileEdit } from '../../../src/engine/editing/editor.ts';
import type { LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { liveMemory, scenes, SETTINGS, type LiveMemory } from '../../support/liveMemory.ts';
import { runs } from '../../support/runs.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

/*
 * However a dataset came to be what it is (typed, broken and mended, saved, closed, written by other programs in other
 * encodings, deleted and made again, read again in between), what is known of it is what a program that starts now finds.
 */

const ROOT = '/data/set';
const SHOWN = scenes(8);
const IMAGES = SHOWN.map((_, i) => `${i}.jpg`);

type Captions = ReadonlyMap<string, readonly string[]>;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const all = (captions: Captions, row: (image: string, text: string, i: number) => string): string =>
  [...captions]
    .flatMap(([image, texts]) => texts.map((text, i) => `${row(image, text, i)}\n`))
    .join('');

/** How each table format writes captions. */
const TABLES: Readonly<Record<string, (captions: Captions) => string>> = {
  'metadata.jsonl': (captions) =>
    all(captions, (file_name, text) => JSON.stringify({ file_name, text })),
  'metadata.csv': (captions) =>
    `file_name,text\n${all(captions, (image, text) => `${image},${quoted(text)}`)}`,
  'captions.jsonl': (captions) =>
    [...captions]
      .map(([image, texts]) => `${JSON.stringify({ image, captions: texts })}\n`)
      .join(''),
  'captions_val.json': (captions) =>
    JSON.stringify(
      {
        images: [...captions.keys()].map((file_name, id) => ({ id, file_name })),
        annotations: [...captions.values()].flatMap((texts, image_id) =>
          texts.map((caption, i) => ({ id: 10 * image_id + i, image_id, caption })),
        ),
      },
      undefined,
      1,
    ),
  'meta_cap.json': (captions) =>
    JSON.stringify(
      Object.fromEntries([...captions].map(([image, [caption]]) => [image, { caption }])),
      undefined,
      1,
    ),
  'flickr.token': (captions) =>
    all(captions, (image, text, i) => `${image}#${i}\t${text.replaceAll('\n', ' ')}`),
  'captions.txt': (captions) =>
    `image,caption\n${all(captions, (image, text) => `${image},${quoted(text)}`)}`,
  'results.csv': (captions) =>
    `image_name| comment_number| comment\n${all(captions, (image, text, i) => `${image}| ${i}| ${text.replaceAll('\n', ' ')}`)}`,
};

const ENCODINGS: readonly FileEncoding[] = [
  { encoding: 'utf-8', bom: false },
  { encoding: 'utf-8', bom: true },
  { encoding: 'utf-16le', bom: true },
  { encoding: 'utf-16be', bom: true },
];

/** Bytes that are neither UTF-8 nor UTF-16. */
const DAMAGED = Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xff, 0x0a]);

interface World {
  readonly mode: 'whole' | 'lines';
  readonly encoding: FileEncoding;
  readonly lineEnd: string;
  /** Names of the caption files, with their texts. */
  readonly files: ReadonlyMap<string, string>;
  readonly images: readonly string[];
}

const caption = fc.oneof(
  fc.nat(SHOWN.length - 1).map((i) => SHOWN[i]!),
  fc.constantFrom('red dog beach', 'naïve "café", 狗', 'two\n\nlines, more', 'x', '', '  '),
);

const captionsOf = fc
  .tuple(fc.subarray(IMAGES, { minLength: 3 }), fc.array(caption, { minLength: 8, maxLength: 8 }))
  .map(([images, more]): Captions => {
    const captions = images.map((image, i): [string, string[]] => {
      const own = SHOWN[Number.parseInt(image, 10)]!;
      return [image, i % 3 === 0 ? [own, more[i]!] : [own]];
    });
    return new Map(captions);
  });

const tables = fc
  .tuple(
    fc.subarray(Object.keys(TABLES), { minLength: 1, maxLength: 2 }),
    captionsOf,
    captionsOf,
    fc.constantFrom('', '', 'deep/'),
  )
  .map(([names, ...[first, second, folder]]): Pick<World, 'files' | 'mode' | 'images'> => ({
    mode: 'whole',
    images: [...IMAGES.slice(0, 6), ...IMAGES.slice(6).map((image) => `${folder}${image}`)],
    files: new Map(names.map((name, i) => [name, TABLES[name]!(i === 0 ? first : second)])),
  }));

const sidecars = fc
  .tuple(fc.constantFrom('whole' as const, 'lines' as const), captionsOf, fc.boolean())
  .map(([mode, captions, shared]): Pick<World, 'files' | 'mode' | 'images'> => ({
    mode,
    images: [...IMAGES, ...(shared ? ['0.png'] : [])],
    files: new Map(
      [...captions].map(([image, texts]) => [
        image.replace('.jpg', '.txt'),
        `${texts.join('\n')}\n`,
      ]),
    ),
  }));

const world: fc.Arbitrary<World> = fc
  .tuple(fc.oneof(tables, sidecars), fc.constantFrom(...ENCODINGS), fc.constantFrom('\n', '\r\n'))
  .map(([rest, encoding, lineEnd]) => ({ ...rest, encoding, lineEnd }));

/** How a text changes; `at` and `text` are chance. */
const CHANGES: readonly ((before: string, at: number, text: string) => string)[] = [
  (before, at, text) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + text + before.slice(start);
  },
  (before, at) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + before.slice(start + 1 + (at % 5));
  },
  (before, at) =>
    before
      .split('\n')
      .toSpliced(at % before.split('\n').length, 1)
      .join('\n'),
  (before, at) => {
    const lines = before.split('\n');
    return lines.toSpliced(at % lines.length, 0, lines[(at * 7) % lines.length]!).join('\n');
  },
  (before, at) => before.replaceAll(`${at % 8}.jpg`, `${(at + 3) % 8}.jpg`),
  (before, at) => before.replaceAll(`${at % 8}.jpg`, `deep/6.jpg`),
  (before, _, text) => before.replace(/red|blue|small|old/, text.slice(0, 3)),
  (before) => before.replace(/"/, ''),
  () => '',
  (before) => before.replaceAll(/[^\n]*\n/g, ''),
];

const change = fc
  .tuple(
    fc.nat(CHANGES.length - 1),
    fc.nat(2000),
    fc.oneof(caption, fc.constantFrom('"', '{', '\n', ',', '}', '\t', '\n"')),
  )
  .map(
    ([kind, at, text]) =>
      (before: string): string =>
        CHANGES[kind]!(before, at, text),
  );

const file = fc.nat(7);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('type' as const), file, change }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('breakAndRefresh' as const), file }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mend' as const), file }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('save' as const), file }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('close' as const), file }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refresh' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('elsewhere' as const), file, change }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('damage' as const), file }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), file }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('make' as const), file }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('image' as const), file }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), at: fc.nat(), text: caption }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('create' as const), file }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** An editor with a dataset on its disk, and the engine behind it, told of things as the server tells it. */
class Life {
  readonly memory: LiveMemory;
  readonly open = new Map<string, string>();
  readonly #world: World;
  readonly #paths: readonly string[];
  #live: LiveWorkspace | undefined;

  constructor(made: World) {
    this.#world = made;
    const entries: Record<string, MemoryEntry> = {};
    for (const image of made.images)
      entries[image] = SHOWN[Number.parseInt(image.replace('deep/', ''), 10)]!;
    for (const [name, text] of made.files) entries[name] = this.#bytes(text);
    this.memory = liveMemory(ROOT, entries);
    this.#paths = [...made.files.keys()].map((name) => `${ROOT}/${name}`);
  }

  async start(): Promise<LiveWorkspace> {
    const { mode } = this.#world;
    const { files, ports } = this.memory;
    const settings = { ...SETTINGS, dataset: { captionsPerFile: mode } } as const;
    const live = openWorkspace(files, () => Promise.resolve(ports), settings);
    await refreshed(live);
    this.#live ??= live;
    return live;
  }

  async take(each: Step): Promise<void> {
    const live = this.#live!;
    const { entries } = this.memory.files;
    const path = 'file' in each ? this.#paths[each.file % this.#paths.length]! : '';
    switch (each.kind) {
      case 'type':
        return this.#type(path, each.change(this.#textOf(path) ?? ''));
      case 'breakAndRefresh':
        await this.#type(path, `"\n{${this.#textOf(path) ?? ''}`);
        return refreshed(live);
      case 'mend':
        return this.#type(path, this.#diskText(path) ?? '');
      case 'save': {
        const text = this.open.get(path);
        return text === undefined ? undefined : this.#write(path, this.#bytes(text, ''));
      }
      case 'close':
        this.open.delete(path);
        return live.captionsChanged(path, undefined);
      case 'refresh':
        return refreshed(live);
      case 'elsewhere': {
        const before = this.#diskText(path);
        return before === undefined
          ? undefined
          : this.#write(path, this.#bytes(each.change(before), ''));
      }
      case 'damage':
        return this.#write(path, DAMAGED);
      case 'delete':
        entries.delete(path);
        return refreshed(live);
      case 'make':
        return this.#write(path, this.#bytes(this.#world.files.get(path.slice(ROOT.length + 1))!));
      case 'image': {
        const image = `${ROOT}/${this.#world.images[each.file % this.#world.images.length]!}`;
        if (!entries.delete(image)) entries.set(image, SHOWN[each.file]!);
        return refreshed(live);
      }
      case 'edit': {
        const pairs = live.datasets.flatMap(({ dataset: { root, pairs: found } }) =>
          found.map(({ image, captionIndex }) => ({ root, image, captionIndex })),
        );
        const id = pairs[each.at % Math.max(1, pairs.length)];
        return id && this.#apply(() => live.edits.caption(id, each.text));
      }
      case 'create': {
        const image = `${ROOT}/${this.#world.images[each.file % this.#world.images.length]!}`;
        if (live.pairsOfImage(image).length > 0) return;
        return this.#apply(() => live.edits.newCaption(image, 'made anew'));
      }
    }
  }

  /** What is known once nothing is left to do. */
  async known() {
    await this.#live!.whenIdle();
    return facts(this.#live!);
  }

  /** What a program knows that starts now, in the same editor. */
  async expected() {
    const live = await this.start();
    for (const [path, text] of this.open) await live.captionsChanged(path, text);
    await live.whenIdle();
    return facts(live);
  }

  async #apply(make: () => Promise<FileEdit>): Promise<void> {
    const edit = await make().catch((error: unknown) => {
      if (error instanceof PairLensError) return undefined;
      throw error;
    });
    if (edit === undefined) return;
    const { path, text, create, edits } = edit;
    // Made for what the editor shows, or the disk holds: not for what was there some time ago.
    assert.equal(text, create ? '' : this.#textOf(path));
    const now = [...edits]
      .sort((a, b) => b.start - a.start)
      .reduce(
        (all, { start, end, newText }) => all.slice(0, start) + newText + all.slice(end),
        text,
      );
    if (create || !this.open.has(path)) await this.#write(path, this.#bytes(now, ''));
    else await this.#type(path, now);
  }

  async #type(path: string, text: string): Promise<void> {
    this.open.set(path, text);
    await this.#live!.captionsChanged(path, text);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const live = this.#live!;
    const isNew = !this.memory.files.entries.has(path);
    this.memory.files.entries.set(path, bytes);
    if (isNew || live.kindOf(path) !== 'captions') await refreshed(live);
    else await live.fileWritten(path);
  }

  #textOf(path: string): string | undefined {
    return this.open.get(path) ?? this.#diskText(path);
  }

  #diskText(path: string): string | undefined {
    const entry = this.memory.files.entries.get(path);
    if (!(entry instanceof Uint8Array)) return undefined;
    const decoded = decodeText(entry);
    return 'text' in decoded ? decoded.text : '';
  }

  #bytes(text: string, lineEnd = this.#world.lineEnd): Uint8Array {
    const ended = lineEnd === '' ? text : text.replaceAll('\n', lineEnd);
    return encodeText(ended, this.#world.encoding);
  }
}

async function refreshed(live: LiveWorkspace): Promise<void> {
  await live.refresh([ROOT], {});
}

function facts(live: LiveWorkspace) {
  const datasets = live.datasets.map(({ dataset }) => ({
    root: dataset.root,
    images: dataset.images,
    pairs: dataset.pairs
      .map(({ image, caption: text, captionIndex, source }) =>
        JSON.stringify([image, captionIndex, text, source]),
      )
      .sort(),
    problems: dataset.problems.map((problem) => JSON.stringify(problem)).sort(),
  }));
  return datasets.sort((a, b) => (a.root < b.root ? -1 : 1));
}

test('however a dataset came to be what it is, what is known of it is what a fresh start finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (made, steps) => {
        const life = new Life(made);
        await life.start();
        for (const each of steps) await life.take(each);
        assert.deepEqual(await life.known(), await life.expected());
      },
    ),
    { numRuns: runs(40), includeErrorInReport: true },
  );
});
