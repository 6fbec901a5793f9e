import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';

/*
 * Windows bitmaps (Microsoft, "Bitmap Storage"), which libvips does not read: OS/2 and Windows headers, 1 to 32 bits per
 * pixel, palettes, bit masks and both run-length encodings. All offsets are checked; damaged files are rejected.
 */

/** Width and height in pixels, and the layout of the file. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

interface Layout extends BmpHeader {
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Offset of the pixels in bytes. */
  readonly offset: number;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array;
  /** Of red, green, blue and alpha. */
  readonly masks: readonly number[];
}

const FILE_HEADER = 14;
/** Lengths of the header versions: OS/2 1, Windows 3, with masks, OS/2 2, Windows 4 and 5. */
const HEADERS = [12, 40, 52, 56, 64, 108, 124];
const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
/** Valid bits per pixel of each compression. */
const BITS: ReadonlyMap<number, readonly number[]> = new Map([
  [RGB, [1, 4, 8, 16, 24, 32]],
  [RLE8, [8]],
  [RLE4, [4]],
  [BIT_FIELDS, [16, 32]],
  [ALPHA_BIT_FIELDS, [16, 32]],
]);

/** @throws PairLensError `unreadable-image`. */
export function bmpHeader(bytes: Uint8Array): BmpHeader {
  const { width, height, channels } = layoutOf(bytes);
  return { width, height, channels };
}

/**
 * The pixels row by row, top row first, 3 or 4 bytes each.
 * @throws PairLensError `unreadable-image`.
 */
export function bmpPixels(bytes: Uint8Array): Uint8Array {
  const layout = layoutOf(bytes);
  const { width, height, channels, compression } = layout;
  const pixels = new Uint8Array(width * height * channels);
  if (compression === RLE8 || compression === RLE4) readRuns(bytes, layout, pixels);
  else readRows(bytes, layout, pixels);
  return pixels;
}

function layoutOf(bytes: Uint8Array): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER + 12) throw cutOff();
  const headerSize = view.getUint32(14, true);
  if (!HEADERS.includes(headerSize)) throw unusual();
  if (bytes.length < FILE_HEADER + headerSize) throw cutOff();
  const old = headerSize === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? RGB : view.getUint32(30, true);
  if (BITS.get(compression)?.includes(bits) !== true) throw unusual();
  if (width <= 0 || rows === 0 || rows === -0x80000000) throw unusual();
  const masks = masksOf(view, headerSize, bits, compression);
  // Masks are in the longer headers, or after the short one.
  const behind = headerSize === 40 && compression >= BIT_FIELDS ? masksBehind(compression) : 0;
  const palette = paletteOf(bytes, FILE_HEADER + headerSize + behind, {
    entry: old ? 3 : 4,
    colours: bits > 8 ? 0 : coloursOf(old ? 0 : view.getUint32(46, true), bits),
  });
  return {
    width,
    height: Math.abs(rows),
    channels: (masks[3] ?? 0) === 0 ? 3 : 4,
    topDown: rows < 0,
    bits,
    compression,
    offset: view.getUint32(10, true),
    palette,
    masks,
  };
}

function masksBehind(compression: number): number {
  return compression === ALPHA_BIT_FIELDS ? 16 : 12;
}

function coloursOf(used: number, bits: number): number {
  return used === 0 ? 2 ** bits : Math.min(used, 2 ** bits);
}

function masksOf(view: DataView, headerSize: number, bits: number, compression: number): number[] {
  if (compression !== BIT_FIELDS && compression !== ALPHA_BIT_FIELDS) {
    return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  }
  const alpha = headerSize >= 56 || compression === ALPHA_BIT_FIELDS;
  const count = alpha ? 4 : 3;
  if (view.byteLength < 54 + 4 * count) throw cutOff();
  const masks = Array.from({ length: count }, (_, i) => view.getUint32(54 + 4 * i, true));
  return alpha ? masks : [...masks, 0];
}

function paletteOf(
  bytes: Uint8Array,
  start: number,
  { entry, colours }: { readonly entry: number; readonly colours: number },
): Uint8Array {
  if (start + entry * colours > bytes.length) throw cutOff();
  // Colours that are not in the palette are black.
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < colours; i++) {
    const at = start + i * entry;
    palette.set([bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0], 3 * i);
  }
  return palette;
}

function readRows(bytes: Uint8Array, layout: Layout, pixels: Uint8Array): void {
  const { width, height, bits, offset, topDown, channels } = layout;
  const stride = 4 * Math.ceil((width * bits) / 32);
  // The last row may lack its padding.
  const needed = offset + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > bytes.length) throw cutOff();
  const read = rowReader(bytes, layout, pixels);
  for (let y = 0; y < height; y++) {
    const row = topDown ? y : height - 1 - y;
    read(offset + stride * row, y * width * channels);
  }
}

type RowReader = (from: number, to: number) => void;

function rowReader(bytes: Uint8Array, layout: Layout, pixels: Uint8Array): RowReader {
  const { width, bits, palette, compression } = layout;
  if (bits <= 8) {
    const mask = 2 ** bits - 1;
    return (from, to) => {
      for (let x = 0; x < width; x++) {
        const bit = x * bits;
        const index = ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask;
        for (let c = 0; c < 3; c++) pixels[to++] = palette[3 * index + c] ?? 0;
      }
    };
  }
  if (compression === RGB && bits >= 24) {
    const step = bits / 8;
    return (from, to) => {
      for (let x = 0; x < width; x++, from += step) {
        pixels[to++] = bytes[from + 2] ?? 0;
        pixels[to++] = bytes[from + 1] ?? 0;
        pixels[to++] = bytes[from] ?? 0;
      }
    };
  }
  return maskedRowReader(bytes, layout, pixels);
}

function maskedRowReader(bytes: Uint8Array, layout: Layout, pixels: Uint8Array): RowReader {
  const { width, bits, channels } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = layout.masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : Math.clz32(mask & -mask) ^ 31;
    return { mask, shift, most: mask >>> shift };
  });
  return (from, to) => {
    for (let x = 0; x < width; x++, from += bits / 8) {
      const value = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      for (const { mask, shift, most } of fields) {
        pixels[to++] = most === 0 ? 0 : Math.round((255 * ((value & mask) >>> shift)) / most);
      }
    }
  };
}

/** Decodes runs of one colour (RLE8) or two alternating colours (RLE4); skipped pixels keep the first colour. */
function readRuns(bytes: Uint8Array, layout: Layout, pixels: Uint8Array): void {
  const { width, height, offset, palette, compression } = layout;
  const nibbles = compression === RLE4;
  for (let i = 0; i < pixels.length; i++) pixels[i] = palette[i % 3] ?? 0;
  let [x, y, at] = [0, 0, offset];
  const put = (index: number): void => {
    if (x >= width || y >= height) return;
    const to = 3 * ((height - 1 - y) * width + x++);
    for (let c = 0; c < 3; c++) pixels[to + c] = palette[3 * index + c] ?? 0;
  };
  const colour = (byte: number, i: number): number =>
    nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte;
  while (y < height) {
    if (at + 1 >= bytes.length) throw cutOff();
    const [count = 0, value = 0] = bytes.subarray(at, at + 2);
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(colour(value, i));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return;
    } else if (value === 2) {
      if (at + 1 >= bytes.length) throw cutOff();
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = nibbles ? Math.ceil(value / 2) : value;
      if (at + length > bytes.length) throw cutOff();
      for (let i = 0; i < value; i++) put(colour(bytes[at + (nibbles ? i >> 1 : i)] ?? 0, i));
      // Each absolute run is padded to an even number of bytes.
      at += length + (length % 2);
    }
  }
}

const REMEDY = sentence('Copy or download the image again, or take it out of the dataset.');

function cutOff(): PairLensError {
  return new PairLensError(
    'unreadable-image',
    sentence('The image is damaged: its data ends too early.'),
    { remedy: REMEDY },
  );
}

function unusual(): PairLensError {
  return new PairLensError(
    'unreadable-image',
    sentence('It is a BMP picture of a kind that PairLens does not read.'),
    { remedy: sentence('Convert it to JPEG, PNG or WebP.') },
  );
}
