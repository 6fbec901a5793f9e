import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PairLensError } from '../../src/core/errors.ts';
import { lookInto, openTree } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, open, openOne, pairsOf, problemsOf, ROOT } from '../support/openMemory.ts';

type Entries = Readonly<Record<string, MemoryEntry>>;

function withConfig(config: unknown, entries: Entries, folder = ''): Entries {
  return { ...entries, [`${folder}pairlens.config.json`]: JSON.stringify(config) };
}

const TABLE = {
  'a.jpg': IMAGE,
  'b.jpg': IMAGE,
  'table.csv':
    'pic;left;right\na.jpg;a brown dog, running;two brown dogs\nb.jpg;a grey cat, asleep;two grey cats\n',
};

describe('columns that the config file names', () => {
  test('are read from a table whose columns are unclear, with any separator', async () => {
    assert.deepEqual(
      pairsOf(await openOne(withConfig({ columns: { 'table.csv': { caption: 'right' } } }, TABLE))),
      [
        ['a.jpg', 'two brown dogs'],
        ['b.jpg', 'two grey cats'],
      ],
    );
  });

  test('may be several, a caption each', async () => {
    const config = { columns: { '*.csv': { image: 'pic', caption: ['left', 'right'] } } };
    assert.deepEqual(
      pairsOf(await openOne(withConfig(config, TABLE))).map(([, caption]) => caption),
      ['a brown dog, running', 'two brown dogs', 'a grey cat, asleep', 'two grey cats'],
    );
  });

  test('have numbers where a table has no header', async () => {
    const entries = {
      ...TABLE,
      'table.csv': 'a.jpg,1,a brown dog,x y z\nb.jpg,2,a grey cat,u v w\n',
    };
    const config = { columns: { 'table.csv': { image: '1', caption: '3' } } };
    assert.deepEqual(pairsOf(await openOne(withConfig(config, entries))), [
      ['a.jpg', 'a brown dog'],
      ['b.jpg', 'a grey cat'],
    ]);
  });

  test('are properties in JSON and JSON Lines, instead of the usual ones', async () => {
    const rows = [
      { image: 'a.jpg', caption: 'a wrong one', mine: 'a brown dog' },
      { image: 'b.jpg', caption: 'another wrong one', mine: 'a grey cat' },
    ];
    const files = {
      'list.json': JSON.stringify(rows),
      'lines.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
    };
    for (const [name, text] of Object.entries(files)) {
      const entries = { 'a.jpg': IMAGE, 'b.jpg': IMAGE, [name]: text };
      const dataset = await openOne(
        withConfig({ columns: { [name]: { caption: 'mine' } } }, entries),
      );
      assert.deepEqual(
        pairsOf(dataset),
        [
          ['a.jpg', 'a brown dog'],
          ['b.jpg', 'a grey cat'],
        ],
        name,
      );
    }
  });

  test('that a file does not have are an error of that file, which names those it has', async () => {
    const entries = withConfig({ columns: { 'table.csv': { caption: 'middle' } } }, TABLE);
    const { strayProblems } = await lookInto(memoryFiles(ROOT, entries), ROOT);
    const [problem] = strayProblems;
    assert.equal(problem?.code, 'unreadable-caption');
    assert.deepEqual(problem.remedy.values, ['"pic", "left", "right"']);
  });
});

describe('roots that the config file names', () => {
  const rows = (prefix: string) =>
    ['a', 'b', 'c']
      .map((name) => JSON.stringify({ image: `${prefix}${name}.jpg`, caption: `a ${name} thing` }))
      .join('\n');
  const both = Object.fromEntries(
    ['one', 'two'].flatMap((folder) =>
      ['a', 'b', 'c'].map((name) => [`${folder}/${name}.jpg`, IMAGE]),
    ),
  );

  test('settle where images are that lie in two folders, without a finding', async () => {
    for (const prefix of ['', 'D:\\ai\\set\\']) {
      const entries = { ...both, 'captions.jsonl': rows(prefix) };
      const [unclear] = await open(entries);
      assert.notDeepEqual(unclear?.pairs.length, 3);
      const dataset = await openOne(withConfig({ roots: { [prefix]: 'two' } }, entries));
      assert.deepEqual(
        dataset.pairs.map(({ image }) => image),
        ['two/a.jpg', 'two/b.jpg', 'two/c.jpg'],
      );
      assert.deepEqual(
        problemsOf(dataset).filter(([code]) => code !== 'companion-pictures'),
        [],
      );
    }
  });

  test('are asked for where several folders fit alike, and not where one does', async () => {
    const many = Object.fromEntries(
      ['one', 'two'].flatMap((folder) =>
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`${folder}/${name}.jpg`, IMAGE]),
      ),
    );
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      JSON.stringify({ image: `D:\\ai\\${name}.jpg`, caption: `a ${name} thing` }),
    );
    const questionsOf = async (entries: Entries) =>
      (await lookInto(memoryFiles(ROOT, entries), ROOT)).inventory.questions;
    const entries = { ...many, 'captions.jsonl': lines.join('\n') };
    const folders = ['one', 'two'].map((folder) => ({ folder, images: 6 }));
    assert.deepEqual(await questionsOf(entries), [
      { kind: 'root', file: 'captions.jsonl', prefix: 'D:\\ai', folders },
    ]);
    const one = Object.entries(entries).filter(([name]) => !name.startsWith('two/'));
    assert.deepEqual(await questionsOf(Object.fromEntries(one)), []);
    assert.deepEqual(await questionsOf(withConfig({ roots: { 'D:\\ai': 'two' } }, entries)), []);
  });

  test('without images are said', async () => {
    const entries = withConfig({ roots: { '': 'three' } }, { 'a.jpg': IMAGE, 'a.txt': 'a dog' });
    assert.deepEqual(problemsOf(await openOne(entries)), [
      ['invalid-config', 'pairlens.config.json'],
    ]);
  });
});

describe('include and exclude', () => {
  const entries = {
    'a.jpg': IMAGE,
    'a.txt': 'a dog',
    'reg/b.jpg': IMAGE,
    'reg/b.txt': 'a cat',
    'old/c.jpg': IMAGE,
    'old/c.txt': 'a cow',
  };

  test('leave files alone as .gitignore does, and the inventory counts them', async () => {
    const made = withConfig({ exclude: ['reg', '/old/*.txt'] }, entries);
    const { datasets, inventory } = await lookInto(memoryFiles(ROOT, made), ROOT);
    assert.deepEqual(datasets.flatMap(pairsOf), [['a.jpg', 'a dog']]);
    assert.equal(inventory.leftOut, 3);
  });

  test('only what is included is read', async () => {
    const dataset = await openOne(withConfig({ include: ['reg/'] }, entries));
    assert.deepEqual(pairsOf(dataset), [['reg/b.jpg', 'a cat']]);
  });
});

test('the config file is no caption file, and its settings are overridden by those given', async () => {
  const entries = { 'a.jpg': IMAGE, 'a.txt': 'a dog runs\na cat sleeps' };
  const made = withConfig({ captionsPerFile: 'lines' }, entries);
  assert.equal((await openOne(made)).pairs.length, 2);
  assert.equal((await openOne(made, { settings: { captionsPerFile: 'whole' } })).pairs.length, 1);
  assert.deepEqual((await openOne(made)).problems, []);
});

test('a folder below with a config file of its own is read by itself', async () => {
  const entries = withConfig(
    { captionsPerFile: 'lines', rules: { 'blank-image': 'off' } },
    {
      'a.jpg': IMAGE,
      'a.txt': 'a dog runs\na cat sleeps',
      'sub/b.jpg': IMAGE,
      'sub/b.txt': 'a cow eats\na pig rolls',
      'sub/deep/c.jpg': IMAGE,
      'sub/deep/c.txt': 'a hen\na cock',
    },
    'sub/',
  );
  const tree = await openTree(memoryFiles(ROOT, entries), ROOT, {
    settings: { rules: { 'hard-negative': 'hint' } },
  });
  assert.deepEqual(
    tree.map(({ dir, datasets, settings }) => [
      dir,
      datasets.flatMap(({ pairs }) => pairs.length),
      settings.rules,
    ]),
    [
      [ROOT, [2], { 'hard-negative': 'hint' }],
      [`${ROOT}/sub`, [4], { 'blank-image': 'off', 'hard-negative': 'hint' }],
    ],
  );
});

describe('a config file that is not right', () => {
  const entries = withConfig(
    { trainr: 1, captionsPerFile: 'whole' },
    { 'a.jpg': IMAGE, 'a.txt': 'x' },
  );

  test('is a finding at its place, and the rest of it applies', async () => {
    const { datasets, settings } = await lookInto(memoryFiles(ROOT, entries), ROOT);
    assert.deepEqual(datasets.flatMap(problemsOf), [['invalid-config', 'pairlens.config.json']]);
    assert.equal(settings.captionsPerFile, 'whole');
  });

  test('is an error where nothing may be ignored', async () => {
    await assert.rejects(
      open(entries, { strict: true }),
      (error) =>
        PairLensError.is(error, 'invalid-config') &&
        error.message.includes('pairlens.config.json has the setting "trainr"') &&
        error.remedy?.includes('rules, failOn') === true,
    );
  });

  test('is told where there is no dataset', async () => {
    const images = withConfig({ trainr: 1 }, { 'a.jpg': IMAGE });
    await assert.rejects(open(images), /trainr/);
  });
});
