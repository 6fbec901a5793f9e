import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TrainerId } from '../../src/core/dataset/trainers.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, openOne, problemsOf, ROOT } from '../support/openMemory.ts';

type Entries = Record<string, MemoryEntry>;
const pair = (name: string): Entries => ({
  [`${name}.jpg`]: IMAGE,
  [`${name}.txt`]: `a photo of ${name}`,
});

const KOHYA = `
[general]
caption_extension = ".txt"
[[datasets]]
resolution = 512
  [[datasets.subsets]]
  image_dir = "/content/set"
`;
const OTHER_KOHYA = JSON.stringify({
  pretrained_model_name_or_path: 'x',
  train_data_dir: '/d',
});
const AI_TOOLKIT = `
job: extension
config:
  process:
    - type: sd_trainer
      datasets:
        - folder_path: "/somewhere/set"
          caption_ext: "txt"
`;
const MUSUBI = `
[[datasets]]
image_directory = "C:\\\\train\\\\set"
caption_extension = ".txt"
`;

const backend = (strategy: string): string =>
  JSON.stringify([
    { id: 'a', type: 'local', instance_data_dir: '/x/set', caption_strategy: strategy },
    { id: 't', type: 'local', dataset_type: 'text_embeds', cache_dir: '/cache' },
  ]);
const concept = (source: string): string =>
  JSON.stringify([{ path: '/x/set', text: { prompt_source: source } }]);

/** What a folder holds, and the trainer that it shows. */
const SIGNS: readonly (readonly [TrainerId | undefined, Entries])[] = [
  ['sd-scripts', { ...pair('a'), 'dataset.toml': KOHYA }],
  ['sd-scripts', { ...pair('a'), 'config/training.json': OTHER_KOHYA }],
  ['sd-scripts', { ...pair('10_cat/a') }],
  ['sd-scripts', { ...pair('a'), 'a_0512x0512_sdxl.npz': IMAGE }],
  [
    'onetrainer',
    {
      ...pair('a'),
      'concepts.json': JSON.stringify([{ path: '/x/set', text: { prompt_source: 'sample' } }]),
    },
  ],
  ['onetrainer', { ...pair('a'), 'a-masklabel.png': IMAGE }],
  ['ai-toolkit', { ...pair('a'), 'job.yaml': AI_TOOLKIT }],
  ['ai-toolkit', { ...pair('a'), '.aitk_size.json': '{}' }],
  [
    'simpletuner',
    {
      ...pair('a'),
      'multidatabackend.json': JSON.stringify([
        { id: 'x', type: 'local', instance_data_dir: '/x/set', caption_strategy: 'textfile' },
      ]),
    },
  ],
  ['diffusion-pipe', { ...pair('a'), 'dataset.toml': '[[directory]]\npath = "/x/set"\n' }],
  ['musubi-tuner', { ...pair('a'), 'dataset.toml': MUSUBI }],
  ['musubi-tuner', { ...pair('a'), 'a_wan_te.safetensors': IMAGE }],
  [
    'imagefolder',
    { 'a.jpg': IMAGE, 'metadata.jsonl': JSON.stringify({ file_name: 'a.jpg', text: 'a dog' }) },
  ],
  [undefined, pair('a')],
  [undefined, { ...pair('a'), 'dataset.toml': 'title = "a broken', 'x.json': '[1, 2]' }],
  [undefined, { ...pair('a'), 'pyproject.toml': '[project]\nname = "x"\n' }],
  // Settings of two trainers decide nothing.
  [undefined, { ...pair('a'), 'k.toml': KOHYA, 'j.yaml': AI_TOOLKIT }],
];

describe('the trainer of a folder', () => {
  for (const [id, entries] of SIGNS) {
    test(`is ${id ?? 'not known'} with ${Object.keys(entries).join(', ')}`, async () => {
      const { trainer } = await openOne(entries);
      assert.equal(trainer === 'none' ? trainer : trainer?.id, id);
    });
  }

  test('is told by settings beside the folder only if they name it', async () => {
    const of = async (toml: string) => {
      const memory = memoryFiles('/data', {
        'dataset.toml': toml,
        'set/a.jpg': IMAGE,
        'set/a.txt': 'a dog',
      });
      const { datasets } = await lookInto(memory, ROOT);
      return datasets[0]?.trainer;
    };
    const trainer = await of(KOHYA);
    assert.ok(trainer !== undefined && trainer !== 'none');
    assert.deepEqual([trainer.id, trainer.file], ['sd-scripts', '../dataset.toml']);
    assert.equal(await of(KOHYA.replace('/content/set', '/content/other')), undefined);
  });

  test('is the one that is set, with its settings from the folder', async () => {
    const entries = { ...pair('a'), 'k.toml': KOHYA, 'j.yaml': AI_TOOLKIT };
    const { trainer } = await openOne(entries, { settings: { trainer: 'ai-toolkit' } });
    assert.ok(trainer !== undefined && trainer !== 'none');
    assert.deepEqual([trainer.id, trainer.file], ['ai-toolkit', 'j.yaml']);
    assert.equal((await openOne(entries, { settings: { trainer: 'none' } })).trainer, 'none');
  });

  test('has the settings of all its files', async () => {
    const training = (more: object) =>
      JSON.stringify({
        ...{ pretrained_model_name_or_path: 'x', train_data_dir: '/d' },
        ...{ max_token_length: '225', caption_extension: '.txt', ...more },
      });
    const dataset = KOHYA.replace('caption_extension = ".txt"', 'enable_wildcard = true');
    const of = async (more: object) => {
      const entries = { ...pair('a'), 'd.toml': dataset, 'run.json': training(more) };
      const { trainer, problems } = await openOne(entries);
      assert.ok(trainer !== undefined && trainer !== 'none');
      assert.deepEqual(problems, []);
      return trainer.settings;
    };
    const { maxTokens, captionExtension, everyLine, resolution, isClip } = await of({});
    assert.deepEqual([maxTokens, captionExtension, everyLine], [225, 'txt', true]);
    assert.deepEqual(resolution, { width: 512, height: 512 });
    assert.equal(isClip, undefined);
    assert.equal((await of({ flux1_checkbox: true })).isClip, false);
  });

  test('is in the inventory with the reason; settings of several are listed', async () => {
    const inventoryOf = async (entries: Entries) =>
      (await lookInto(memoryFiles(ROOT, entries), ROOT)).inventory;
    const one = await inventoryOf({ ...pair('a'), 'dataset.toml': KOHYA });
    const { trainer } = one.datasets[0]!;
    assert.deepEqual(
      [trainer?.name, trainer && inEnglish(trainer.why)],
      ['sd-scripts', 'dataset.toml holds its settings'],
    );
    assert.deepEqual(one.rivalTrainers, []);
    const two = await inventoryOf({ ...pair('a'), 'k.toml': KOHYA, 'j.yaml': AI_TOOLKIT });
    assert.deepEqual(
      two.rivalTrainers.map(({ name }) => name),
      ['ai-toolkit', 'sd-scripts'],
    );
    assert.equal(two.datasets[0]?.trainer, undefined);
  });
});

/** Per rule: a trainer and files that trigger it, and files or a trainer that must not. */
const RULES: readonly {
  readonly code: string;
  readonly trainer: TrainerId;
  readonly bad: Entries;
  readonly file: string;
  readonly good: Entries;
  /** A trainer that reads the bad files. */
  readonly reads?: TrainerId;
}[] = [
  {
    code: 'trainer/image-extension',
    trainer: 'ai-toolkit',
    bad: { ...pair('a'), 'b.bmp': IMAGE, 'b.txt': 'a cat' },
    file: 'b.bmp',
    good: { ...pair('a'), 'b.WEBP': IMAGE, 'b.txt': 'a cat' },
    reads: 'sd-scripts',
  },
  {
    code: 'trainer/image-extension',
    trainer: 'sd-scripts',
    bad: { ...pair('a'), 'b.avif': IMAGE, 'b.txt': 'a cat' },
    file: 'b.avif',
    good: { ...pair('a'), 'b.webp': IMAGE, 'b.txt': 'a cat' },
    reads: 'musubi-tuner',
  },
  {
    code: 'trainer/image-extension',
    trainer: 'sd-scripts',
    bad: { ...pair('a'), 'b.gif': IMAGE, 'b.txt': 'a cat' },
    file: 'b.gif',
    good: { ...pair('a'), 'b.bmp': IMAGE, 'b.txt': 'a cat' },
    reads: 'simpletuner',
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'onetrainer',
    bad: { ...pair('a'), 'b.jpg': IMAGE, 'b.caption': 'a cat' },
    file: 'b.caption',
    good: pair('a'),
    reads: 'sd-scripts',
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'musubi-tuner',
    bad: { ...pair('a'), 'b.jpg': IMAGE, 'b.jpg.txt': 'a cat' },
    file: 'b.jpg.txt',
    good: pair('a'),
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'sd-scripts',
    bad: { ...pair('a'), 'd.toml': KOHYA.replace('caption_extension = ".txt"', '') },
    file: 'a.txt',
    good: { ...pair('a'), 'd.toml': KOHYA },
    reads: 'ai-toolkit',
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'musubi-tuner',
    bad: { ...pair('a'), 'd.toml': MUSUBI.replace('caption_extension = ".txt"', '') },
    file: 'a.txt',
    good: { ...pair('a'), 'd.toml': MUSUBI },
    reads: 'diffusion-pipe',
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'simpletuner',
    bad: { ...pair('a'), 'multidatabackend.json': backend('filename') },
    file: 'a.txt',
    good: { ...pair('a'), 'multidatabackend.json': backend('textfile') },
    reads: 'diffusion-pipe',
  },
  {
    code: 'trainer/caption-extension',
    trainer: 'onetrainer',
    bad: { ...pair('a'), 'concepts.json': concept('filename') },
    file: 'a.txt',
    good: { ...pair('a'), 'concepts.json': concept('sample') },
    reads: 'diffusion-pipe',
  },
  {
    code: 'trainer/unread-folder',
    trainer: 'sd-scripts',
    bad: { ...pair('10_cat/a'), ...pair('dogs/b') },
    file: 'dogs/b.jpg',
    good: { ...pair('10_cat/a'), ...pair('1_dogs/b') },
    reads: 'ai-toolkit',
  },
  {
    code: 'trainer/unread-folder',
    trainer: 'sd-scripts',
    bad: { ...pair('10_cat/a'), ...pair('0_dogs/b') },
    file: '0_dogs/b.jpg',
    good: { ...pair('10_cat/a'), ...pair('20_black cats/b') },
  },
  {
    code: 'trainer/unread-folder',
    trainer: 'musubi-tuner',
    bad: { ...pair('a'), ...pair('more/b'), 'd.toml': MUSUBI },
    file: 'more/b.jpg',
    good: { ...pair('a'), 'd.toml': MUSUBI },
    reads: 'simpletuner',
  },
  {
    code: 'trainer/wrong-root',
    trainer: 'diffusion-pipe',
    bad: { ...pair('a'), 'd.toml': '[[directory]]\npath = "/data/another"\n' },
    file: 'a.jpg',
    good: { ...pair('a'), 'd.toml': '[[directory]]\npath = "/home/anon/set/"\n' },
    reads: 'onetrainer',
  },
];

describe('an image with two texts', () => {
  const both: Entries = {
    'a.jpg': IMAGE,
    'a.txt': 'cat, sofa',
    'a.caption': 'a cat on a sofa',
    'a.cap': 'from another tool',
  };
  const captionsOf = async (files: Entries, settings = {}): Promise<readonly string[]> =>
    (await openOne(files, { settings })).pairs.map(({ caption }) => caption);

  test('has the caption that the settings of its trainer name', async () => {
    const toml = (extension: string) => ({
      ...both,
      'd.toml': KOHYA.replace('.txt', extension),
    });
    assert.deepEqual(await captionsOf(toml('.caption')), ['a cat on a sofa']);
    assert.deepEqual(await captionsOf(toml('.txt')), ['cat, sofa']);
    assert.deepEqual(await captionsOf(toml('.cap')), ['from another tool']);
    const messages = (await openOne(toml('.caption'))).problems.map(({ message }) =>
      inEnglish(message),
    );
    assert.ok(
      messages.includes(
        'An image has two caption files; PairLens reads .caption, as sd-scripts does, and not a.txt.',
      ),
    );
  });

  test('has the caption of the trainer that is set, unless its extension is named', async () => {
    assert.deepEqual(await captionsOf(both, { trainer: 'onetrainer' }), ['cat, sofa']);
    const named = { trainer: 'onetrainer', captionExtension: 'caption' };
    assert.deepEqual(await captionsOf(both, named), ['a cat on a sofa']);
  });
});

test('settings of a trainer are no table of captions, though they are a list of objects', async () => {
  const files = { ...pair('a'), 'multidatabackend.json': backend('textfile') };
  for (const trainer of ['auto', 'none', 'ai-toolkit'] as const) {
    assert.deepEqual(problemsOf(await openOne(files, { settings: { trainer } })), []);
  }
  // Unless the config file says that it is one.
  const named = { 'multidatabackend.json': { image: 'id', caption: 'caption_strategy' } };
  const found = problemsOf(await openOne(files, { settings: { columns: named } }));
  assert.ok(found.some(([, file]) => file === 'multidatabackend.json'));
});

describe('rules of a known trainer', () => {
  for (const { code, trainer, bad, file, good, reads } of RULES) {
    test(`${code}: ${trainer} and ${Object.keys(bad).join(', ')}`, async () => {
      const found = problemsOf(await openOne(bad, { settings: { trainer } }));
      assert.deepEqual(
        found.filter(([known]) => known === code),
        [[code, file]],
      );
      assert.deepEqual(problemsOf(await openOne(good, { settings: { trainer } })), []);
      const silent = [...(reads === undefined ? [] : [reads]), 'none' as const];
      for (const other of silent) {
        const codes = problemsOf(await openOne(bad, { settings: { trainer: other } })).map(
          ([known]) => known,
        );
        assert.ok(!codes.includes(code), `${other}: ${codes.join()}`);
      }
    });
  }

  test('are silent about what this trainer reads: a byte order mark, other letters', async () => {
    const entries = {
      'a.Jpg': IMAGE,
      'a.txt': '\uFEFFa dog',
    };
    const of = async (trainer: TrainerId | 'none') =>
      problemsOf(await openOne(entries, { settings: { trainer } })).map(([code]) => code);
    assert.deepEqual(await of('sd-scripts'), ['trainer/bom', 'trainer/extension-case']);
    assert.deepEqual(await of('ai-toolkit'), ['trainer/bom']);
    assert.deepEqual(await of('none'), []);
  });
});
