import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  }
});
