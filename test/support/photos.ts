import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A picture that differs from that of every other seed: coloured discs on a plain ground. */
export function photo(seed: number, width = 96, height = 72): Sharp {
  const hue = (seed * 47) % 360;
  const discs = [0, 1, 2].map((i) => ({
    x: (seed * 31 + i * 41) % width,
    y: (seed * 17 + i * 29) % height,
    radius: 8 + ((seed + i * 5) % 14),
    colour: rgbOf((hue + 90 * (i + 1)) % 360, 0.8, 0.5),
  }));
  const ground = rgbOf(hue, 0.6, 0.6);
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = discs.findLast((each) => Math.hypot(x - each.x, y - each.y) <= each.radius);
      pixels.set(disc?.colour ?? ground, (y * width + x) * 3);
    }
  }
  // From pixels, not from a drawing: the adapters under test forbid libvips to render drawings.
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Hue in degrees, saturation and lightness as shares; bytes come out. */
function rgbOf(hue: number, saturation: number, lightness: number): number[] {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((n) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  });
}

/** Writes `name.jpg` with `name.txt` beside it. */
export async function writePair(
  folder: string,
  name: string,
  caption: string,
  seed: number,
): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await photo(seed).jpeg().toFile(`${file}.jpg`);
  await writeFile(`${file}.txt`, caption);
}

/** A small folder of good pairs. */
export async function writeGoodPairs(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await writePair(folder, `good-${i}`, `colourful circles on a background, number ${i}`, i);
  }
}

/** A valid PNG of one bit a pixel, all black: a few hundred kilobytes for 900 million pixels. */
export function hugePng(width: number, height: number): Buffer {
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return pngOf({ width, height, bits: 1 }, deflateSync(rows, { level: 1 }));
}

/** A PNG of 16-bit RGBA pixels in seven passes, which no decoder can stream; most of its pixels are missing. */
export function interlacedPng(width: number, height: number): Buffer {
  const header = { width, height, bits: 16, colour: 6, interlaced: true } as const;
  return pngOf(header, deflateSync(Buffer.alloc(1000)));
}

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Of a sample; 8 without it. */
  readonly bits?: number;
  /** 0 for grey, which it is without it, 2 for RGB, 6 for RGBA. */
  readonly colour?: number;
  readonly interlaced?: boolean;
}

/**
 * A PNG of any header over any data.
 * @param data deflated rows, each with its filter
 * @param more a chunk, type and content, before the data
 */
export function pngOf(
  { width, height, bits = 8, colour = 0, interlaced = false }: PngHeader,
  data: Buffer,
  ...more: readonly (readonly [type: string, content: Buffer])[]
): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, bits, colour, 0, 0, Number(interlaced)]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...more.map(([type, content]) => chunk(type, content)),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A note in a PNG, which makes two of the same pixels two files. */
export function textChunk(note: string): readonly [type: string, content: Buffer] {
  return ['tEXt', Buffer.from(`note\0${note}`, 'latin1')];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}

/** The checksum of PNG chunks (ISO 3309); zlib.crc32 is younger than the oldest Node we support. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});
