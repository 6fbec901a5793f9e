import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Problem } from '../../src/core/dataset/problem.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import type { MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, openOne, pairsOf, problemsOf } from '../support/openMemory.ts';

const told = (problems: readonly Problem[]) =>
  problems.map(({ code, file, message }) => [code, file, inEnglish(message)]);

const PAIR = { 'a.jpg': IMAGE, 'a.txt': 'a dog' };

describe('files that cannot be opened', () => {
  test('a dead link to an image is one mistake: neither its caption nor its row is a second', async () => {
    const beside = await openOne({
      ...PAIR,
      'gone.jpg': { fails: 'broken-link' },
      'gone.txt': 'a cat',
    });
    assert.deepEqual(told(beside.problems), [
      ['unreadable-image', 'gone.jpg', 'gone.jpg is a symbolic link to nothing.'],
    ]);
    const rows = ['a.jpg', 'gone.jpg'].map((name) =>
      JSON.stringify({ file_name: name, text: 'x' }),
    );
    const table = await openOne({
      'a.jpg': IMAGE,
      'gone.jpg': { fails: 'broken-link' },
      'metadata.jsonl': rows.join('\n'),
    });
    assert.deepEqual(pairsOf(table), [['a.jpg', 'x']]);
    assert.deepEqual(problemsOf(table), [['unreadable-image', 'gone.jpg']]);
  });

  test('a table all of whose images are dead links is still a dataset', async () => {
    const dataset = await openOne({
      'gone.jpg': { fails: 'broken-link' },
      'metadata.jsonl': '{"file_name":"gone.jpg","text":"x"}\n',
    });
    assert.deepEqual(problemsOf(dataset), [['unreadable-image', 'gone.jpg']]);
  });

  for (const [reason, words] of [
    ['named-pipe', 'a named pipe'],
    ['socket', 'a socket'],
    ['device', 'a device'],
  ] as const) {
    test(`${words} by the name of a caption is told of once, by the name of an image too`, async () => {
      const dataset = await openOne({
        ...PAIR,
        'b.jpg': IMAGE,
        'b.txt': { fails: reason },
        'c.jpg': { fails: reason },
        'notes.json': { fails: reason },
        'agent.sock': { fails: reason },
        'no-name': { fails: reason },
      });
      assert.deepEqual(pairsOf(dataset), [['a.jpg', 'a dog']]);
      assert.deepEqual(told(dataset.problems), [
        ['missing-caption', 'b.jpg', `b.jpg has no caption: b.txt is ${words}, not a file.`],
        ['unreadable-image', 'c.jpg', `c.jpg is ${words}, not a file.`],
        ['unreadable-caption', 'notes.json', `notes.json is ${words}, not a file.`],
      ]);
    });
  }

  test('a caption file of more than 16 MB is refused, and costs no other caption', async () => {
    const dataset = await openOne({
      ...PAIR,
      'b.jpg': IMAGE,
      'b.txt': new Uint8Array(17 * 2 ** 20).fill(0x61),
    });
    assert.deepEqual(pairsOf(dataset), [['a.jpg', 'a dog']]);
    assert.deepEqual(problemsOf(dataset), [['unreadable-caption', 'b.txt']]);
  });
});

describe('links that lead out of the opened folder', () => {
  test('are followed, and each is named with where it leads', async () => {
    const dataset = await openOne({
      'a.jpg': { outside: '/blobs/1', content: IMAGE },
      'a.txt': { outside: '/home/me/secret', content: 'a dog' },
      'libfoo.so': { outside: '/lib/libfoo.so', content: '' },
    });
    assert.deepEqual(pairsOf(dataset), [['a.jpg', 'a dog']]);
    assert.deepEqual(told(dataset.problems), [
      ['outside-link', 'a.jpg', 'a.jpg is a link to /blobs/1, outside of the opened folder.'],
      [
        'outside-link',
        'a.txt',
        'a.txt is a link to /home/me/secret, outside of the opened folder.',
      ],
    ]);
  });

  test('more than twenty in one folder are one problem, with their number and the first few', async () => {
    const entries: Record<string, MemoryEntry> = { 'one.jpg': IMAGE, 'one.txt': 'a dog' };
    for (let i = 100; i < 121; i++) {
      entries[`many/${i}.jpg`] = { outside: `/blobs/${i}`, content: IMAGE };
      entries[`many/${i}.txt`] = 'a cat';
    }
    const dataset = await openOne(entries);
    assert.equal(dataset.pairs.length, 22);
    assert.deepEqual(told(dataset.problems), [
      [
        'outside-link',
        'many/100.jpg',
        '21 links in many lead outside of the opened folder: many/100.jpg → /blobs/100, many/101.jpg → /blobs/101, many/102.jpg → /blobs/102, …',
      ],
    ]);
  });
});
