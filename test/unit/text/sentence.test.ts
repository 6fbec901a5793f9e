import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inEnglish, sentence, verbatim } from '../../../src/core/text/sentence.ts';

describe('a sentence in English', () => {
  test('has its values and phrases in their places, in any order and number', () => {
    const phrase = sentence('{0} and {1}', 'sand', 'sea');
    assert.equal(
      inEnglish(sentence('{1} of {0}, {1}', 3, phrase)),
      'sand and sea of 3, sand and sea',
    );
  });

  test('takes a caption as it is, with places and dollars of its own', () => {
    for (const caption of ['{0} {1}', '$& $1 $$', '{n}', '']) {
      assert.equal(inEnglish(sentence('“{0}”, “{1}”', caption, 'x')), `“${caption}”, “x”`);
      assert.equal(inEnglish(verbatim(caption)), caption);
    }
  });
});
