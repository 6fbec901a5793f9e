import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RULES } from '../../../src/core/audit/rules.ts';
import { pairStatistics, type PairStatistics } from '../../../src/core/query/pairStatistics.ts';
import type { QueriedPair } from '../../../src/core/query/pairTest.ts';
import { parseQuery } from '../../../src/core/query/parseQuery.ts';
import { selectPairs } from '../../../src/core/query/selectPairs.ts';
import { runToCompletion } from '../../../src/core/steps.ts';
import { TagVocabulary } from '../../../src/core/text/tagVocabulary.ts';
import { runs } from '../../support/runs.ts';

function pairOf(given: Partial<QueriedPair>): QueriedPair {
  return {
    image: 'a.jpg',
    caption: 'a red bus',
    split: undefined,
    match: undefined,
    fit: given.match,
    rules: [],
    decision: undefined,
    width: undefined,
    height: undefined,
    modified: undefined,
    ...given,
  };
}

function statisticsOf(pairs: readonly QueriedPair[]): PairStatistics {
  const { tags } = TagVocabulary.of(pairs.map(({ caption = '' }) => caption));
  return runToCompletion(pairStatistics(pairs, tags));
}

/** Number of pairs that a query selects. */
function selected(pairs: readonly QueriedPair[], query: string): number {
  const parsed = parseQuery(query);
  if ('fault' in parsed) assert.fail(`${query}: ${parsed.fault.message.text}`);
  return selectPairs(pairs, parsed.query).length;
}

const CODES = [...RULES.keys()].slice(0, 4);
const word = fc.constantFrom(
  'red',
  'Red',
  'bus',
  'buses',
  'ﬁve',
  'Über',
  "dog's",
  't-shirt',
  '猫',
  '白い猫が木の上に',
  '一只猫和一只狗',
  '東京タワー',
  'แมวสีดำ',
  '',
  'été',
);
const folder = fc.constantFrom('a', 'A', 'a/b', 'b/a', 'b', 'c d', 'x*y', '');
const anyPair = fc
  .record({
    words: fc.array(word, { maxLength: 12 }),
    folder,
    name: fc.nat(999),
    match: fc.option(
      fc.oneof(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100).map((n) => n / 100),
      ),
      { nil: undefined },
    ),
    rules: fc.subarray(CODES),
    decision: fc.constantFrom('verified' as const, 'excluded' as const, undefined),
    isMissing: fc.boolean(),
  })
  .map(({ words, folder: lies, name, match, rules, decision, isMissing }) => {
    const caption = isMissing ? undefined : words.join(' ');
    return pairOf({
      image: `${lies === '' ? '' : `${lies}/`}${name}.jpg`,
      caption,
      match,
      rules,
      decision,
      ...(caption !== undefined && {
        tokens: () => words.filter((each) => each !== '').length * 3,
      }),
    });
  });

describe('statistics of pairs', () => {
  test('every query selects as many pairs as its number says', () => {
    fc.assert(
      fc.property(fc.array(anyPair, { maxLength: 60 }), (pairs) => {
        const statistics = statisticsOf(pairs);
        const bars = [
          ...statistics.match,
          ...statistics.length,
          ...statistics.tokens,
          ...statistics.rules,
          ...statistics.words.shown,
        ];
        for (const { pairs: count, query } of bars)
          assert.equal(selected(pairs, query), count, query);
        for (const { pairs: all, found, query } of statistics.folders.shown)
          assert.equal(selected(pairs, query), found > 0 ? found : all, query);
        for (const [n, below] of statistics.matchBelow.entries())
          assert.equal(selected(pairs, `match<${n / 100}`), below);
        assert.equal(selected(pairs, 'untagged'), statistics.untagged);
        assert.equal(selected(pairs, '-untagged'), statistics.captions);
        assert.equal(selected(pairs, 'rule:*'), statistics.found);
        assert.equal(selected(pairs, 'decision:verified'), statistics.verified);
        assert.equal(selected(pairs, 'decision:ignored'), statistics.excluded);
      }),
      { numRuns: runs(200) },
    );
  });

  test('the bins hold each caption once, few of them, also with one caption of enormous length', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (lengths) => {
        const { length } = statisticsOf(
          lengths.map((many) => pairOf({ caption: 'x'.repeat(many) })),
        );
        const sum = length.reduce((before, { pairs }) => before + pairs, 0);
        assert.equal(sum, lengths.length);
        assert.ok(length.length <= 22, `${length.length} bins`);
        assert.ok(
          length.every(
            ({ from, to }, n) =>
              to === length[n + 1]?.from ||
              n === length.length - 1 ||
              to === undefined ||
              to > from,
          ),
        );
      }),
      { numRuns: runs(200) },
    );
  });

  test('tags count in captions that are lists of tags', () => {
    const pairs = ['girl, long_hair, smile', 'girl, red dress, Long Hair', 'boy, hat, smile'].map(
      (caption) => pairOf({ caption }),
    );
    const { tags } = statisticsOf(pairs);
    assert.equal(tags.total, 6);
    for (const { query, pairs: count } of tags.shown) assert.equal(selected(pairs, query), count);
    assert.deepEqual(tags.shown.map(({ pairs: count }) => count).slice(0, 3), [2, 2, 2]);
  });

  test('a folder counts what lies below it; the one with the most findings is first', () => {
    const rules = [CODES[0] ?? ''];
    const { folders } = statisticsOf([
      pairOf({ image: 'a/1.jpg' }),
      pairOf({ image: 'a/b/2.jpg', rules }),
      pairOf({ image: 'c/3.jpg' }),
      pairOf({ image: '4.jpg' }),
    ]);
    assert.deepEqual(
      folders.shown.map(({ folder: name, pairs, found, query }) => [name, pairs, found, query]),
      [
        ['a', 2, 1, 'folder:"a" rule:*'],
        ['a/b', 1, 1, 'folder:"a/b" rule:*'],
        ['.', 1, 0, 'folder:"."'],
        ['c', 1, 0, 'folder:"c"'],
      ],
    );
  });

  test('nothing was judged: no match, and no division by zero', () => {
    const { match, matchBelow, medianMatch, judged } = statisticsOf([pairOf({})]);
    assert.deepEqual([match, matchBelow, medianMatch, judged], [[], [], undefined, 0]);
    assert.deepEqual(statisticsOf([]).length, []);
  });
});
