import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { bmp24, bmpOf } from '../../support/bmp.ts';
import { pngOf, textChunk } from '../../support/photos.ts';
import type { SeededRandom } from './trials.ts';

/** A file by the name of a picture that must be judged or named, and must cost nothing else. */
export interface HostileImage {
  readonly name: string;
  readonly bytes: Buffer;
  /** The file is this long, the rest of it a hole. */
  readonly length?: number;
  /** It must not be judged: it is no picture, or one in a format whose decoder is not to run. */
  readonly noPicture?: boolean;
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const LARGEST = 16_383;

export function writeHostile(folder: string, { name, bytes, length }: HostileImage): void {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  if (length !== undefined) truncateSync(file, length);
  writeFileSync(file.replace(/\.\w+$/, '.txt'), `a small picture called ${name}`);
}

/** Files that are no pictures, and pictures whose headers or blocks lie. */
export async function liars(): Promise<readonly HostileImage[]> {
  const photo = await noise(64, 48).jpeg().toBuffer();
  const avif = await noise(64, 48).avif().toBuffer();
  const image = (name: string, bytes: Buffer | string): HostileImage => ({
    name: `bad_${name}`,
    bytes: typeof bytes === 'string' ? latin1(bytes) : bytes,
  });
  const none = (name: string, bytes: Buffer | string): HostileImage => ({
    ...image(name, bytes),
    noPicture: true,
  });
  return [
    ...drawings().map(([name, bytes]) => none(`${name}.png`, bytes)),
    none('empty.jpg', ''),
    none('byte.jpg', '\xff'),
    none('page.png', '<html><script>alert(1)</script></html>'),
    none('document.jpg', '%PDF-1.7\n1 0 obj'),
    none('program.jpg', `\x7fELF${'\0'.repeat(4000)}`),
    none('archive.jpg', `PK\x03\x04${'\0'.repeat(4000)}`),
    none('video.jpg', `\0\0\0\x18ftypmp42${'\0'.repeat(200)}`),
    none('phone.heic', `\0\0\0\x18ftypheic\0\0\0\0heicmif1${'\0'.repeat(200)}`),
    none('new.jxl', `\xff\x0a${'\0'.repeat(300)}`),
    none('old.bmp', `BM6\0\0\0\0\0\0\0${'\0'.repeat(300)}`),
    none('netpbm.png', 'P5 1 1 255\n0'),
    none('matrix.png', '1,2,3\n4,5,6\n'),
    image('tail.jpg', Buffer.concat([photo, latin1('PK\x03\x04<script>')])),
    image('exif.jpg', withSegments(photo, 0xe1, latin1(`Exif\0\0${'\xff'.repeat(60_000)}`), 100)),
    image('profile.jpg', withSegments(photo, 0xe2, profileBlock(), 170)),
    image('lying.jpg', jpegOfSize(photo, 65_500)),
    image('huge.png', pngOf({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }, zeros(100))),
    image('nothing.png', pngOf({ width: 0, height: 10 }, zeros(100))),
    image('data.png', pngOf({ width: 10, height: 10 }, zeros(2 ** 27))),
    image('text.png', pngOf({ width: 10, height: 10 }, zeros(110), compressedText(2 ** 27))),
    image('line.png', pngOf({ width: 60_000, height: 1 }, zeros(60_001))),
    image('frame.gif', gif(1, 16_000)),
    image('screen.gif', gif(65_535, 65_535)),
    image('frames.gif', gif(16, 16, 100_000)),
    image('loop.tif', tiff(64, 64, 8)),
    image('large.tif', tiff(2 ** 31 - 1, 2 ** 31 - 1, 0)),
    image('canvas.webp', 'RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\xff\xff\xff\xff\xff'),
    image('size.bmp', bmpOf({ width: 2 ** 31 - 1, height: 1, bits: 24, data: zeros(100) })),
    image(
      'runs.bmp',
      bmpOf({ width: LARGEST, height: 9, bits: 8, compression: 1, data: zeros(9) }),
    ),
    image('size.avif', swapped(avif, u32(64, 48), u32(65_535, 65_535))),
  ];
}

/** Eight each of pictures that take much memory: decoded side by side they would take many gigabytes. */
export async function hungry(side: number): Promise<readonly HostileImage[]> {
  const progressive = { progressive: true, quality: 1 } as const;
  const jpeg = await plain(side, side).jpeg(progressive).toBuffer();
  const webp = await plain(side, side).webp({ lossless: true, effort: 0 }).toBuffer();
  const deep = { width: side, height: side, bits: 16, colour: 6, interlaced: true } as const;
  const pixels = zeros(side * side * 8 + 14 * side);
  const head = zeros(1000);
  const wall = { ...deep, width: LARGEST, height: LARGEST };
  return Array.from({ length: 8 }, (_, i): HostileImage[] => [
    { name: `bad_deep${i}.png`, bytes: pngOf(deep, pixels, textChunk(String(i))) },
    { name: `bad_wall${i}.png`, bytes: pngOf(wall, head, textChunk(String(i))) },
    { name: `bad_scans${i}.jpg`, bytes: Buffer.concat([jpeg, Buffer.from([i])]) },
    { name: `bad_whole${i}.webp`, bytes: Buffer.concat([webp, Buffer.from([i])]) },
    { name: `bad_canvas${i}.gif`, bytes: Buffer.concat([gif(side, side), Buffer.from([i])]) },
    { name: `bad_hole${i}.jpg`, bytes: latin1('\xff\xd8\xff'), length: 1900 * 2 ** 20 + i },
    { name: `bad_largest${i}.jpg`, bytes: latin1('\xff\xd8\xff'), length: 250 * 2 ** 20 + i },
  ]).flat();
}

/** Small sound pictures of every format, cut off or with bits turned over. */
export async function damaged(
  count: number,
  random: SeededRandom,
): Promise<readonly HostileImage[]> {
  const sound = await Promise.all(
    (['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).map(async (format) => ({
      format,
      bytes: await noise(64, 48).toFormat(format).toBuffer(),
    })),
  );
  const bitmap = bmp24(64, 48, await noise(64, 48).raw().toBuffer());
  const formats = [...sound, { format: 'bmp', bytes: bitmap }];
  return Array.from({ length: count }, (_, i) => {
    const { format, bytes } = random.pick(formats);
    return { name: `bad_${i}.${format}`, bytes: damage(bytes, random) };
  });
}

function damage(sound: Buffer, random: SeededRandom): Buffer {
  if (random.int(3) === 0) return sound.subarray(0, random.int(sound.length));
  const bytes = Buffer.from(sound);
  for (let n = random.pick([1, 3, 10]); n > 0; n--) {
    const at = random.int(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.int(8)), at);
  }
  return bytes;
}

/** Drawings behind everything that hides their first tag, the last one with ten to the eighth power of rectangles. */
function drawings(): readonly (readonly [string, Buffer])[] {
  const svg = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="2000" height="2000">${content}</svg>`;
  const red = svg('<rect width="100%" height="100%" fill="red"/>');
  const groups = Array.from(
    { length: 8 },
    (_, i) => `<g id="g${i + 1}">${`<use x:href="#g${i}"/>`.repeat(10)}</g>`,
  );
  const bomb = svg(`<defs><g id="g0"><rect width="9" height="9"/></g>${groups.join('')}</defs>
    <use x:href="#g8"/>`);
  return [
    ['plain', latin1(red)],
    ['entity', latin1(`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${red}`)],
    ['doctype', latin1(`<!DOCTYPE x>${red}`)],
    ['instruction', latin1(`<?xml-stylesheet href="a.css"?>${red}`)],
    ['prefix', latin1('<s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['gzip', gzipSync(red)],
    ['wide', Buffer.from(`\ufeff${red}`, 'utf16le')],
    ['far', latin1(`<?xml version="1.0"?><!--${' '.repeat(9000)}-->${red}`)],
    ['bomb', latin1(`<!DOCTYPE x>${bomb}`)],
  ];
}

function noise(width: number, height: number): Sharp {
  const grain = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  return sharp({ create: { width, height, channels: 3, background: 'grey', noise: grain } });
}

function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: 'grey' } });
}

function zeros(bytes: number): Buffer {
  return deflateSync(Buffer.alloc(bytes), { level: 1 });
}

function compressedText(bytes: number): readonly [string, Buffer] {
  return ['zTXt', Buffer.concat([latin1('Comment\0\0'), zeros(bytes)])];
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function swapped(bytes: Buffer, old: Buffer, wanted: Buffer): Buffer {
  const at = bytes.indexOf(old);
  if (at < 0) throw new Error('The picture has no such bytes.');
  return Buffer.concat([bytes.subarray(0, at), wanted, bytes.subarray(at + old.length)]);
}

/** The JPEG with `count` segments more behind its start. */
function withSegments(jpeg: Buffer, marker: number, content: Buffer, count: number): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length + 2);
  const segment = Buffer.concat([Buffer.from([0xff, marker]), length, content]);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...Array.from({ length: count }, () => segment),
    jpeg.subarray(2),
  ]);
}

function profileBlock(): Buffer {
  return Buffer.concat([latin1('ICC_PROFILE\0'), Buffer.from([1, 170]), Buffer.alloc(60_000, 7)]);
}

/** The JPEG whose frame header says that it is a square of `side`. */
function jpegOfSize(jpeg: Buffer, side: number): Buffer {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  if (frame < 0) throw new Error('The JPEG has no baseline frame.');
  bytes.writeUInt16BE(side, frame + 5);
  bytes.writeUInt16BE(side, frame + 7);
  return bytes;
}

function gif(width: number, height: number, frames = 1): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  const head = [latin1('GIF89a'), size, latin1('\xf0\0\0\0\0\0\xff\xff\xff')];
  const frame = Buffer.concat([latin1(',\0\0\0\0'), size, latin1('\0\x02\x02\x44\x01\0')]);
  return Buffer.concat([...head, ...Array.from({ length: frames }, () => frame), latin1(';')]);
}

/** A grey deflated TIFF of one strip without data; `next` is where its next directory is said to lie. */
function tiff(width: number, height: number, next: number): Buffer {
  const entries = [
    ...[[256, width] as const, [257, height] as const, [258, 8] as const, [259, 8] as const],
    ...[[262, 1] as const, [273, 200] as const, [277, 1] as const, [278, height] as const],
    [279, 10] as const,
  ];
  const bytes = Buffer.alloc(220);
  bytes.write('II*\0\x08', 'latin1');
  bytes.writeUInt16LE(entries.length, 8);
  for (const [i, [tag, value]] of entries.entries()) {
    const at = 10 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(4, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next, 10 + 12 * entries.length);
  return bytes;
}
