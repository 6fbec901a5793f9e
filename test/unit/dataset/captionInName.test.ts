import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { captionInName, namesRead } from '../../../src/core/dataset/captionInName.ts';
import { IMAGE_EXTENSIONS } from '../../../src/core/dataset/fileKinds.ts';
import {
  readOnlyFinding,
  readOnlyReason,
  refuseReadOnly,
} from '../../../src/core/dataset/readOnly.ts';
import { CAPTION_EXTENSIONS } from '../../../src/core/formats/captionFiles.ts';
import { runs } from '../../support/runs.ts';

const NAMES: readonly (readonly [name: string, caption: string | undefined])[] = [
  ['a red bus in the rain_00012.png', 'a red bus in the rain'],
  ['0001 - a koala on a tree.jpg', 'a koala on a tree'],
  ['00012-3456789-a red bus.png', 'a red bus'],
  ['a_red_bus_in_the_rain-1234567.png', 'a red bus in the rain'],
  ['deep/er/a red-haired woman (2).png', 'a red-haired woman'],
  ['a bus_6b2f3c1e-2a3b-4c5d-8e9f-001122334455.png', 'a bus'],
  ['2 dogs on a beach.jpg', '2 dogs on a beach'],
  ['a street in 1950.jpg', 'a street in 1950'],
  ['red-vintage-bus.jpg', 'red vintage bus'],
  ['沙发上的一只猫_001.png', '沙发上的一只猫'],
  ['sks (1).jpg', 'sks'],
  ['IMG_1234.jpg', undefined],
  ['IMG-20240101-WA0003.jpg', undefined],
  ['DSC00012.JPG', undefined],
  ['PXL_20230101_123456789.jpg', undefined],
  ['Screenshot 2024-05-01 at 10.22.33.png', undefined],
  ['untagged (12).png', undefined],
  ['000123.jpg', undefined],
  ['3fa4bb90c1d2e3f4a5b6.jpg', undefined],
];

describe('captions in the names of images', () => {
  for (const [name, caption] of NAMES) {
    test(`${name}: ${String(caption)}`, () => {
      assert.equal(captionInName(name), caption);
    });
  }

  test('numbers of any program around a caption are not part of it', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{2,8}$/), { minLength: 4, maxLength: 9 });
    fc.assert(
      fc.property(
        words,
        fc.nat(99_999),
        fc.constantFrom('', '_', ' - ', '-'),
        fc.boolean(),
        (all, number, gap, isBehind) => {
          const caption = `a ${all.join(' ')}`;
          const count = String(number).padStart(5, '0');
          const name =
            gap === ''
              ? caption
              : isBehind
                ? `${caption}${gap.trim()}${count}`
                : `${count}${gap}${caption}`;
          // A word of four letters and more that is a hash by its letters has no digits.
          assert.equal(captionInName(`set/${name}.png`), caption);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  const folder = (names: readonly string[]) => names.map((name) => `set/${name}.jpg`);

  test('sentences are captions, words that may be titles are asked for, names of cameras and programs are neither', () => {
    const sentences = ['a brown cow on a meadow', 'two hens at a fence', 'a kitten in a bed'];
    assert.equal(namesRead(folder(sentences)), 'captions');
    const counted = sentences.map((text, i) => `${text.replaceAll(' ', '_')}_0000${i}`);
    assert.equal(namesRead(folder(counted)), 'captions');
    const slugs = sentences.map((text) => text.replaceAll(' ', '-'));
    assert.equal(namesRead(folder(slugs)), 'perhaps');
    const films = ['The Return of the King', 'Lord of the Flies 1990', 'The Bridge on the River'];
    assert.equal(namesRead(folder(films)), 'perhaps');
    const help = ['How to add a new file', 'How to open a project', 'Where to find a setting'];
    assert.equal(namesRead(folder(help)), 'perhaps');
    for (const scheme of [
      (i: number) => `IMG_123${i}`,
      (i: number) => `untagged (${i})`,
      (i: number) => `WhatsApp Image 2024-01-0${i} at 10.11.12 AM`,
      (i: number) => `Screenshot from my old phone ${i}`,
      (i: number) => `photo of a john smith (${i})`,
      (i: number) => `ComfyUI_0000${i}_`,
    ]) {
      assert.equal(namesRead(folder([1, 2, 3, 4].map(scheme))), 'no');
    }
  });
});

describe('captions that are not edited', () => {
  test('no path of an image or archive is a place for text, however it is written', () => {
    const image = fc.constantFrom(...IMAGE_EXTENSIONS, 'parquet');
    fc.assert(
      fc.property(fc.string(), image, fc.boolean(), (stem, extension, isUpper) => {
        const name = `x${stem}y.${isUpper ? extension.toUpperCase() : extension}`;
        for (const path of [name, `/data/${name}`, `C:\\set\\${name}`]) {
          assert.notEqual(readOnlyReason(path), undefined, path);
          assert.throws(() => refuseReadOnly(path));
        }
      }),
      { numRuns: runs(300) },
    );
  });

  test('caption files are, and images without a caption can get one beside them', () => {
    for (const extension of CAPTION_EXTENSIONS.filter((each) => each !== 'parquet')) {
      assert.equal(readOnlyReason(`set/cow.${extension}`), undefined, extension);
    }
    assert.equal(readOnlyFinding('set/cow.jpg', []), undefined);
    assert.equal(readOnlyFinding('set/cow.jpg', ['set/cow.jpg']), 'file-name');
    assert.equal(readOnlyFinding('a.tar/cow.jpg', []), 'archive');
    assert.equal(readOnlyFinding('set/cow.txt', ['set/cow.txt', 'a.tar/hen.txt']), 'archive');
  });
});
