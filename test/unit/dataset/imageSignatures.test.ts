import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { formatOf, isDecoded } from '../../../src/core/dataset/imageSignatures.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
/** An ISO base media file: its `ftyp` box, and something behind it. */
function media(...brands: readonly string[]): Buffer {
  const box = latin1(`ftyp${brands[0] ?? ''}\0\0\0\0${brands.slice(1).join('')}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(box.length + 4);
  return Buffer.concat([length, box, latin1('\0\0\0\x08mdatavif')]);
}
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';

const files: readonly (readonly [string, Uint8Array, ReturnType<typeof formatOf>])[] = [
  ['a JPEG', latin1('\xff\xd8\xff\xe0\0\x10JFIF'), 'jpeg'],
  ['a PNG', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'png'],
  ['a PNG that lost its line ends', latin1('\x89PNG\n\x1a\n\0\0\0\rIHDR'), undefined],
  ['a WebP', latin1('RIFF\x1a\0\0\0WEBPVP8 '), 'webp'],
  ['a sound in RIFF', latin1('RIFF\x1a\0\0\0WAVEfmt '), undefined],
  ['a GIF', latin1('GIF89a\x01\0\x01\0'), 'gif'],
  ['a TIFF', latin1('II*\0\x08\0\0\0'), 'tiff'],
  ['a BigTIFF', latin1('MM\0+\0\x08\0\0'), 'tiff'],
  ['an AVIF', media('avif', 'mif1', 'miaf'), 'avif'],
  ['an AVIF that goes by a general brand', media('mif1', 'avif', 'miaf'), 'avif'],
  ['a HEIC', media('heic', 'mif1', 'heic'), 'heic'],
  ['a HEIF of no known codec', media('mif1'), 'heic'],
  ['a video', media('mp42', 'isom'), 'video'],
  ['a BMP', latin1('BM\x36\0\0\0\0\0\0\0\x36\0\0\0'), 'bmp'],
  ['a bare JPEG XL', latin1('\xff\x0a\xfa\x1f'), 'jpeg-xl'],
  ['a JPEG XL in its container', latin1('\0\0\0\x0cJXL \r\n\x87\n\0\0'), 'jpeg-xl'],
  ['a JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n\0\0'), 'jpeg-2000'],
  ['a PDF', latin1('%PDF-1.7\n'), 'pdf'],
  ['a program', latin1('\x7fELF\x02\x01'), 'program'],
  ['a web page', latin1('\n<!DOCTYPE html><title>404</title>'), 'web-page'],
  [
    'a pointer of Git LFS',
    latin1('version https://git-lfs.github.com/spec/v1\noid'),
    'git-lfs-pointer',
  ],
  ['a link that git wrote as text', latin1('../originals/baseball.jpg'), 'link-as-text'],
  ['a link as text, with a line end', latin1('C:/sets/a b.png\n'), 'link-as-text'],
  ['two lines', latin1('a.jpg\nb.jpg'), undefined],
  ['the path of a text', latin1('../a.txt'), undefined],
  ['a caption', latin1('BMW on a road'), undefined],
  ['one byte', latin1('\xff'), undefined],
  ['nothing', latin1(''), undefined],
  ['a drawing', latin1(svg), 'svg'],
  ['a drawing behind a declaration', latin1(`<?xml version="1.0"?>\n<!-- x -->${svg}`), 'svg'],
  ['a drawing behind another doctype', latin1(`<!DOCTYPE x>${svg}`), 'svg'],
  ['a drawing behind an instruction', latin1(`<?xml-stylesheet href="a.css"?>${svg}`), 'svg'],
  ['a drawing with a prefix', latin1('<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'), 'svg'],
  ['a drawing in UTF-16', Buffer.from(`\ufeff${svg}`, 'utf16le'), 'svg'],
  ['a drawing in UTF-8 with a mark', Buffer.from(`\ufeff${svg}`), 'svg'],
  ['a compressed drawing', gzipSync(svg), 'gzip'],
];

for (const [name, bytes, format] of files) {
  test(`${name} is ${format ?? 'nothing that is known'}`, () => {
    assert.equal(formatOf(bytes), format);
  });
}

test('only seven formats are decoded', () => {
  const decoded = files.map(([, bytes]) => formatOf(bytes)).filter(isDecoded);
  assert.deepEqual([...new Set(decoded)], ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp']);
});
