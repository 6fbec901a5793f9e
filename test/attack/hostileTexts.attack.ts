import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { attackFolder, goodPairs } from './support/data.ts';
import { findingsIn, judgedIn } from './support/report.ts';
import { audit, outcomeOf, saidOf } from './support/run.ts';

/*
 * Caption files beyond every measure beside six good pairs: the audit ends in time and memory, judges the good pairs,
 * names the hostile file with a remedy, and prints neither stacks nor control characters.
 */

/** Sizes are those of the names with ATTACK_FULL=1, a sixteenth otherwise. */
const FULL = process.env['ATTACK_FULL'] === '1';
const MEMORY_MB = 1500;
const TIMEOUT_MS = 60_000;

const root = await attackFolder('texts');
const MB = FULL ? 2 ** 20 : 2 ** 16;
const times = (count: number): number => (FULL ? count : Math.ceil(count / 16));

interface Hostile {
  /** The file, written in pieces. */
  readonly file: string;
  readonly pieces: () => Iterable<string | Uint8Array>;
  /** Grows to so many bytes of nothing. */
  readonly sparse?: number;
  readonly globals?: readonly string[];
  /** Whether it must be a finding. */
  readonly named?: boolean;
}

function* filler(bytes: number, words = 'a dog and '): Generator<string> {
  const piece = words.repeat(Math.ceil(2 ** 20 / words.length));
  for (let left = bytes; left > 0; left -= piece.length) yield piece;
}

const rows = Array.from({ length: 6 }, (_, i) => ({ file_name: `good${i}.jpg`, text: '' }));
const jsonl = (captions: readonly string[]): string =>
  rows.map((row, i) => `${JSON.stringify({ ...row, text: captions[i] })}\n`).join('');
const csv = (captions: readonly string[]): string =>
  `file_name,text\n${rows.map(({ file_name }, i) => `${file_name},"${captions[i]}"\n`).join('')}`;
const coco = (captions: readonly string[]): string =>
  JSON.stringify({
    images: rows.map(({ file_name }, id) => ({ id, file_name })),
    annotations: captions.map((caption, id) => ({ id, image_id: id, caption })),
  }).slice(0, -1);

const DEEP = 100_000;
const TEXTS = ['a cat', 'a dog', 'a house', 'a street', 'a beach', 'some food'];
const metadata = (pieces: () => Iterable<string>, more: Partial<Hostile> = {}): Hostile => ({
  file: 'metadata.jsonl',
  pieces: function* () {
    yield jsonl(TEXTS);
    yield* pieces();
  },
  named: true,
  ...more,
});
const sidecar = (
  pieces: () => Iterable<string | Uint8Array>,
  more: Partial<Hostile> = {},
): Hostile => ({
  file: 'bad.txt',
  pieces,
  ...more,
});

const CASES: Readonly<Record<string, Hostile>> = {
  'a line of 2 GB in a JSONL file': metadata(function* () {
    yield '{"file_name":"good0.jpg","text":"';
    yield* filler(2048 * MB);
    yield '"}\n';
  }),
  '2 GB of nothing behind the rows of a JSONL file': metadata(() => [], { sparse: 2048 * MB }),
  'JSON nested 100,000 deep in a row': metadata(() => [
    `{"file_name":"good0.jpg","text":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}\n`,
    `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}\n`,
  ]),
  'a list of 100,000 captions': {
    file: 'captions.jsonl',
    pieces: () => [
      TEXTS.map((caption, i) => `${JSON.stringify({ image: `good${i}.jpg`, caption })}\n`).join(''),
      JSON.stringify({
        image: 'good0.jpg',
        captions: Array.from({ length: 100_000 }, (_, i) => `caption number ${i}`),
      }),
    ],
    named: true,
  },
  'a COCO document of 600 MB': {
    file: 'captions_val.json',
    pieces: function* () {
      yield `${coco(TEXTS)},"pad":"`;
      yield* filler(600 * MB, 'x');
      yield '"}';
    },
  },
  'a COCO document nested 100,000 deep': {
    file: 'captions_val.json',
    pieces: () => [`${coco(TEXTS)},"x":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
  },
  'a CSV quote open for 50 MB': {
    file: 'metadata.csv',
    pieces: function* () {
      yield `${csv(TEXTS)}good0.jpg,"`;
      yield* filler(50 * MB, 'never closed\n');
    },
    named: true,
  },
  '600,000 CSV rows with a broken quote': {
    file: 'metadata.csv',
    pieces: () => [csv(TEXTS), 'good0.jpg,"x""y\n'.repeat(times(600_000))],
    named: true,
  },
  'a CSV header of a million columns': {
    file: 'metadata.csv',
    pieces: () => [csv(TEXTS).replace('text\n', `text${',c'.repeat(times(1_000_000))}\n`)],
  },
  '200,000 lines for one image': sidecar(
    () => [Array.from({ length: 200_000 }, (_, i) => `A caption about dog number ${i}\n`).join('')],
    { globals: ['--captions-per-file', 'lines'], named: true },
  ),
  'a caption file of 600 MB': sidecar(() => filler(600 * 2 ** 20), { named: true }),
  'a caption of five million line ends': sidecar(() => ['\n'.repeat(5_000_000)], { named: true }),
  'a caption of one word of a megabyte': sidecar(() => ['a'.repeat(1_000_000)]),
  'an e with half a million accents': sidecar(() => [`e${'\u0301'.repeat(500_000)}`]),
  'a caption behind 15 MB of spaces': sidecar(() => [`${' '.repeat(15_000_000)}dog`]),
  'NUL bytes': sidecar(() => ['a\0dog'], { named: true }),
  'half of a surrogate pair': sidecar(() => [Uint8Array.of(0xff, 0xfe, 0, 0xd8, 0x61, 0)], {
    named: true,
  }),
  'UTF-32': sidecar(() => [Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0)], { named: true }),
  'marks in the middle and odd line ends': sidecar(() => ['a \ufeffdog\u2028runs\u0085home\u2029']),
  'escape sequences': sidecar(() => [
    'a \x1b[2J\x1b]0;pwned\x07 \u009b31m \u202e\u2066 \x08\x7f dog',
  ]),
};

for (const [name, hostile] of Object.entries(CASES)) {
  test(name, async () => {
    const folder = path.join(root, name.replace(/\W+/g, '-'), 'set');
    await mkdir(folder, { recursive: true });
    const good = await goodPairs(folder);
    if (hostile.file.endsWith('.txt')) {
      await copyFile(path.join(folder, 'good0.jpg'), path.join(folder, 'bad.jpg'));
      // Not the same picture twice: that would be a finding of its own.
      await writeFile(path.join(folder, 'bad.jpg'), '\n', { flag: 'a' });
    }
    await write(path.join(folder, hostile.file), hostile);
    const report = path.join(folder, '..', 'report.json');
    const pairs = path.join(folder, '..', 'pairs.jsonl');
    const more = [...(hostile.globals ?? []), '--pairs', pairs];
    const limits = { timeoutMs: TIMEOUT_MS, memoryMb: MEMORY_MB };
    const ended = await audit(folder, path.join(root, 'cache'), report, more, limits);
    assert.equal(outcomeOf(ended), '0', saidOf(ended));
    const judged = judgedIn(pairs);
    for (const image of good) assert.ok(judged.has(image), `${image} is judged`);
    const about = findingsIn(report).filter(
      ({ file, message }) =>
        `${file} ${message}`.includes(hostile.file) && !/\bgood\d\.txt/.test(message),
    );
    const named = about.filter(({ code }) => /unreadable|encoding|empty/.test(code));
    if (hostile.named === true) assert.ok(named.length > 0, 'the file is named');
    for (const { remedy } of named) assert.ok(remedy, 'what to do is said');
    assert.doesNotMatch(ended.stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]|\n\s+at /);
  });
}

async function write(file: string, { pieces, sparse }: Hostile): Promise<void> {
  const out = createWriteStream(file);
  for (const piece of pieces()) {
    if (!out.write(piece)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  if (sparse !== undefined) await truncate(file, sparse);
}
