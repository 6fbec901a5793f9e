import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wordConfidence, WordSupports } from '../../../src/core/audit/wordSupports.ts';

const word = (text: string, support: number) => ({ text, start: 0, end: text.length, support });
const fits = (share: number): boolean[] => Array.from({ length: 400 }, (_, i) => i < 400 * share);

function supportsOf(...words: ReturnType<typeof word>[]): WordSupports {
  const supports = new WordSupports();
  supports.set(3, 'a hat', words);
  return supports;
}

describe('which words of a caption are reported', () => {
  const weak = [word('hat', -0.2), word('cat', -0.05)];

  test('those with little support, on their own image and caption only', () => {
    const supports = supportsOf(...weak);
    supports.calibrate(fits(0.85), [-0.2, -0.05], 1000);
    assert.deepEqual(
      supports.reported(3, 'a hat').map(({ text }) => text),
      ['hat'],
    );
    assert.deepEqual(supports.reported(4, 'a hat'), []);
    assert.deepEqual(supports.reported(3, 'a cat'), []);
  });

  test('none where words fit their own images hardly better than others', () => {
    const supports = supportsOf(...weak);
    supports.calibrate(fits(0.6), [-0.2, -0.05], 1000);
    assert.deepEqual(supports.reported(3, 'a hat'), []);
    assert.deepEqual(supports.unsupported(weak), []);
  });

  test('none in a dataset of few words, but a caption that is asked about is answered', () => {
    const supports = supportsOf(...weak);
    supports.calibrate(fits(0.85), [-0.2, -0.05], 100);
    assert.deepEqual(supports.reported(3, 'a hat'), []);
    assert.deepEqual(
      supports.unsupported(weak).map(({ text }) => text),
      ['hat'],
    );
  });

  test('at most one word in a hundred: where many have little support, only the least supported', () => {
    const all = Array.from({ length: 50 }, (_, i) => word(`w${i}`, -0.1 - i / 100));
    const supports = supportsOf(...all);
    supports.calibrate(
      fits(0.85),
      all.map(({ support }) => support),
      1000,
    );
    assert.deepEqual(
      supports.reported(3, 'a hat').map(({ text }) => text),
      all.slice(-10).map(({ text }) => text),
    );
  });

  test('less support is more confidence', () => {
    assert.ok(wordConfidence(-0.15) > wordConfidence(-0.1));
    assert.ok(wordConfidence(-1) <= 0.8 && wordConfidence(-0.09) >= 0.4);
  });
});
