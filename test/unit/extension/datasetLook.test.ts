import assert from 'node:assert/strict';
import { test } from 'node:test';
import { haveSidecars } from '../../../src/extension/datasetLook.ts';

test('a text file of an image’s name in the same folder makes a dataset', () => {
  assert.ok(haveSidecars(['a/dog.jpg'], ['a/dog.txt']));
  assert.ok(haveSidecars(['a/dog.1.PNG'], ['a/dog.1.caption']));
});

test('readme files, other folders and other names make none', () => {
  assert.ok(!haveSidecars(['a/dog.jpg', 'logo.png'], ['README.txt', 'b/dog.txt', 'a/doggy.txt']));
  assert.ok(!haveSidecars([], ['a/dog.txt']));
  assert.ok(!haveSidecars(['a/dog.jpg'], []));
});
