import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IMAGE, open, openOne, pairsOf, problemsOf, ROOT } from '../support/openMemory.ts';
import { LIMITS } from '../../src/core/formats/limits.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { openDatasets } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles } from '../support/memoryFiles.ts';

describe('captions beside images', () => {
  test('make one dataset of the opened folder, however deep they lie', async () => {
    const dataset = await openOne({
      'train/10_dog/a.jpg': IMAGE,
      'train/10_dog/a.txt': 'a dog\n',
      'train/5_cat/deep/b.PNG': IMAGE,
      'train/5_cat/deep/b.caption': '\uFEFFeine Katze 🐈\r\n',
      'val/c.webp': IMAGE,
      'val/c.webp.txt': 'hydrus names it so',
    });
    assert.equal(dataset.root, ROOT);
    assert.deepEqual(dataset.formats, ['sidecar']);
    assert.deepEqual(pairsOf(dataset), [
      ['train/10_dog/a.jpg', 'a dog'],
      ['train/5_cat/deep/b.PNG', 'eine Katze 🐈'],
      ['val/c.webp', 'hydrus names it so'],
    ]);
    assert.deepEqual(
      dataset.pairs.map((pair) => pair.split),
      ['train', 'train', 'val'],
    );
    assert.deepEqual(problemsOf(dataset), [
      ['trainer/bom', 'train/5_cat/deep/b.caption'],
      ['trainer/caption-extension', 'val/c.webp.txt'],
      ['trainer/unread-folder', 'train/5_cat/deep/b.PNG'],
    ]);
  });

  test('are reported where image or caption is missing, empty, shared or in a foreign encoding', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'a.txt': 'a dog',
      'bare.jpg': IMAGE,
      'blank.jpg': IMAGE,
      'blank.txt': ' \n',
      'gone.txt': 'the image was deleted',
      'latin.jpg': IMAGE,
      'latin.txt': Buffer.from('Ein schöner grüner Hügel über der Stadt', 'latin1'),
      'locked.jpg': IMAGE,
      'locked.txt': { fails: 'no-permission' },
      'twin.jpg': IMAGE,
      'twin.png': IMAGE,
      'twin.txt': 'whose is it',
    });
    assert.deepEqual(problemsOf(dataset).sort(), [
      ['ambiguous-pair', 'twin.txt'],
      ['empty-caption', 'blank.txt'],
      ['missing-caption', 'bare.jpg'],
      ['missing-image', 'gone.txt'],
      ['unreadable-caption', 'locked.txt'],
      ['wrong-encoding', 'latin.txt'],
    ]);
    for (const problem of dataset.problems) {
      const message = inEnglish(problem.message);
      assert.ok(message.includes(problem.file), message);
      assert.notEqual(inEnglish(problem.remedy), '');
    }
    assert.deepEqual(dataset.images, [
      ...['a.jpg', 'bare.jpg', 'blank.jpg', 'latin.jpg', 'locked.jpg', 'twin.jpg', 'twin.png'],
    ]);
    assert.deepEqual(pairsOf(dataset), [
      ['a.jpg', 'a dog'],
      ['twin.jpg', 'whose is it'],
      ['twin.png', 'whose is it'],
    ]);
  });

  test('are not to be confused with a readme, a licence or a list', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'a.txt': 'a dog',
      'README.txt': 'About this set',
      'LICENSE.txt': 'CC0',
      'requirements.txt': 'torch',
      'docs/notes.txt': 'no images here',
      'docs/plan.txt': 'nor here',
    });
    assert.deepEqual(dataset.problems, []);
  });

  test('that differ from their image in case only are pointed out where the disk tells case apart', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'a.txt': 'a dog',
      'IMG_1.jpg': IMAGE,
      'img_1.txt': 'x',
    });
    assert.deepEqual(problemsOf(dataset), [['missing-caption', 'IMG_1.jpg']]);
    assert.match(inEnglish(dataset.problems[0]!.message), /img_1\.txt.*case/);
  });

  test('of a decomposed name belong to the image of the composed one', async () => {
    const dataset = await openOne({ 'cafe\u0301.jpg': IMAGE, 'caf\u00e9.txt': 'a café' });
    assert.deepEqual(pairsOf(dataset), [['cafe\u0301.jpg', 'a café']]);
  });

  test('with blanks, quotes, emoji, line breaks, # and % in their names are read', async () => {
    const names = ['a b', `it's "x"`, '🐕', 'two\nlines', '#1 100%', '..dots'];
    const dataset = await openOne(
      Object.fromEntries(
        names.flatMap((name) => [
          [`${name}.jpg`, IMAGE],
          [`${name}.txt`, name],
        ]),
      ),
    );
    assert.deepEqual(pairsOf(dataset).sort(), names.map((name) => [`${name}.jpg`, name]).sort());
    assert.deepEqual(dataset.problems, []);
  });

  test('hold one caption a line where they look so, or where the caller says so', async () => {
    const entries = { 'a.jpg': IMAGE, 'a.txt': 'A dog runs.\nThe dog is brown.\n' };
    const guessed = await openOne(entries);
    assert.deepEqual(
      guessed.pairs.map((pair) => [pair.captionIndex, pair.caption, pair.source.range.line]),
      [
        [0, 'A dog runs.', 0],
        [1, 'The dog is brown.', 1],
      ],
    );
    const whole = await openOne(entries, { settings: { captionsPerFile: 'whole' } });
    assert.deepEqual(pairsOf(whole), [['a.jpg', 'A dog runs.\nThe dog is brown.']]);
    const first = await openOne(entries, { settings: { captionsPerFile: 'first-line' } });
    assert.deepEqual(pairsOf(first), [['a.jpg', 'A dog runs.']]);
  });

  test('of two extensions: the first is read, and that is said once', async () => {
    const entries = {
      'a.jpg': IMAGE,
      'a.txt': '1dog, solo',
      'a.caption': 'a dog',
      'b.jpg': IMAGE,
      'b.txt': '1cat',
      'b.caption': 'a cat',
    };
    const dataset = await openOne(entries);
    assert.deepEqual(pairsOf(dataset), [
      ['a.jpg', '1dog, solo'],
      ['b.jpg', '1cat'],
    ]);
    assert.deepEqual(problemsOf(dataset), [['second-caption-file', 'a.caption']]);
  });

  test('of two extensions: the one that the config file names is read', async () => {
    const entries = {
      'a.jpg': IMAGE,
      'a.txt': '1dog, solo',
      'a.caption': 'a dog on a lawn',
      'a.long': 'a dog runs on a lawn',
      'b.jpg': IMAGE,
      'b.txt': '1cat',
    };
    for (const [captionExtension, caption, second] of [
      ['.Caption', 'a dog on a lawn', 'a.txt'],
      ['long', 'a dog runs on a lawn', 'a.txt'],
    ] as const) {
      const dataset = await openOne(entries, { settings: { captionExtension } });
      assert.deepEqual(pairsOf(dataset), [
        ['a.jpg', caption],
        ['b.jpg', '1cat'],
      ]);
      assert.deepEqual(problemsOf(dataset), [['second-caption-file', second]]);
    }
    const idle = await openOne(entries, { settings: { captionExtension: 'cap' } });
    assert.ok(problemsOf(idle).some(([code]) => code === 'invalid-config'));
  });

  test('a whole folder without captions beside a captioned one is one problem', async () => {
    const dataset = await openOne({
      'set/1_dog/a.jpg': IMAGE,
      'set/1_dog/a.txt': 'a dog',
      'set/1_cat/b.jpg': IMAGE,
      'set/1_cat/c.jpg': IMAGE,
      'web/logo.png': IMAGE,
    });
    assert.deepEqual(problemsOf(dataset), [['missing-caption', 'set/1_cat/b.jpg']]);
    assert.deepEqual(dataset.problems[0]?.related, ['set/1_cat/c.jpg']);
    assert.ok(!dataset.images.includes('web/logo.png'));
  });

  test('masks, latents, hidden folders and tools are left alone', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'a.txt': 'a dog',
      'a-masklabel.png': IMAGE,
      'a-condlabel.png': IMAGE,
      'a.npz': IMAGE,
      '.pairlens/x.jpg': IMAGE,
      '.git/y.jpg': IMAGE,
      'node_modules/z/z.jpg': IMAGE,
      '._a.jpg': 'resource fork',
    });
    assert.deepEqual(dataset.images, ['a.jpg']);
    assert.deepEqual(dataset.problems, []);
  });
});

describe('opening a folder', () => {
  test('that holds no captions says what was looked for', async () => {
    for (const entries of [{}, { 'a.jpg': IMAGE }, { 'notes.txt': 'x' }]) {
      await assert.rejects(open(entries), (error: Error) => {
        assert.equal((error as { code?: string }).code, 'no-dataset');
        assert.match((error as { remedy?: string }).remedy ?? '', /photo\.txt beside photo\.jpg/);
        return error.message.includes(ROOT);
      });
    }
  });

  test('with broken links, loops and locked folders reports each and audits the rest', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'a.txt': 'a dog',
      'lost.jpg': { fails: 'broken-link' },
      loop: { fails: 'link-loop' },
      'locked/': { fails: 'no-permission' },
      'libfoo.so': { fails: 'broken-link' },
    });
    assert.deepEqual(pairsOf(dataset), [['a.jpg', 'a dog']]);
    assert.deepEqual(problemsOf(dataset).sort(), [
      ['unreadable-image', 'locked'],
      ['unreadable-image', 'loop'],
      ['unreadable-image', 'lost.jpg'],
    ]);
  });

  test('can be cancelled', async () => {
    await assert.rejects(open({ 'a.jpg': IMAGE, 'a.txt': 'x' }, { signal: { aborted: true } }), {
      code: 'cancelled',
    });
  });
});

describe('a hostile caption file', () => {
  const GOOD = { 'good.jpg': IMAGE, 'good.txt': 'a cat on a mat' };
  const captions = (count: number): string =>
    JSON.stringify({
      image: 'bad.jpg',
      captions: Array.from({ length: count }, (_, i) => `n ${i}`),
    });

  test('with a list of 100,000 captions keeps the first and says so', async () => {
    const dataset = await openOne({
      'captions.jsonl': `${captions(100_000)}\n{"image":"good.jpg","caption":"a cat"}`,
      'bad.jpg': IMAGE,
      'good.jpg': IMAGE,
    });
    assert.equal(dataset.pairs.length, LIMITS.captionsPerImage + 1);
    const [problem] = dataset.problems;
    assert.equal(problem?.code, 'unreadable-caption');
    assert.equal(
      inEnglish(problem.message),
      'captions.jsonl gives bad.jpg 100000 captions; the first 1000 are read.',
    );
  });

  test('with 200,000 lines for one image keeps the first and says so', async () => {
    const dataset = await openOne(
      { ...GOOD, 'bad.jpg': IMAGE, 'bad.txt': 'A caption of a dog\n'.repeat(200_000) },
      { settings: { captionsPerFile: 'lines' } },
    );
    assert.equal(dataset.pairs.length, LIMITS.captionsPerImage + 1);
    assert.match(inEnglish(dataset.problems[0]!.message), /^bad\.txt has more than 1000 captions/);
  });

  test('with a caption and a name beyond the limits is named, its other rows are read', async () => {
    const row = (file_name: string, text: string): string => JSON.stringify({ file_name, text });
    const dataset = await openOne({
      'metadata.jsonl': [
        row('bad.jpg', 'x'.repeat(LIMITS.captionCharacters + 7)),
        row('y'.repeat(LIMITS.nameCharacters + 1), 'a dog'),
        row('good.jpg', 'a cat'),
      ].join('\n'),
      'bad.jpg': IMAGE,
      'good.jpg': IMAGE,
    });
    assert.equal(dataset.pairs.length, 1);
    const said = dataset.problems.map(({ message }) => inEnglish(message));
    assert.equal(
      said[0],
      'Line 1 of metadata.jsonl has a caption of 2097159 characters; 2097152 are read.',
    );
    assert.equal(said[1], 'Line 2 of metadata.jsonl names an image in more than 4096 characters.');
  });

  test('with mistakes without end lists some of them and counts the rest', async () => {
    const dataset = await openOne({
      'metadata.csv': `file_name,text\ngood.jpg,a cat\n${'x\n'.repeat(200_000)}`,
      'good.jpg': IMAGE,
    });
    assert.equal(dataset.pairs.length, 1);
    assert.equal(dataset.problems.length, LIMITS.problemsPerFile + 1);
    assert.match(inEnglish(dataset.problems.at(-1)!.message), /has 190000 more rows with mistakes/);
  });

  test('that the reader itself fails on costs no other file, and is logged with the stack', async () => {
    const files = memoryFiles(ROOT, {
      ...GOOD,
      'one/metadata.jsonl': '{"file_name":"a.jpg","text":"a dog"}',
      'one/a.jpg': IMAGE,
      'two/metadata.jsonl': '{"file_name":"b.jpg","text":"a cow"}',
      'two/b.jpg': IMAGE,
      'bad.jpg': IMAGE,
      'bad.txt': 'a dog',
    });
    const failing = {
      ...files,
      stream: (file: string) => {
        if (file.includes('/one/')) throw new RangeError('a mistake of ours');
        return files.stream(file);
      },
      read: (file: string) => {
        if (file.endsWith('/bad.txt')) throw new TypeError('another one');
        return files.read(file);
      },
    };
    const logged: string[] = [];
    const error = (line: string) => void logged.push(line);
    const other = (): void => assert.fail('only mistakes are logged');
    const log = { debug: other, info: other, warn: other, error };
    const datasets = await openDatasets(failing, ROOT, { log });
    const pairs = datasets.flatMap((dataset) => dataset.pairs.map(({ image }) => image));
    assert.deepEqual(pairs.sort(), ['b.jpg', 'good.jpg']);
    const said = datasets.flatMap(({ problems }) =>
      problems.map((each) => inEnglish(each.message)),
    );
    assert.ok(
      said.includes('one/metadata.jsonl could not be read: a mistake of ours.'),
      said.join(),
    );
    assert.ok(said.includes('bad.txt could not be read: another one.'), said.join());
    assert.equal(logged.filter((line) => /(Range|Type)Error: .*\n +at /.test(line)).length, 2);
  });
});
