import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { omissions, omissionSupport } from '../../../src/core/matching/leaveOneOut.ts';
import { matrix } from '../../../src/core/matching/matrix.ts';

describe('words left out', () => {
  test('each content word once, by its characters, the caption closing over it', () => {
    const caption = 'A dog, a red ball and the dog.';
    assert.deepEqual(
      omissions(caption).map(({ text, without }) => [text, without]),
      [
        ['dog', 'A , a red ball and the dog.'],
        ['red', 'A dog, a ball and the dog.'],
        ['ball', 'A dog, a red and the dog.'],
        ['dog', 'A dog, a red ball and the .'],
      ],
    );
    for (const { text, start, end } of omissions(caption)) {
      assert.equal(caption.slice(start, end), text);
    }
  });

  test('a caption of one content word has nothing to compare, and a long one is cut', () => {
    assert.deepEqual(omissions('the dog'), []);
    assert.deepEqual(omissions(''), []);
    assert.equal(omissions('dog cat '.repeat(100)).length, 40);
  });

  test('support is what the similarity loses, worked out by hand', () => {
    const words = omissions('hat dog');
    const image = Float32Array.of(0.6, 0.8);
    const caption = Float32Array.of(1, 0);
    const without = matrix(2, 2, Float32Array.of(0, 1, 0.8, -0.6));
    const weighed = omissionSupport(words, image, caption, without);
    assert.ok(Math.abs(weighed[0]!.support - (0.6 - 0.8)) < 1e-6);
    assert.ok(Math.abs(weighed[1]!.support - (0.6 - 0)) < 1e-6);
  });

  test('what all variants have in common changes no order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: 12, maxLength: 12 }),
        (v) => {
          const words = omissions('red dog ball');
          const image = Float32Array.from(v.slice(0, 3));
          const without = matrix(3, 3, Float32Array.from(v.slice(3)));
          const order = (caption: Float32Array) =>
            omissionSupport(words, image, caption, without).map(({ support }) => support);
          const [a, b] = [order(Float32Array.of(0, 0, 0)), order(Float32Array.of(1, 0, 0))];
          a.forEach((support, w) => assert.ok(Math.abs(b[w]! - support - image[0]!) < 1e-5));
        },
      ),
    );
  });
});
