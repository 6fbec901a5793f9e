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

test('a word is typical where it is used more often than in the rest of the dataset', () => {
  const dogs = ['a brown dog runs on grass', 'a dog in the grass', 'a man and his dog running'];
  const rest = Array.from({ length: 50 }, (_, i) => `a man at table number${i}`);
  const words = new WordCounts([...dogs, ...rest]);
  assert.ok(words.lift('dog', 3, 3) > words.lift('grass', 2, 3));
  assert.ok(words.lift('grass', 2, 3) > words.lift('runs', 1, 3));
  assert.ok(words.lift('man', 1, 3) < 0);
  assert.equal(words.share('grass'), 2 / 53);
  assert.equal(words.share('unknown'), 0);
});

test('words in other scripts are words', () => {
  assert.deepEqual([...contentWords('Собака бежит по траве')], ['собака', 'бежит', 'траве']);
});
