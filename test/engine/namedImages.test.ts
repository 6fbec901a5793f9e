import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles } from '../support/memoryFiles.ts';

const CAPTIONS = ['a brown cow on a meadow', 'two hens at a fence', 'a kitten asleep in a bed'];

type Entries = Record<string, string>;
const named = (folder: string, names: readonly string[], extension = 'jpg'): Entries =>
  Object.fromEntries(names.map((name) => [`${folder}${name}.${extension}`, 'x']));
const numbered = (folder = ''): Entries =>
  named(
    folder,
    CAPTIONS.map((text, i) => `${text}_0000${i}`),
  );
const slugs = named(
  '',
  CAPTIONS.map((text) => text.replaceAll(' ', '-')),
);

const look = async (entries: Entries) => lookInto(memoryFiles('/set', entries), '/set');
const captionsOf = async (entries: Entries): Promise<string[]> =>
  (await look(entries)).datasets.flatMap(({ pairs }) =>
    pairs.filter(({ source }) => source.format === 'file-name').map(({ caption }) => caption),
  );

describe('captions in the names of images', () => {
  test('are read where they are sentences, and counted in the inventory', async () => {
    const { datasets, inventory } = await look(numbered('train/'));
    const [dataset] = datasets;
    assert.deepEqual(
      dataset?.pairs.map(({ caption }) => caption),
      [...CAPTIONS].sort(),
    );
    assert.equal(dataset.pairs[0]?.split, 'train');
    assert.equal(dataset.pairs[0].source.file, dataset.pairs[0].image);
    assert.deepEqual(inventory.datasets[0]?.formats, [{ format: 'file-name', files: 3 }]);
    assert.deepEqual([inventory.unread, inventory.questions], [[], []]);
  });

  test('an image without words among them has no caption', async () => {
    const four = [...CAPTIONS, 'a dog at the sea', 'an old boat in a harbour'];
    const { datasets } = await look({ ...named('', four), 'IMG_1234.jpg': 'x' });
    const problems = datasets[0]?.problems ?? [];
    assert.deepEqual(
      problems.map(({ code, image }) => [code, image]),
      [['missing-caption', 'IMG_1234.jpg']],
    );
    assert.match(inEnglish(problems[0]!.remedy), /Rename it/);
  });

  test('what may be titles is asked for, and the answer counts', async () => {
    const asked = await look(slugs);
    assert.deepEqual(asked.datasets, []);
    const [question, ...others] = asked.inventory.questions;
    assert.ok(question?.kind === 'names');
    assert.deepEqual(others, []);
    assert.deepEqual(question.samples, [...CAPTIONS].sort());
    assert.equal(question.images, 3);
    assert.equal(asked.inventory.unread[0]?.count, 3);
    const config = (areCaptions: boolean): Entries => ({
      ...slugs,
      'pairlens.config.json': JSON.stringify({ captionsInFileNames: areCaptions }),
    });
    assert.deepEqual(await captionsOf(config(true)), [...CAPTIONS].sort());
    const no = await look(config(false));
    assert.deepEqual([no.datasets, no.inventory.unread, no.inventory.questions], [[], [], []]);
  });

  test('settings of a trainer that takes names are an answer', async () => {
    for (const settings of [
      {
        'concepts.json': JSON.stringify([{ path: '/set', text: { prompt_source: 'filename' } }]),
      },
      {
        'multidatabackend.json': JSON.stringify([
          { id: 'a', type: 'local', instance_data_dir: '/set', caption_strategy: 'filename' },
        ]),
      },
    ] as readonly Entries[]) {
      assert.deepEqual(await captionsOf({ ...slugs, ...settings }), [...CAPTIONS].sort());
    }
  });

  test('pictures of cameras, screens and untagged ones are no captions', async () => {
    for (const scheme of [
      (i: number) => `IMG_123${i}`,
      (i: number) => `DSC0${i}234`,
      (i: number) => `Screenshot 2024-05-0${i} at 10.22.3${i}`,
      (i: number) => `untagged (${i})`,
      (i: number) => `untagged/${i}`,
    ]) {
      const { datasets, inventory } = await look(named('', [1, 2, 3, 4, 5].map(scheme)));
      assert.deepEqual([datasets, inventory.unread, inventory.questions], [[], [], []]);
    }
  });

  test('other captions of the folder have precedence, and masks and folders of the same names are companions', async () => {
    const [first = ''] = Object.keys(numbered());
    const text = await look({ ...numbered(), [first.replace('.jpg', '.txt')]: 'a cow' });
    assert.equal(text.datasets[0]?.pairs.length, 1);
    const table = { 'metadata.csv': `file_name,text\n${first},a cow\n` };
    assert.deepEqual(await captionsOf({ ...numbered(), ...table }), []);
    const masks = await look({ ...numbered('image/'), ...numbered('mask/') });
    assert.equal(masks.datasets[0]?.pairs.length, 3);
    assert.ok(masks.datasets[0].pairs.every(({ image }) => image.startsWith('image/')));
    const twice = await look({ ...numbered('image/'), ...numbered('second/') });
    assert.equal(twice.datasets[0]?.pairs.length, 3);
    assert.equal(twice.companions.size, 3);
  });
});
