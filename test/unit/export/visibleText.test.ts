import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { shorten, visibleText } from '../../../src/core/export/visibleText.ts';

describe('text from a dataset on a terminal', () => {
  test('escape sequences, line ends and direction overrides become visible', () => {
    assert.equal(visibleText('a\u001b[2Jb\nc\u202ed'), 'a\\u001b[2Jb\\nc\\u202ed');
  });

  test('no text can print a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(visibleText(text), /[\p{Cc}\u202a-\u202e]/u);
      }),
    );
  });

  test('CJK, emoji with modifiers and accents are left as they are', () => {
    const text = '猫がいる 👩🏽‍🚀 café';
    assert.equal(visibleText(text), text);
  });

  test('shortening never cuts an emoji in half and keeps to the limit', () => {
    assert.equal(shorten('👩🏽‍🚀'.repeat(5), 3), `${'👩🏽‍🚀'.repeat(2)}…`);
    assert.equal(shorten('👩🏽‍🚀'.repeat(3), 3), '👩🏽‍🚀'.repeat(3));
    assert.equal(shorten('abc', 3), 'abc');
  });

  test('of a caption of a megabyte the beginning is shown at once', () => {
    assert.equal(shorten('word '.repeat(200_000), 10).length, 10);
  });
});
