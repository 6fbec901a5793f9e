import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  jsonText,
  shorten,
  visibleLines,
  visibleText,
} from '../../../src/core/text/visibleText.ts';

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

  test('what nobody sees is told: marks, fillers, tags, lone surrogates', () => {
    assert.equal(
      visibleText('a\u200b\u2060\ufeff\u3164\u{e0041}\ud800\u009b\u007f'),
      String.raw`a\u200b\u2060\ufeff\u3164\u{e0041}\ud800\u009b\u007f`,
    );
  });

  test('a text of several lines keeps its line ends and nothing else', () => {
    assert.equal(visibleLines('a\r\n\u001bb\n'), 'a\\r\n\\u001bb\n');
  });

  test('a letter with a megabyte of accents is cut as well', () => {
    assert.ok(shorten(`e${'\u0301'.repeat(500_000)}`, 10).length < 1000);
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

describe('JSON that is printed', () => {
  const UNSEEN =
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

  test('holds no unseen character, and the same data once parsed', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary' }),
        fc.constantFrom(0, 2),
        (value, indent) => {
          const text = jsonText(value, indent);
          assert.doesNotMatch(text, UNSEEN);
          assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        },
      ),
    );
    const hostile = { '\u009b31m': '\u202e\u{e0041}\ud800\u007f\u2066\n' };
    assert.doesNotMatch(jsonText(hostile), /[\u007f\u009b\u202e\u2066\ud800-\udfff]/);
    assert.deepEqual(JSON.parse(jsonText(hostile)), hostile);
  });
});
