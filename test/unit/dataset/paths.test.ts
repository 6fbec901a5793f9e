import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ImageIndex } from '../../../src/core/dataset/imageIndex.ts';
import { extensionOf, isImageName, stemOf } from '../../../src/core/dataset/fileKinds.ts';
import {
  commonFolder,
  readWrittenPath,
  toAbsolute,
  toDatasetPath,
} from '../../../src/core/dataset/paths.ts';
import { splitFromFileName, splitFromFolders } from '../../../src/core/dataset/split.ts';

const POSIX = '/data/set';
const WINDOWS = 'C:\\data\\set';
const UNC = '\\\\server\\share\\set';

describe('a name written in a caption file', () => {
  const followed: readonly (readonly [
    root: string,
    written: string,
    base: string,
    path: string,
  ])[] = [
    [POSIX, 'a.jpg', '', 'a.jpg'],
    [POSIX, './img//a.jpg', 'train', 'train/img/a.jpg'],
    [POSIX, '../val/a.jpg', 'train', 'val/a.jpg'],
    [POSIX, '/data/set/img/a.jpg', 'train', 'img/a.jpg'],
    [POSIX, '/data/set/x/../a.jpg', '', 'a.jpg'],
    [POSIX, 'file:///data/set/a%20b.jpg', '', 'a b.jpg'],
    [WINDOWS, 'file:///C:/data/set/img/a%20b.jpg', '', 'img/a b.jpg'],
    [POSIX, 'a #1 100% "x" 🐕\n.jpg', '', 'a #1 100% "x" 🐕\n.jpg'],
    [WINDOWS, 'img\\a.jpg', '', 'img/a.jpg'],
    [WINDOWS, 'c:/DATA/Set/img/a.jpg', '', 'img/a.jpg'],
    [WINDOWS, '\\\\?\\C:\\data\\set\\a.jpg', '', 'a.jpg'],
    [UNC, '\\\\SERVER\\share\\set\\img\\a.jpg', '', 'img/a.jpg'],
    [UNC, '//server/share/set/a.jpg', '', 'a.jpg'],
    [UNC, '\\\\?\\UNC\\server\\share\\set\\a.jpg', '', 'a.jpg'],
  ];
  for (const [root, written, base, path] of followed) {
    test(`${JSON.stringify(written)} in ${base === '' ? root : base} is ${JSON.stringify(path)}`, () => {
      const reading = readWrittenPath(written, base, root);
      assert.ok('candidates' in reading, JSON.stringify(reading));
      assert.equal(reading.candidates[0], path);
    });
  }

  test('with backslashes on POSIX is first a name, then a path from Windows', () => {
    assert.deepEqual(readWrittenPath('img\\a.jpg', '', POSIX), {
      candidates: ['img\\a.jpg', 'img/a.jpg'],
    });
    assert.deepEqual(readWrittenPath('..\\..\\a.jpg', 'img', POSIX), {
      candidates: ['img/..\\..\\a.jpg'],
    });
  });

  const refused: readonly (readonly [root: string, written: string, why: string])[] = [
    [POSIX, '../a.jpg', 'climbs-out'],
    [POSIX, 'img/../../a.jpg', 'climbs-out'],
    [POSIX, '/etc/passwd', 'absolute'],
    [POSIX, '/data/set2/a.jpg', 'absolute'],
    [POSIX, '/data/set/../other/a.jpg', 'absolute'],
    [POSIX, 'C:\\data\\set\\a.jpg', 'absolute'],
    [POSIX, '\\\\server\\share\\a.jpg', 'absolute'],
    [POSIX, 'https://example.org/a.jpg', 'url'],
    [POSIX, 'file:///data/other/a.jpg', 'absolute'],
    [POSIX, 'file:///data/set/%2e%2e/other/a.jpg', 'absolute'],
    [POSIX, 'file:///data/set/a%00.jpg', 'not-a-path'],
    [POSIX, 'file://server/data/set/a.jpg', 'url'],
    [POSIX, 'data:image/png;base64,AAAA', 'url'],
    [POSIX, ' ', 'empty'],
    [POSIX, 'a\0.jpg', 'not-a-path'],
    [WINDOWS, '..\\a.jpg', 'climbs-out'],
    [WINDOWS, 'D:\\data\\set\\a.jpg', 'absolute'],
    [WINDOWS, '/data/set/a.jpg', 'absolute'],
    [WINDOWS, 'C:a.jpg', 'not-a-path'],
    [UNC, '\\\\server\\other\\set\\a.jpg', 'absolute'],
  ];
  for (const [root, written, why] of refused) {
    test(`${JSON.stringify(written)} in ${root} is refused: ${why}`, () => {
      assert.deepEqual(readWrittenPath(written, '', root), { refused: why });
    });
  }

  test('may not leave the fence around its folder', () => {
    assert.deepEqual(readWrittenPath('../a.jpg', 'train', POSIX, 'train'), {
      refused: 'climbs-out',
    });
    assert.deepEqual(readWrittenPath('/data/set/a.jpg', 'train', POSIX, 'train'), {
      refused: 'absolute',
    });
  });
});

describe('absolute paths', () => {
  test('go to dataset paths and back on every platform', () => {
    for (const [root, absolute] of [
      [POSIX, '/data/set/img/a b.jpg'],
      ['/', '/img/a b.jpg'],
      [WINDOWS, 'C:\\data\\set\\img\\a b.jpg'],
      ['C:\\', 'C:\\img\\a b.jpg'],
      [UNC, '\\\\server\\share\\set\\img\\a b.jpg'],
    ] as const) {
      assert.equal(toDatasetPath(root, absolute), 'img/a b.jpg');
      assert.equal(toAbsolute(root, 'img/a b.jpg'), absolute);
      assert.equal(toAbsolute(root, ''), root);
    }
  });

  test('outside the root have no dataset path', () => {
    assert.equal(toDatasetPath(POSIX, '/data/settee/a.jpg'), undefined);
    assert.equal(toDatasetPath(WINDOWS, '/data/set/a.jpg'), undefined);
  });
});

describe('images', () => {
  const index = new ImageIndex(['cafe\u0301.jpg', 'b/Photo.JPG', 'b/x.y.png']);

  test('are found whichever way their accents are composed', () => {
    assert.equal(index.find('caf\u00e9.jpg'), 'cafe\u0301.jpg');
  });

  test('are not found in another case, but suggested', () => {
    assert.equal(index.find('b/photo.jpg'), undefined);
    assert.deepEqual(index.differingInCase('b/photo.jpg'), ['b/Photo.JPG']);
    assert.equal(index.named('elsewhere\\photo.jpg', ''), 'b/Photo.JPG');
    assert.deepEqual(index.withStem('b/x.y'), ['b/x.y.png']);
  });

  test('are told by their extension in any case, masks left out', () => {
    assert.ok(isImageName('a/b.JPEG') && isImageName('x.jxl'));
    assert.ok(!isImageName('a-masklabel.png') && !isImageName('.png') && !isImageName('a.npz'));
    assert.equal(extensionOf('a.b/c'), '');
    assert.equal(stemOf('a.b/c.d.jpg'), 'a.b/c.d');
  });
});

test('folders and file names speak of splits', () => {
  assert.equal(splitFromFolders('data/val2014/x'), 'val');
  assert.equal(splitFromFolders('Training'), 'train');
  assert.equal(splitFromFolders('trainers'), undefined);
  assert.equal(splitFromFileName('captions_train2017'), 'train');
  assert.equal(commonFolder('a/b/c', 'a/bc'), 'a');
});
