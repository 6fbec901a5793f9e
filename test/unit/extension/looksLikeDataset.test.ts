import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { haveSidecars, looksLikeTable } from '../../../src/extension/looksLikeDataset.ts';

test('a text file of an image’s name in the same folder makes a dataset', () => {
  assert.ok(haveSidecars(['a/dog.jpg'], ['a/dog.txt']));
  assert.ok(haveSidecars(['a/dog.1.PNG'], ['a/dog.1.caption']));
});

test('several texts with the names of images make one from a folder of their own', () => {
  const images = ['images/a.jpg', 'images/b.jpg'];
  assert.ok(haveSidecars(images, ['captions/a.txt', 'captions/b.txt']));
  assert.ok(!haveSidecars(images, ['captions/a.txt', 'captions/c.txt']));
});

test('readme files, other folders and other names make none', () => {
  assert.ok(!haveSidecars(['a/dog.jpg', 'logo.png'], ['README.txt', 'b/dog.txt', 'a/doggy.txt']));
  assert.ok(!haveSidecars([], ['a/dog.txt']));
  assert.ok(!haveSidecars(['a/dog.jpg'], []));
});

test('a file of captions is known by what is in it, whatever it is called', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pairlens-look-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files: Readonly<Record<string, readonly [text: string | Uint8Array, isTable: boolean]>> = {
    'annotations.json': [
      '{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": "a dog"}]}',
      true,
    ],
    'train.csv': ['image,caption\na.jpg,a dog\n', true],
    'train.ndjson': ['{"image": "a.jpg", "caption": "a dog"}\n', true],
    'meta_clean.json': ['{"a": {"caption": "a dog"}}', true],
    'Flickr8k.token.txt': ['a.jpg#0\tA dog .\n', true],
    'utf16.csv': [Buffer.from('\ufeffimage,caption\na.jpg,a dog\n', 'utf16le'), true],
    'package.json': ['{"name": "x", "files": ["a.jpg"]}', false],
    'results.txt': ['loss 0.3', false],
    'empty.json': ['', false],
  };
  for (const [name, [text, isTable]] of Object.entries(files)) {
    const file = path.join(folder, name);
    await writeFile(file, text);
    assert.equal(await looksLikeTable(file), isTable, name);
  }
  assert.equal(await looksLikeTable(folder), false);
  assert.equal(await looksLikeTable(path.join(folder, 'gone.json')), false);
});
