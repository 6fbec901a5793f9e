import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemFindings } from '../../src/core/audit/detectors/brokenFiles.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { openDatasets } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, openOne, pairsOf, problemsOf, ROOT } from '../support/openMemory.ts';

const good: Record<string, MemoryEntry> = { 'good.jpg': IMAGE, 'good.txt': 'a good dog' };
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('files that trainers read otherwise', () => {
  const triggers: Record<string, readonly [Record<string, MemoryEntry>, RegExp]> = {
    'trainer/bom': [{ 'a.jpg': IMAGE, 'a.txt': '\uFEFFa dog' }, /^a\.txt begins with/],
    'trainer/utf-16': [
      {
        ...{ 'a.jpg': IMAGE, 'a.txt': utf16('a dog') },
        ...{ 'b.jpg': IMAGE, 'b.txt': utf16('a cat') },
      },
      /^a\.txt is UTF-16/,
    ],
    'trainer/extension-case': [
      { 'a.Jpg': IMAGE, 'a.txt': 'a dog', 'b.jpg': IMAGE, 'b.TXT': 'a cat' },
      /^2 files have extensions in letters/,
    ],
  };
  test('trainer/json-caption: the caption in the JSON is judged, else the text as it is', async () => {
    const dataset = await openOne({
      ...good,
      'a.jpg': IMAGE,
      'a.txt': '\n{"score": 0.5, "caption": "a dog, \\"Rex\\""}\n',
      'b.jpg': IMAGE,
      'b.txt': '{"lettering": "a cat"}',
      'c.jpg': IMAGE,
      'c.txt': '{"caption": "a"}\n{"caption": "b"}',
    });
    assert.deepEqual(
      dataset.pairs.map(({ caption, source }) => [source.format, caption]),
      [
        ['json-sidecar', 'a dog, "Rex"'],
        ['sidecar', '{"lettering": "a cat"}'],
        ['sidecar', '{"caption": "a"}\n{"caption": "b"}'],
        ['sidecar', 'a good dog'],
      ],
    );
    assert.deepEqual(
      dataset.problems.map(({ code, file }) => [code, file]),
      ['a.txt', 'b.txt', 'c.txt'].map((file) => ['trainer/json-caption', file]),
    );
    const told = problemFindings(dataset.problems);
    assert.deepEqual(
      told.map(({ message }) => inEnglish(message)),
      [
        '3 caption files hold JSON, which trainers read as it is: brackets, names and all, e.g. a.txt.',
      ],
    );
  });

  test('tags, wildcards and emphasis in brackets are no JSON', async () => {
    const texts = ['[sks] dog', '{a|b} dog', '[dog:1.2], {cat}', '[1, 2] dogs', '{{dog}}', '["dog'];
    const entries = texts.flatMap((text, i): [string, MemoryEntry][] => [
      [`${i}.jpg`, IMAGE],
      [`${i}.txt`, text],
    ]);
    const dataset = await openOne(Object.fromEntries(entries));
    assert.deepEqual(
      dataset.pairs.map(({ caption }) => caption),
      texts,
    );
    assert.deepEqual(dataset.problems, []);
  });

  for (const [code, [entries, message]] of Object.entries(triggers)) {
    test(`${code} is told, and the captions are read`, async () => {
      const dataset = await openOne({ ...good, ...entries });
      assert.equal(dataset.pairs.length, Object.keys(entries).length / 2 + 1);
      assert.deepEqual([...new Set(dataset.problems.map((problem) => problem.code))], [code]);
      assert.match(inEnglish(dataset.problems[0]!.message), message);
    });
  }

  test('are none where they are as trainers want them', async () => {
    const dataset = await openOne({
      ...good,
      'a.JPG': IMAGE,
      'a.txt': 'a dog, ünïcode 🐕',
      'b.PNG': IMAGE,
      'b.caption': 'a cat',
    });
    assert.deepEqual(dataset.problems, []);
    const [table] = await openDatasets(
      memoryFiles(ROOT, {
        'a.Jpg': IMAGE,
        'metadata.jsonl': `\uFEFF${JSON.stringify({ file_name: 'a.Jpg', text: 'a dog' })}`,
      }),
      ROOT,
    );
    assert.deepEqual(table?.problems, []);
  });
});

describe('caches of latents', () => {
  const HOUR = 3_600_000;
  const pairs = ['cow', 'hens', 'koala', 'IMG_0512x0512'].flatMap(
    (name): [string, MemoryEntry][] => [
      [`${name}.jpg`, IMAGE],
      [`${name}.txt`, `a photo of ${name}`],
    ],
  );
  const entries: Record<string, MemoryEntry> = {
    ...Object.fromEntries(pairs),
    'cow.npz': IMAGE,
    'hens_0512x0768_sdxl.npz': IMAGE,
    'koala_te_outputs.npz': IMAGE,
    'IMG_0512x0512.npz': IMAGE,
    'gone_0512x0512_flux.npz': IMAGE,
    'embeddings.npz': IMAGE,
  };
  const opened = async (hoursOf: Readonly<Record<string, number>>) => {
    const memory = memoryFiles(ROOT, entries);
    const stat: typeof memory.stat = async (file) => {
      const name = file.slice(ROOT.length + 1);
      return { ...(await memory.stat(file)), modified: 1e12 + HOUR * (hoursOf[name] ?? 0) };
    };
    const [dataset] = await openDatasets({ ...memory, stat }, ROOT);
    return dataset!.problems.map(({ code, file, related = [] }) => [code, file, ...related]);
  };
  const lone = ['trainer/stale-latents', 'gone_0512x0512_flux.npz'];

  test('older than their image or caption are stale; those of no image are named', async () => {
    assert.deepEqual(await opened({ 'cow.jpg': 1, 'hens.jpg': 2, 'koala.txt': 3 }), [
      ['trainer/stale-latents', 'cow.npz', 'hens_0512x0768_sdxl.npz', 'koala_te_outputs.npz'],
      lone,
    ]);
  });

  test('as old as their image, younger, or made of the other file are none', async () => {
    const times = { 'cow.npz': 1, 'hens.jpg': 0.01, 'koala.jpg': 5, 'cow.txt': 5 };
    assert.deepEqual(await opened(times), [lone]);
  });
});

describe('one mistake is told of once', () => {
  test('a row with an unquoted comma is unreadable, and its image does not lack a caption as well', async () => {
    const dataset = await openOne({
      'captions.csv': 'image, caption\na.jpg, a dog\nb.jpg, a cat, asleep\n',
      'images/a.jpg': IMAGE,
      'images/b.jpg': IMAGE,
    });
    assert.deepEqual(pairsOf(dataset).length, 1);
    assert.deepEqual(problemsOf(dataset), [['unreadable-caption', 'captions.csv']]);
  });

  test('a dead link is no image, and its caption no orphan as well', async () => {
    const dataset = await openOne({
      ...good,
      'gone.jpg': { fails: 'broken-link' },
      'gone.txt': 'a photo of what is gone',
    });
    assert.deepEqual(problemsOf(dataset), [['unreadable-image', 'gone.jpg']]);
  });
});
