import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, openOne, problemsOf, ROOT } from '../support/openMemory.ts';

type Entries = Record<string, MemoryEntry>;

const NAMES = ['kitten', 'cow', 'eiffel', 'hens', 'koala', 'macaw', 'lemurs', 'horses'];

/** For each name the files that `of` makes. */
function files(of: (name: string) => Entries, names: readonly string[] = NAMES): Entries {
  return Object.assign({}, ...names.map(of)) as Entries;
}

const captioned = (name: string): Entries => ({
  [`${name}.jpg`]: IMAGE,
  [`${name}.txt`]: `a photo of ${name}`,
});

const lines = (rows: readonly object[]): string =>
  rows.map((row) => JSON.stringify(row)).join('\n');

/** The names of the companions, and what is said of the folder. */
async function companionsOf(entries: Entries) {
  const opened = await lookInto(memoryFiles(ROOT, entries), ROOT);
  return {
    companions: [...opened.companions].sort(),
    images: opened.datasets.flatMap(({ images }) => images),
    problems: opened.datasets.flatMap(problemsOf),
    messages: opened.datasets.flatMap(({ problems }) =>
      problems.map(({ message }) => inEnglish(message)),
    ),
  };
}

describe('pictures that belong to captioned ones', () => {
  const inFolders: Record<string, (name: string) => Entries> = {
    'masks in a folder beside the images': (name) => ({
      ...captioned(`1024/image/${name}`),
      [`1024/mask/${name}.png`]: IMAGE,
    }),
    'control images of an edit set': (name) => ({
      ...captioned(`image1/${name}`),
      [`control1/${name}.jpg`]: IMAGE,
    }),
    'masks below the images': (name) => ({
      ...captioned(name),
      [`masks/${name}.png`]: IMAGE,
    }),
    'masks with an ending of their own': (name) => ({
      ...captioned(`img/${name}`),
      [`masks/${name}_mask.png`]: IMAGE,
    }),
    'masks that keep the extension of the image': (name) => ({
      ...captioned(`img/${name}`),
      [`masks/${name}.jpg.png`]: IMAGE,
    }),
    'several control images, numbered': (name) => ({
      ...captioned(`target/${name}`),
      [`control/${name}_0.png`]: IMAGE,
      [`control/${name}_1.png`]: IMAGE,
    }),
    'trees of classes': (name) => ({
      ...captioned(`images/${name}/one`),
      ...captioned(`images/${name}/two`),
      [`depth/${name}/one.png`]: IMAGE,
      [`depth/${name}/two.png`]: IMAGE,
    }),
    'targets and sources with endings of their own': (name) => ({
      ...captioned(`after/${name}_after`),
      [`before/${name}_before.jpg`]: IMAGE,
    }),
    'one ending captioned, the other never': (name) => ({
      ...captioned(`${name}_dataset`),
      [`${name}_control.jpg`]: IMAGE,
    }),
    'two endings beside a captioned one': (name) => ({
      ...captioned(name),
      [`${name}-depth.png`]: IMAGE,
      [`${name}-canny.png`]: IMAGE,
    }),
    'a beginning of their own': (name) => ({
      ...captioned(name),
      [`mask_${name}.png`]: IMAGE,
    }),
    'endings of two parts': (name) => ({
      ...captioned(`${name}_target_image`),
      [`${name}_control_image.png`]: IMAGE,
    }),
  };
  for (const [layout, of] of Object.entries(inFolders)) {
    test(`are companions: ${layout}`, async () => {
      const entries = files(of);
      const found = await companionsOf(entries);
      const bare = Object.keys(entries).filter(
        (name) => !name.endsWith('.txt') && !(name.replace(/\.\w+$/, '.txt') in entries),
      );
      assert.deepEqual(found.companions, bare.sort());
      assert.ok(bare.length >= NAMES.length);
      assert.deepEqual(found.problems, []);
      assert.deepEqual(
        found.images.filter((image) => bare.includes(image)),
        [],
      );
    });
  }

  test('are told from names alone where nothing else tells, and that is said', async () => {
    const found = await companionsOf(
      files((name) => ({ ...captioned(`photos/${name}`), [`other/${name}.png`]: IMAGE })),
    );
    assert.equal(found.companions.length, NAMES.length);
    assert.deepEqual(found.problems, [['companion-pictures', 'other/cow.png']]);
  });

  test('are those that a row names under another key', async () => {
    for (const key of ['conditioning_image', 'conditioning_file_name', 'anything']) {
      const found = await companionsOf({
        ...files((name) => ({ [`images/${name}.jpg`]: IMAGE, [`c/x-${name}.png`]: IMAGE })),
        'metadata.jsonl': lines(
          NAMES.map((name) => ({
            file_name: `images/${name}.jpg`,
            text: name,
            [key]: `c/x-${name}.png`,
          })),
        ),
      });
      assert.deepEqual(found.companions, NAMES.map((name) => `c/x-${name}.png`).sort());
      assert.deepEqual(found.problems, []);
      assert.equal(found.images.length, NAMES.length);
    }
  });

  test('are those that a list or a column names', async () => {
    const images = files((name) => ({ [`i/${name}.jpg`]: IMAGE, [`s/${name}-0.png`]: IMAGE }));
    const jsonl = await companionsOf({
      ...images,
      'data.jsonl': lines(
        NAMES.map((name) => ({
          image: `i/${name}.jpg`,
          prompt: name,
          edit_image: [`s/${name}-0.png`],
        })),
      ),
    });
    const csv = await companionsOf({
      ...images,
      'metadata.csv': [
        'file_name,text,edit_image',
        ...NAMES.map((name) => `i/${name}.jpg,${name},s/${name}-0.png`),
      ].join('\n'),
    });
    for (const found of [jsonl, csv]) {
      assert.deepEqual(found.companions, NAMES.map((name) => `s/${name}-0.png`).sort());
      assert.deepEqual(found.problems, []);
    }
  });

  test('are the sources of ControlNet, whose prompt.json holds lines', async () => {
    const found = await companionsOf({
      ...files((name) => ({ [`source/${name}.png`]: IMAGE, [`target/${name}.png`]: IMAGE })),
      'prompt.json': lines(
        NAMES.map((name) => ({
          source: `source/${name}.png`,
          target: `target/${name}.png`,
          prompt: `a photo of ${name}`,
        })),
      ),
    });
    assert.deepEqual(found.companions, NAMES.map((name) => `source/${name}.png`).sort());
    assert.equal(found.images.length, NAMES.length);
    assert.deepEqual(found.problems, []);
  });

  test('are regularisation pictures, which need no captions', async () => {
    const found = await companionsOf(
      files((name) => ({
        ...captioned(`img/10_sks ${name}/a`),
        [`reg/1_dog/${name}-1.png`]: IMAGE,
      })),
    );
    assert.equal(found.companions.length, NAMES.length);
    assert.deepEqual(found.problems, []);
  });

  test('without a partner are told of, either way', async () => {
    const found = await companionsOf({
      ...files((name) => ({ ...captioned(`images/${name}`), [`masks/${name}.png`]: IMAGE })),
      ...captioned('images/bare'),
      'masks/stray.png': IMAGE,
    });
    assert.deepEqual(found.problems, [
      ['unpaired-companion', 'masks/stray.png'],
      ['unpaired-companion', 'images/bare.jpg'],
    ]);
    assert.match(found.messages[0]!, /masks\/stray\.png has no image of its name in images/);
    assert.match(found.messages[1]!, /images\/bare\.jpg has no companion in masks/);
  });

  test('that a row names and that are not there are told of once for each key', async () => {
    const found = await companionsOf({
      ...files((name) => ({ [`${name}.jpg`]: IMAGE, [`control/${name}.png`]: IMAGE })),
      'gone1.jpg': IMAGE,
      'gone2.jpg': IMAGE,
      'metadata.jsonl': lines(
        [...NAMES, 'gone1', 'gone2'].map((name) => ({
          file_name: `${name}.jpg`,
          text: name,
          original_filename: `IMG ${name}.jpg`,
          control: `control/${name}.png`,
        })),
      ),
    });
    assert.deepEqual(found.problems, [['unpaired-companion', 'metadata.jsonl']]);
    assert.match(found.messages[0]!, /2 pictures that metadata\.jsonl names under "control"/);
  });
});

describe('pictures that only look like companions', () => {
  const forgotten: Record<string, Entries> = {
    'a split with the same numbers': files(
      (name) => ({ ...captioned(`train/${name}`), [`val/${name}.jpg`]: IMAGE }),
      ['0001', '0002', '0003'],
    ),
    'another batch with some of the numbers': {
      ...files((name) => captioned(`batch1/${name}`), ['01', '02', '03', '04', '05', '06']),
      ...files((name) => ({ [`batch2/${name}.jpg`]: IMAGE }), ['01', '02', '03']),
    },
    'a class among others with the same numbers': {
      ...files((name) => captioned(`cats/${name}`), ['01', '02', '03', '04']),
      ...files((name) => captioned(`dogs/${name}`), ['01', '02', '03', '04']),
      ...files((name) => ({ [`hens/${name}.jpg`]: IMAGE }), ['01', '02', '03', '04']),
    },
    'another folder with names of its own': {
      ...files((name) => captioned(`a/${name}`)),
      'b/deer.jpg': IMAGE,
      'b/cow.jpg': IMAGE,
      'b/goat.jpg': IMAGE,
    },
  };
  for (const [layout, entries] of Object.entries(forgotten)) {
    test(`have no caption: ${layout}`, async () => {
      const found = await companionsOf(entries);
      assert.deepEqual(found.companions, []);
      assert.deepEqual(
        found.problems.map(([code]) => code),
        ['missing-caption'],
      );
    });
  }

  test('have no caption: the next photos of a series, a single edited one', async () => {
    const found = await companionsOf({
      ...files((name) => captioned(`${name}_1`)),
      'cow_2.jpg': IMAGE,
      'hens_2.jpg': IMAGE,
      'koala_1-edited.jpg': IMAGE,
    });
    assert.deepEqual(found.companions, []);
    assert.deepEqual(
      found.problems.map(([code]) => code),
      Array(3).fill('missing-caption'),
    );
  });

  test('are pairs where they have captions of their own', async () => {
    const dataset = await openOne(
      files((name) => ({ ...captioned(`image1/${name}`), ...captioned(`control1/${name}`) })),
    );
    assert.equal(dataset.pairs.length, 2 * NAMES.length);
  });
});

describe('videos', () => {
  test('with captions beside images are counted and left alone', async () => {
    const dataset = await openOne({
      ...files(captioned),
      'clip_1.mp4': IMAGE,
      'clip_1.txt': 'a dog runs',
      'clip_2.webm': IMAGE,
      'clip_2.txt': 'a cat runs',
      'gone.txt': 'its image was deleted',
    });
    assert.deepEqual(problemsOf(dataset), [
      ['missing-image', 'gone.txt'],
      ['videos-not-judged', 'clip_1.mp4'],
    ]);
    assert.match(
      inEnglish(dataset.problems[1]!.message),
      /^2 videos have captions, e\.g\. clip_1\.mp4/,
    );
  });

  test('that rows name are one remark, and a missing one is missing', async () => {
    const dataset = await openOne({
      'a.jpg': IMAGE,
      'b.mp4': IMAGE,
      'c.mov': IMAGE,
      'metadata.jsonl': lines(
        ['a.jpg', 'b.mp4', 'c.mov', 'd.mp4'].map((file_name) => ({ file_name, text: file_name })),
      ),
    });
    assert.equal(dataset.pairs.length, 1);
    assert.deepEqual(problemsOf(dataset), [
      ['videos-not-judged', 'metadata.jsonl'],
      ['missing-image', 'metadata.jsonl'],
    ]);
  });
});
