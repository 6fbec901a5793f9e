import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { sharpImageReader } from '../../src/adapters/sharpImageReader.ts';
import { PairLensError } from '../../src/core/errors.ts';
import type { SquareImage } from '../../src/core/ports.ts';
import { hugePng, interlacedPng, photo } from '../support/photos.ts';

const SIZE = 32;
const reader = sharpImageReader();
const red = { r: 255, g: 0, b: 0 };
const plain = (background: object, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 40, height: 20, channels, background } });

function pixel({ rgb, size }: SquareImage, x: number, y: number): number[] {
  return [...rgb.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)];
}

function near(actual: readonly number[], expected: readonly number[], tolerance = 12): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assert.ok(
      Math.abs(value - (expected[i] ?? NaN)) <= tolerance,
      `${actual.join()} is not near ${expected.join()}`,
    );
  }
}

async function refusal(bytes: Uint8Array, limited = reader): Promise<PairLensError> {
  try {
    await limited.read(bytes, SIZE);
  } catch (error) {
    assert.ok(PairLensError.is(error));
    assert.ok(error.remedy, 'every refusal says what to do');
    return error;
  }
  return assert.fail('the image was read');
}

const readable: readonly [string, () => Promise<Buffer>, readonly number[]][] = [
  ['a JPEG', () => plain(red).jpeg().toBuffer(), [254, 0, 0]],
  [
    'a grey image',
    () => plain({ r: 90, g: 90, b: 90 }).toColourspace('b-w').png().toBuffer(),
    [90, 90, 90],
  ],
  ['a 16-bit image', () => plain(red).toColourspace('rgb16').png().toBuffer(), [255, 0, 0]],
  [
    'a CMYK image',
    () => plain({ r: 255, g: 255, b: 255 }).toColourspace('cmyk').jpeg().toBuffer(),
    [255, 255, 255],
  ],
  [
    'a transparent image, on white',
    () =>
      plain({ ...red, alpha: 0 }, 4)
        .png()
        .toBuffer(),
    [255, 255, 255],
  ],
  ['a palette image', () => plain(red).png({ palette: true }).toBuffer(), [255, 0, 0]],
];
for (const [name, make, colour] of readable) {
  test(`${name} becomes an 8-bit RGB square`, async () => {
    const image = await reader.read(await make(), SIZE);
    assert.equal(image.rgb.length, SIZE * SIZE * 3);
    assert.equal(image.thumbnail.length, 256);
    assert.deepEqual([image.facts.width, image.facts.height], [40, 20]);
    near(pixel(image, 16, 16), colour);
  });
}

test('an image is turned upright before it is squashed', async () => {
  const left = await plain(red).png().toBuffer();
  // Red on the left half; orientation 6 turns the picture clockwise, so red comes to the top.
  const stored = await plain({ r: 0, g: 0, b: 255 })
    .composite([{ input: await sharp(left).resize(20, 20).toBuffer(), left: 0, top: 0 }])
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const image = await reader.read(stored, SIZE);
  assert.deepEqual([image.facts.width, image.facts.height], [20, 40]);
  near(pixel(image, 16, 4), [254, 0, 0], 20);
  near(pixel(image, 16, 28), [0, 0, 254], 20);
});

test('a profile other than sRGB is converted, not ignored', async () => {
  const wide = await plain({ r: 255, g: 0, b: 0 }).withIccProfile('p3').png().toBuffer();
  const image = await reader.read(wide, SIZE);
  near(pixel(image, 16, 16), [255, 0, 0], 6);
});

test('of an animated file the first frame is read', async () => {
  const frames = [red, { r: 0, g: 255, b: 0 }].map((background) =>
    plain(background).png().toBuffer(),
  );
  const gif = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer();
  near(pixel(await reader.read(gif, SIZE), 16, 16), [255, 0, 0]);
});

test('an image is read by its content, not by its name', async () => {
  assert.equal((await reader.read(await plain(red).png().toBuffer(), SIZE)).facts.width, 40);
});

test('a file of zero bytes is refused', async () => {
  assert.match((await refusal(new Uint8Array())).message, /empty/);
});

for (const format of ['jpeg', 'png', 'webp'] as const) {
  test(`a truncated ${format} is refused rather than half read`, async () => {
    const whole = await photo(3, 400, 300).toFormat(format).toBuffer();
    const error = await refusal(whole.subarray(0, Math.floor(whole.length / 2)));
    assert.equal(error.code, 'unreadable-image');
  });
}

test('a text file called .jpg is refused as no image', async () => {
  const error = await refusal(Buffer.from('a caption in the wrong file'));
  assert.match(error.message, /no image/);
});

test('damage is told in our words, not in those of a library', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
    const whole = await photo(1).toFormat(format).toBuffer();
    for (const part of [0.3, 0.6, 0.95]) {
      const error = await refusal(whole.subarray(0, Math.floor(part * whole.length))).catch(
        () => undefined, // what is cut off may be no part of the first frame
      );
      if (error !== undefined) assert.match(error.message, /^The image is damaged: /);
    }
  }
});

test('facts tell what trainers see otherwise: EXIF orientation, what lies under alpha', async () => {
  const turned = await plain(red).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  assert.equal((await reader.read(turned, SIZE)).facts.orientation, 6);
  const half = Buffer.alloc(40 * 20 * 4, 255);
  for (let p = 0; p < 400; p++) half.set([200, 0, 0, 0], 4 * p);
  const raw = { width: 40, height: 20, channels: 4 } as const;
  const png = await sharp(half, { raw }).png().toBuffer();
  const { facts } = await reader.read(png, SIZE);
  assert.ok(Math.abs(facts.hidden - 0.5) < 0.02, String(facts.hidden));
  assert.equal((await reader.read(await plain(red).png().toBuffer(), SIZE)).facts.hidden, 0);
});

test('facts tell a picture of one colour and a cut-off one, and no plain background', async () => {
  const noisy = await photo(2).resize(60, 60, { fit: 'fill' }).png().toBuffer();
  const onGrey = async (top: number, height: number) => {
    const upper = await sharp(noisy)
      .resize(60, 60 - height, { fit: 'fill' })
      .png()
      .toBuffer();
    const background = { r: 128, g: 128, b: 128 };
    return sharp(upper).extend({ top, bottom: height, background }).jpeg().toBuffer();
  };
  const blankOf = async (bytes: Buffer) => (await reader.read(bytes, 64)).facts.blank;
  assert.equal(await blankOf(noisy), 0);
  assert.equal(await blankOf(await plain(red).jpeg().toBuffer()), 1);
  const cut = await blankOf(await onGrey(0, 30));
  assert.ok(cut > 0.4 && cut < 0.55, String(cut));
  assert.equal(await blankOf(await onGrey(20, 30)), 0);
});

test('an SVG is never rendered', async () => {
  const drawing =
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  assert.match((await refusal(Buffer.from(drawing))).message, /SVG/);
});

for (const [name, start, words] of [
  ['a HEIC', '\0\0\0\x18ftypheic\0\0\0\0heicmif1', /HEIC/],
  ['a JPEG XL', '\xff\x0a\xfa', /JPEG XL/],
] as const) {
  test(`${name} is called by its name, not damaged, and is to be converted`, async () => {
    const error = await refusal(Buffer.from(`${start}${' '.repeat(99)}`, 'latin1'));
    assert.match(error.message, words);
    assert.match(error.remedy ?? '', /Convert/);
  });
}

test('libvips itself may decode nothing else, whatever the check lets through', async () => {
  for (const text of [
    '<!DOCTYPE x><svg xmlns="http://www.w3.org/2000/svg"/>',
    'P2 1 1 1 0',
    '1,2',
  ]) {
    await assert.rejects(sharp(Buffer.from(text)).metadata(), /unsupported image format/);
  }
});

test('an interlaced picture that would fill the memory is refused with what it needs', async () => {
  const error = await refusal(interlacedPng(16_383, 16_383));
  assert.equal(error.code, 'image-too-large');
  assert.match(error.message, /16383 x 16383.* about 2\d{3} MB .*at most \d+ MB/);
});

test('an image above the pixel limit is refused with its size, before decoding', async () => {
  const error = await refusal(hugePng(30_000, 30_000));
  assert.equal(error.code, 'image-too-large');
  assert.match(error.message, /30000 x 30000/);
});

test('the pixel limit can be set', async () => {
  const error = await refusal(
    await plain(red).png().toBuffer(),
    sharpImageReader({ maxPixels: 799 }),
  );
  assert.equal(error.code, 'image-too-large');
});
