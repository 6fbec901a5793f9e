import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dataset } from '../../src/core/dataset/dataset.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { IMAGE, open, openOne, problemsOf } from '../support/openMemory.ts';
import { each, type Entries, files, images, json, lines } from '../support/threePictures.ts';

describe('what only looks like captions', () => {
  const notRead: readonly (readonly [title: string, entries: Entries])[] = [
    ['boxes in a folder of labels', files((n) => [`labels/${n}.txt`, '0 0.5 0.5 0.1 0.2\n'])],
    [
      'shapes in a JSON beside each image',
      files((n) => [`${n}.json`, json({ shapes: [1], imagePath: `${n}.jpg` })]),
    ],
    ['settings in YAML', { 'config.yaml': 'model: x\nprompt: a dog' }],
    [
      'mark-up beside each image',
      files((n) => [`${n}.xml`, '<annotation>a cow on grass</annotation>']),
    ],
    [
      'names of classes',
      { 'c.csv': lines(['file,label', ...each((n) => `${n}.jpg,farm animal`)]) },
    ],
    ['sounds', { 'c.tsv': lines(['path\tsentence', ...each((n, c) => `${n}.mp3\t${c}`)]) }],
  ];
  for (const [title, entries] of notRead) {
    test(`${title}: no dataset`, async () => {
      await assert.rejects(open({ ...images(), ...entries }), { code: 'no-dataset' });
    });
  }

  test('a second set of captions is listed and read from one place only', async () => {
    const dataset = await openOne({
      ...images('set/'),
      ...files((n, c) => [`set/${n}.txt`, c]),
      ...files((n, c) => [`captions/${n}.txt`, c]),
    });
    assert.deepEqual(problemsOf(dataset), []);
    assert.equal(dataset.pairs.length, 3);
  });

  test('images that are still packed are said to be so, once', async () => {
    const dataset = await openOne({
      'metadata.jsonl': lines(each((n, text) => json({ file_name: `${n}.jpg`, text }))),
      'images.zip': 'PK',
    });
    assert.deepEqual(
      new Set(dataset.problems.map(({ code, remedy }) => `${code}: ${inEnglish(remedy)}`)),
      new Set([
        'missing-image: The images may be in images.zip, which is still packed: unpack it.',
      ]),
    );
  });
});

describe('a caption that is missing among others of its kind', () => {
  const remedies = ({ problems }: Dataset): string[] =>
    problems.map(({ code, remedy }) => `${code}: ${inEnglish(remedy)}`);

  test('belongs where those of its neighbours lie', async () => {
    const apart = await openOne({
      ...images('images/'),
      'images/new.jpg': IMAGE,
      ...files((n, c) => [`captions/${n}.txt`, c]),
    });
    assert.deepEqual(remedies(apart), ['missing-caption: Write one to captions/new.txt.']);
    const other = await openOne({
      ...images(),
      'new.jpg': IMAGE,
      ...files((n, c) => [`${n}.cap`, c]),
    });
    assert.deepEqual(remedies(other), ['missing-caption: Write one to new.cap.']);
  });

  test('may have lost its image', async () => {
    const dataset = await openOne({
      ...images('images/'),
      ...files((n, c) => [`captions/${n}.txt`, c]),
      'captions/gone.txt': 'the image was deleted',
    });
    assert.deepEqual(problemsOf(dataset), [['missing-image', 'captions/gone.txt']]);
  });
});
