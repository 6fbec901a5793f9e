import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupportedWords } from '../../../src/core/matching/leaveOneOut.ts';
import { isNameable } from '../../../src/core/text/contentWords.ts';

test('what names nothing to be seen is neither a reason nor accused', () => {
  for (const word of [
    'white',
    'wooden',
    'features',
    'Contemporary',
    'the',
    'garage',
    'cat',
    'people',
  ]) {
    const named = ['garage', 'cat', 'people'].includes(word);
    assert.equal(isNameable(word), named, word);
    const weighed = { text: word, start: 0, end: word.length, support: -0.2 };
    assert.equal(unsupportedWords([weighed]).length, named ? 1 : 0, word);
  }
});
