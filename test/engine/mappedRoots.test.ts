import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inEnglish } from '../../src/core/text/sentence.ts';
import type { MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, open, openOne, pairsOf, problemsOf } from '../support/openMemory.ts';

const NAMES = ['kitten', 'cow', 'eiffel', 'hens', 'koala', 'macaw', 'lemurs'];

const images = (folder: string): Record<string, MemoryEntry> =>
  Object.fromEntries(NAMES.map((name) => [`${folder}${name}.jpg`, IMAGE]));

const jsonl = (key: string, nameOf: (name: string) => string, names = NAMES): string =>
  names.map((name) => JSON.stringify({ [key]: nameOf(name), caption: `a ${name}` })).join('\n');

describe('names relative to another place', () => {
  const layouts: Record<string, readonly [Record<string, MemoryEntry>, RegExp]> = {
    'an image root that the trainer is given': [
      {
        ...images('images/airport/'),
        'train.jsonl': jsonl('image', (name) => `airport/${name}.jpg`),
      },
      /^The names in train\.jsonl are relative to images: /,
    ],
    'the file names alone': [
      { ...images('pictures/'), 'train.jsonl': jsonl('image', (name) => `${name}.jpg`) },
      /^The names in train\.jsonl are relative to pictures: /,
    ],
    'the working folder of the training': [
      {
        ...images('train_data/'),
        'train_data/d.jsonl': jsonl('image', (name) => `train_data/${name}.jpg`),
      },
      /^The names in train_data\/d\.jsonl are relative to the opened folder: /,
    ],
    'a Windows machine': [
      {
        ...images('my_set/'),
        'dataset.jsonl': jsonl('image_path', (name) => `C:\\ai\\sets\\my_set\\${name}.jpg`),
      },
      /begin with C:\\ai\\sets, which is the opened folder here/,
    ],
    'a share on a Windows network': [
      {
        ...images('my_set/'),
        'dataset.jsonl': jsonl('image_path', (name) => `\\\\nas\\sets\\old\\${name}.jpg`),
      },
      /begin with \\\\nas\\sets\\old, which is my_set here/,
    ],
    'addresses of files on another machine': [
      {
        ...images('my set/'),
        'dataset.jsonl': jsonl('image', (name) => `file:///home/x/my%20set/${name}.jpg`),
      },
      /begin with file:\/\/\/home\/x, which is the opened folder here/,
    ],
    'a notebook on Colab': [
      {
        ...images('imgs/'),
        'dataset.jsonl': jsonl('image', (name) => `/content/drive/MyDrive/set/imgs/${name}.jpg`),
      },
      /begin with \/content\/drive\/MyDrive\/set, which is the opened folder here/,
    ],
    'a moved kohya metadata file': [
      {
        ...images('img/10_sks/'),
        'meta_cap.json': JSON.stringify(
          Object.fromEntries(
            NAMES.map((name) => [`/home/ann/train/img/10_sks/${name}`, { caption: `a ${name}` }]),
          ),
        ),
      },
      /begin with \/home\/ann\/train, which is the opened folder here/,
    ],
    'a CSV file with absolute paths': [
      {
        ...images('pics/'),
        'labels.csv': ['image,caption', ...NAMES.map((n) => `D:/x/${n}.jpg,a ${n}`)].join('\n'),
      },
      /begin with D:\/x, which is pics here/,
    ],
  };
  for (const [layout, [entries, message]] of Object.entries(layouts)) {
    test(`are read from there, and that is said once: ${layout}`, async () => {
      const dataset = await openOne(entries);
      assert.deepEqual(
        pairsOf(dataset).map(([, caption]) => caption),
        NAMES.map((name) => `a ${name}`),
      );
      assert.deepEqual(
        dataset.problems.map(({ code }) => code),
        ['other-root'],
      );
      assert.match(inEnglish(dataset.problems[0]!.message), message);
    });
  }

  test('leave a missing image one problem of its own', async () => {
    const dataset = await openOne({
      ...images('pictures/'),
      'train.jsonl': jsonl('image', (name) => `${name}.jpg`, [...NAMES, 'gone']),
    });
    assert.equal(dataset.pairs.length, NAMES.length);
    assert.deepEqual(problemsOf(dataset), [
      ['other-root', 'train.jsonl'],
      ['missing-image', 'train.jsonl'],
    ]);
  });

  test('take their companions along', async () => {
    const dataset = await openOne({
      ...images('set/images/'),
      ...images('set/control/'),
      'train.jsonl': NAMES.map((name) =>
        JSON.stringify({
          image_path: `C:\\x\\images\\${name}.jpg`,
          control_path: `C:\\x\\control\\${name}.jpg`,
          caption: name,
        }),
      ).join('\n'),
    });
    assert.deepEqual(dataset.images, NAMES.map((name) => `set/images/${name}.jpg`).sort());
    assert.deepEqual(
      dataset.problems.map(({ code }) => code),
      ['other-root'],
    );
  });

  test('are not guessed where two folders fit alike, unless the name of the file tells', async () => {
    const both = { ...images('one/'), ...images('two/') };
    const [unclear] = await open({ ...both, 'x.jsonl': jsonl('image', (name) => `${name}.jpg`) });
    assert.equal(unclear?.pairs.length, 0);
    assert.deepEqual(problemsOf(unclear), [['missing-image', 'x.jsonl']]);
    const [clear] = await open({ ...both, 'two.jsonl': jsonl('image', (name) => `${name}.jpg`) });
    assert.equal(clear?.pairs.length, NAMES.length);
    const [masked] = await open({
      ...images('one/'),
      ...images('masks/'),
      'x.jsonl': jsonl('image', (name) => `${name}.jpg`),
    });
    assert.deepEqual(masked?.images, NAMES.map((name) => `one/${name}.jpg`).sort());
  });

  test('are not guessed where the other names of the file are right', async () => {
    const dataset = await openOne({
      ...images(''),
      'old/stray.jpg': IMAGE,
      'train.jsonl': jsonl('image', (name) => `${name}.jpg`, [...NAMES, 'stray']),
    });
    assert.equal(dataset.pairs.length, NAMES.length);
    assert.deepEqual(problemsOf(dataset), [['missing-image', 'train.jsonl']]);
  });

  test('stay an error where Hugging Face fails too: one, with the correction', async () => {
    const metadata = (nameOf: (name: string) => string) =>
      NAMES.map((name) => JSON.stringify({ file_name: nameOf(name), text: name })).join('\n');
    const remedies: readonly (readonly [Record<string, MemoryEntry>, string])[] = [
      [
        { ...images('train/'), 'train/metadata.jsonl': metadata((name) => `train/${name}.jpg`) },
        'Leave "train/" out of each "file_name".',
      ],
      [
        { ...images('images/'), 'metadata.jsonl': metadata((name) => `${name}.jpg`) },
        'Write "images/" before each "file_name".',
      ],
      [
        { ...images('images/'), 'metadata.jsonl': metadata((name) => `C:\\set\\${name}.jpg`) },
        'Write "images" in the place of "C:\\set" in each "file_name".',
      ],
      [
        { ...images('images/'), 'meta/metadata.jsonl': metadata((name) => `images/${name}.jpg`) },
        'Move the images into the folder of meta/metadata.jsonl, or the file into theirs.',
      ],
    ];
    for (const [entries, remedy] of remedies) {
      const dataset = await openOne(entries);
      assert.deepEqual(dataset.pairs, []);
      assert.deepEqual(
        dataset.problems.map(({ code }) => code),
        ['missing-image'],
      );
      assert.equal(inEnglish(dataset.problems[0]!.remedy), remedy);
    }
  });
});
