import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bmpPixels } from '../../src/adapters/bmpPixels.ts';
import { sharpImageReader } from '../../src/adapters/sharpImageReader.ts';
import { sharpThumbnails } from '../../src/adapters/sharpThumbnails.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { bmp24, bmpOf, type BmpParts } from '../support/bmp.ts';
import { photo } from '../support/photos.ts';

const PALETTE = [...[0, 0, 255, 0], ...[0, 255, 0, 0], ...[255, 0, 0, 0], ...[9, 9, 9, 0]];
const [RED, GREEN, BLUE, GREY] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [9, 9, 9],
];

/** Three pixels in two rows: red, green, blue over grey, red, green. */
const PICTURE = [RED, GREEN, BLUE, GREY, RED, GREEN].flat();

const kinds: Record<string, BmpParts> = {
  '24 bits': {
    width: 3,
    height: 2,
    bits: 24,
    data: Uint8Array.from([
      ...[9, 9, 9, 0, 0, 255, 0, 255, 0, 0, 0, 0],
      ...[0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0],
    ]),
  },
  '24 bits, the top row first': {
    width: 3,
    height: -2,
    bits: 24,
    data: Uint8Array.from([
      ...[0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0],
      ...[9, 9, 9, 0, 0, 255, 0, 255, 0, 0, 0, 0],
    ]),
  },
  '8 bits': {
    width: 3,
    height: 2,
    bits: 8,
    palette: PALETTE,
    data: Uint8Array.from([3, 0, 1, 0, 0, 1, 2, 0]),
  },
  '4 bits': {
    width: 3,
    height: 2,
    bits: 4,
    palette: PALETTE,
    data: Uint8Array.from([0x30, 0x10, 0, 0, 0x01, 0x20, 0, 0]),
  },
  '8 bits in runs': {
    width: 3,
    height: 2,
    bits: 8,
    compression: 1,
    palette: PALETTE,
    data: Uint8Array.from([0, 3, 3, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 2, 0, 1]),
  },
  '4 bits in runs': {
    width: 3,
    height: 2,
    bits: 4,
    compression: 2,
    palette: PALETTE,
    data: Uint8Array.from([0, 3, 0x30, 0x10, 0, 0, 2, 0x01, 1, 0x20, 0, 1]),
  },
  '32 bits in fields': {
    width: 3,
    height: 2,
    bits: 32,
    compression: 3,
    masks: [0xff000000, 0xff0000, 0xff00],
    data: Uint8Array.from([
      ...[0, 9, 9, 9, 0, 0, 0, 255, 0, 0, 255, 0],
      ...[0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0],
    ]),
  },
};

describe('a Windows bitmap', () => {
  for (const [kind, parts] of Object.entries(kinds)) {
    test(`of ${kind} gives its pixels, top row first`, () => {
      assert.deepEqual([...bmpPixels(bmpOf(parts))], PICTURE);
    });
  }

  test('of 16 bits and of one bit is read by its fields and its palette', () => {
    const sixteen = bmpOf({
      width: 2,
      height: 1,
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x7e0, 0x1f],
      data: Uint8Array.from([0x00, 0xf8, 0xe0, 0x07]),
    });
    assert.deepEqual([...bmpPixels(sixteen)], [RED, GREEN].flat());
    const one = bmpOf({
      width: 2,
      height: 1,
      bits: 1,
      palette: PALETTE.slice(0, 8),
      data: Uint8Array.from([0x40, 0, 0, 0]),
    });
    assert.deepEqual([...bmpPixels(one)], [RED, GREEN].flat());
  });

  test('is read and shown like the same picture as PNG', async () => {
    const { data, info } = await photo(3).raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.channels, 3);
    const bmp = bmp24(info.width, info.height, data);
    const png = await photo(3).png().toBuffer();
    const reader = sharpImageReader();
    assert.deepEqual(await reader.read(bmp, 64), await reader.read(png, 64));
    assert.deepEqual(await sharpThumbnails.read(bmp, 32), await sharpThumbnails.read(png, 32));
  });

  test('that is cut off, of an unknown kind, or too large is refused with a remedy', async () => {
    const whole = bmpOf({ ...kinds['24 bits']! });
    const wrong: readonly (readonly [Uint8Array, RegExp])[] = [
      [whole.subarray(0, whole.length - 4), /ends too early/],
      [whole.subarray(0, 20), /ends too early/],
      [bmpOf({ ...kinds['24 bits']!, bits: 7 }), /of a kind/],
      [bmpOf({ ...kinds['24 bits']!, compression: 4 }), /of a kind/],
      [bmpOf({ ...kinds['24 bits']!, width: -3 }), /of a kind/],
      [bmpOf({ ...kinds['24 bits']!, height: -(2 ** 31) }), /of a kind/],
      [bmpOf({ ...kinds['24 bits']!, width: 2 ** 30, height: 2 ** 30 }), /megapixels/],
      [bmpOf({ ...kinds['8 bits in runs']!, width: 16_383, height: 16_383 }), /MB of memory/],
    ];
    for (const [bytes, message] of wrong) {
      await assert.rejects(sharpImageReader().read(bytes, 32), (error) => {
        assert.ok(PairLensError.is(error), String(error));
        assert.match(error.message, message);
        assert.ok(error.remedy);
        return true;
      });
    }
  });

  test('with any byte changed is read or refused', () => {
    for (const parts of Object.values(kinds)) {
      const sound = bmpOf(parts);
      for (let at = 2; at < sound.length; at++) {
        for (const value of [0, 1, 127, 255]) {
          const bytes = Buffer.from(sound);
          bytes[at] = value;
          // Sizes are limited before the pixels are made.
          if (Math.abs(bytes.readInt32LE(18) * bytes.readInt32LE(22)) > 1e6) continue;
          try {
            bmpPixels(bytes);
          } catch (error) {
            assert.ok(PairLensError.is(error, 'unreadable-image'), `byte ${at}: ${String(error)}`);
          }
        }
      }
    }
  });
});
