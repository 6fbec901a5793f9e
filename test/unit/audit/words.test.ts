import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WordCounts } from '../../../src/core/audit/words.ts';
import { contentWords } from '../../../src/core/text/contentWords.ts';

test('stop words, short words and repetitions are no content', () => {
  assert.deepEqual(
    [...contentWords('Two dogs and a DOG run; dogs run on the grass')],
    ['dogs', 'dog', 'run', 'grass'],
  );
});

test('the typical words are those the neighbours share and the rest of the dataset lacks', () => {
  const dogs = ['a brown dog runs on grass', 'a dog in the grass', 'a man and his dog running'];
  const rest = Array.from({ length: 50 }, (_, i) => `a man at table number${i}`);
  const words = new WordCounts([...dogs, ...rest]);
  assert.deepEqual(words.typical(dogs, new Set(), 3), ['dog', 'grass']);
  assert.deepEqual(words.typical(dogs, new Set(['dog']), 3), ['grass']);
  assert.deepEqual(words.typical([], new Set(), 3), []);
});

test('words in other scripts are words', () => {
  assert.deepEqual([...contentWords('Собака бежит по траве')], ['собака', 'бежит', 'траве']);
});
