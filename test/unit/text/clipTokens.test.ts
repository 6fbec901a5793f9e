import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ClipTokens } from '../../../src/core/text/clipTokens.ts';

const tokens = new ClipTokens(readFileSync('models/clip-merges.txt', 'utf8'));
/** Texts with the number of their tokens according to `SimpleTokenizer.encode` of open_clip. */
const golden = JSON.parse(
  readFileSync('test/unit/text/clipTokens.golden.json', 'utf8'),
) as readonly (readonly [string, number])[];

test('a text has as many tokens as in open_clip', () => {
  assert.ok(golden.length > 70);
  for (const [text, count] of golden) assert.equal(tokens.count(text), count, text);
});

test('words lie where they are in the text, in order, and together have all tokens', () => {
  for (const [text, count] of golden) {
    const words = tokens.words(text);
    let end = 0;
    for (const word of words) {
      assert.ok(word.start >= end && word.end > word.start && word.tokens > 0);
      assert.equal(text.slice(end, word.start).trim(), '');
      end = word.end;
    }
    assert.equal(text.slice(end).trim(), '');
    assert.equal(
      words.reduce((sum, word) => sum + word.tokens, 0),
      count,
    );
  }
});
