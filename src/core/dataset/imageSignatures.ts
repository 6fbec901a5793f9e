import { isImageName } from './fileKinds.ts';

/** Image formats that PairLens decodes. */
export const DECODED_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp'] as const;
export type DecodedFormat = (typeof DECODED_FORMATS)[number];

/** Other formats found in files with an image's name, for the error message. */
export type OtherFormat =
  | 'heic'
  | 'jpeg-xl'
  | 'jpeg-2000'
  | 'photoshop'
  | 'svg'
  | 'web-page'
  | 'xml'
  | 'pdf'
  | 'zip'
  | 'gzip'
  | 'video'
  | 'program'
  | 'git-lfs-pointer'
  | 'link-as-text';

export type FileFormat = DecodedFormat | OtherFormat;

/** First bytes of each format as Latin-1 characters; `?` matches any byte. */
const SIGNATURES: readonly (readonly [FileFormat, string])[] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['webp', 'RIFF????WEBP'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['tiff', 'II+\0'],
  ['tiff', 'MM\0+'],
  ['bmp', 'BM????\0\0\0\0'],
  ['jpeg-xl', '\xff\x0a'],
  ['jpeg-xl', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['jpeg-2000', '\0\0\0\x0cjP  \r\n\x87\n'],
  ['photoshop', '8BPS'],
  ['pdf', '%PDF-'],
  ['zip', 'PK\x03\x04'],
  ['gzip', '\x1f\x8b'],
  ['program', '\x7fELF'],
  ['program', 'MZ'],
  ['video', '\x1aE\xdf\xa3'],
  ['git-lfs-pointer', 'version https://git-lfs'],
];

/** Brands of ISO base media files (ISO 14496-12) that are images; others are videos. AVIF is first: such files may list both. */
const BRANDS: readonly (readonly [FileFormat, RegExp])[] = [
  ['avif', /^avi[fs]$/],
  ['heic', /^(?:he[iv][cxms]|mif1|msf1)$/],
];

const MAX_LINK_BYTES = 1024;
/** One line of printable characters without those that no path has. */
const LINK_TARGET = /^[^\0-\x1f\x7f<>"|?*]+\n?$/;

/** Long enough for the comments and declarations before the first tag of an SVG. */
const HEAD_BYTES = 4096;

/** The format according to a file's first bytes, regardless of its name; undefined if it is unknown. */
export function formatOf(bytes: Uint8Array): FileFormat | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const signature = SIGNATURES.find(([, pattern]) => startsWith(head, pattern));
  return signature?.[0] ?? mediaFormat(head) ?? markupFormat(head) ?? linkAsText(bytes, head);
}

/** The path of an image and nothing else: how git, archives and copies write a symbolic link where there are none. */
function linkAsText(bytes: Uint8Array, head: string): FileFormat | undefined {
  if (bytes.length > MAX_LINK_BYTES || !LINK_TARGET.test(head)) return undefined;
  return isImageName(head.trim()) ? 'link-as-text' : undefined;
}

export function isDecoded(format: FileFormat | undefined): format is DecodedFormat {
  return DECODED_FORMATS.some((decoded) => decoded === format);
}

function startsWith(head: string, pattern: string): boolean {
  if (head.length < pattern.length) return false;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== '?' && pattern[i] !== head[i]) return false;
  }
  return true;
}

/** The format by the `ftyp` box: its length (4 bytes), `ftyp`, the main brand, a version, further brands. */
function mediaFormat(head: string): FileFormat | undefined {
  if (head.slice(4, 8) !== 'ftyp') return undefined;
  const length = [0, 1, 2, 3].reduce((sum, i) => sum * 256 + head.charCodeAt(i), 0);
  const box = head.slice(8, Math.min(length, HEAD_BYTES));
  const brands = [box.slice(0, 4), ...(box.slice(8).match(/[^]{4}/g) ?? [])];
  const known = BRANDS.find(([, pattern]) => brands.some((brand) => pattern.test(brand)));
  return known?.[0] ?? 'video';
}

/** The format of markup, in any encoding that is ASCII without its NUL bytes. */
function markupFormat(head: string): FileFormat | undefined {
  const text = head.replace(/\0/g, '').replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  if (!/^\s*</.test(text)) return undefined;
  if (/<(?:[\w.-]+:)?svg[\s>/]|<!DOCTYPE\s+svg/i.test(text)) return 'svg';
  if (/<(?:!DOCTYPE\s+html|html|head|body|script)[\s>/]/i.test(text)) return 'web-page';
  return text.trimStart().startsWith('<?xml') ? 'xml' : undefined;
}
