import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captionSentences } from '../../../src/core/text/captionSentences.ts';

const textsOf = (caption: string): string[] =>
  captionSentences(caption).map(({ text, start, end }) => {
    assert.equal(caption.slice(start, end), text);
    return text;
  });

test('a caption of several sentences has each of them, where it stands', () => {
  assert.deepEqual(textsOf('A dog runs on grass. Behind it is a 3.5 m wall!  Nobody is there'), [
    'A dog runs on grass',
    'Behind it is a 3.5 m wall',
    'Nobody is there',
  ]);
  assert.deepEqual(textsOf('a dog on grass\na red car\r\nin the street at night'), [
    'a dog on grass',
    'a red car',
    'in the street at night',
  ]);
});

test('a single sentence, a list of tags and exclamations have no sentences to compare', () => {
  for (const caption of [
    'A dog runs on grass.',
    'dog, grass, red ball',
    'A dog runs. Wow!',
    '',
    '...',
  ]) {
    assert.deepEqual(captionSentences(caption), []);
  }
});
