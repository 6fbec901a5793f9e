import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areAlikeNames } from '../../../src/core/dataset/alikeNames.ts';

test('names of the same thing, and of two', () => {
  for (const [a, b] of [
    ['harbour_evening', 'Harbour Evening'],
    ['IMG_0417', 'img-0417'],
    ['cat', 'cat_edited'],
    ['IMG_1', 'IMG_1 (2)'],
    ['collosseum', 'colosseum'],
    ['château', 'cha\u0302teau'],
    ['19_frontal', '19-frontal-crop'],
  ] as const) {
    assert.ok(areAlikeNames(a, b), `${a}, ${b}`);
    assert.ok(areAlikeNames(b, a), `${b}, ${a}`);
  }
  for (const [a, b] of [
    ['IMG_1', 'IMG_2'],
    ['photo', 'photo_12'],
    ['harbour_evening', 'mountain_trail'],
    ['cat', 'bat'],
    ['00012', '00013'],
    ['', 'cat'],
  ] as const) {
    assert.ok(!areAlikeNames(a, b), `${a}, ${b}`);
  }
});
