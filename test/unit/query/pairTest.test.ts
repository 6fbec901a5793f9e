import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type QueriedPair } from '../../../src/core/query/pairTest.ts';
import { parseQuery } from '../../../src/core/query/parseQuery.ts';
import { selectPairs } from '../../../src/core/query/selectPairs.ts';

function pair(
  image: string,
  caption: string | undefined,
  more: Partial<QueriedPair> = {},
): QueriedPair {
  return {
    image,
    caption,
    split: undefined,
    match: undefined,
    fit: more.match,
    rules: [],
    decision: undefined,
    width: undefined,
    height: undefined,
    modified: undefined,
    ...more,
  };
}

const PAIRS: readonly QueriedPair[] = [
  pair('a/2.jpg', '1girl, Long_Hair, smile', {
    match: 0.9,
    width: 1024,
    height: 512,
    split: 'train',
    modified: 200,
  }),
  pair('a/10.jpg', 'A cat in the café', {
    match: 0.2,
    rules: ['caption-mismatch'],
    width: 256,
    height: 256,
    modified: 300,
  }),
  pair('b/a/3.PNG', 'Two cathedrals,\nlong hair dryer', {
    match: 0.5,
    decision: 'verified',
    modified: 100,
  }),
  pair('top.jpg', '一只猫坐在桌子上', {
    split: 'test',
    decision: 'excluded',
    width: 64,
    height: 4096,
  }),
  pair('b/none.jpg', undefined, { rules: ['missing-caption'] }),
];

function selected(text: string): number[] {
  const result = parseQuery(text);
  if ('fault' in result) assert.fail(text);
  return [...selectPairs(PAIRS, result.query)];
}

describe('a query selects', () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['', [0, 1, 2, 3, 4]],
    // Words by their beginning, phrases whole; the accent is part of the letter however it is stored.
    ['cat', [1, 2]],
    ['"cat"', [1]],
    ['edral', []],
    ['cafe\u0301', [1]],
    ['"in the"', [1]],
    ['猫', [3]],
    ['"a-b"', []],
    ['.*+?^${}[]|', []],
    ['rule:caption-*', [1]],
    ['/^A /', [1]],
    ['/^a /', []],
    ['/^TWO/i', [2]],
    ['tag:long_hair', [0]],
    ['tag:"LONG hair"', [0]],
    ['tag:long*', [0, 2]],
    ['name:*.png', [2]],
    ['name:10.jpg', [1]],
    ['folder:a', [0, 1, 2]],
    ['folder:b', [2, 4]],
    ['folder:b/a/', [2]],
    ['folder:.', [3]],
    ['split:TR*', [0]],
    ['rule:*', [1, 4]],
    ['-rule:*', [0, 2, 3]],
    ['decision:none', [0, 1, 4]],
    ['decision:ignored', [3]],
    ['decision:excluded', [3]],
    ['untagged', [4]],
    ['match<0.5', [1]],
    ['match<=50%', [1, 2]],
    ['-match<0.5', [0, 2, 3, 4]],
    ['width<512', [1, 3]],
    ['size<100k', [1]],
    ['tags>1', [0, 2]],
    ['len=0', [4]],
    ['cat OR untagged', [1, 2, 4]],
    ['cat -"cat"', [2]],
    // Orders; what has no value comes last either way.
    ['sort:match', [1, 2, 0, 3, 4]],
    ['sort:-match', [0, 2, 1, 3, 4]],
    ['sort:name', [0, 1, 2, 4, 3]],
    ['sort:-length', [2, 0, 1, 3, 4]],
    ['sort:size folder:a', [1, 0, 2]],
    ['sort:date', [2, 0, 1, 3, 4]],
    ['sort:-date', [1, 0, 2, 3, 4]],
    ['sort:-dataset', [4, 3, 2, 1, 0]],
  ];
  for (const [text, expected] of cases) {
    it(text === '' ? 'all' : text, () => {
      assert.deepEqual(selected(text), [...expected]);
    });
  }
});
