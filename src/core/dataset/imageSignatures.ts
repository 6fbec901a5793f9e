/** Formats whose pictures PairLens decodes. */
export const DECODED_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
export type DecodedFormat = (typeof DECODED_FORMATS)[number];

/** What else is met under the name of a picture, told apart so that a refusal can say what it is. */
export type OtherFormat =
  | 'bmp'
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
  | 'git-lfs-pointer';

export type FileFormat = DecodedFormat | OtherFormat;

/** How files of a format begin, as Latin-1 characters; `?` stands for any byte. */
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

/** Brands of ISO base media files (ISO 14496-12) that are pictures; others are videos. AVIF goes first: it may name both. */
const BRANDS: readonly (readonly [FileFormat, RegExp])[] = [
  ['avif', /^avi[fs]$/],
  ['heic', /^(?:he[iv][cxms]|mif1|msf1)$/],
];

/** Far enough for the comments and declarations before the first tag of a drawing. */
const HEAD_BYTES = 4096;

/** The format that a file's first bytes tell, whatever its name; undefined where they tell none that is known here. */
export function formatOf(bytes: Uint8Array): FileFormat | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const signature = SIGNATURES.find(([, pattern]) => startsWith(head, pattern));
  return signature?.[0] ?? mediaFormat(head) ?? markupFormat(head);
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

/** By the `ftyp` box: its length (4 bytes), `ftyp`, the main brand, a version, further brands. */
function mediaFormat(head: string): FileFormat | undefined {
  if (head.slice(4, 8) !== 'ftyp') return undefined;
  const length = [0, 1, 2, 3].reduce((sum, i) => sum * 256 + head.charCodeAt(i), 0);
  const box = head.slice(8, Math.min(length, HEAD_BYTES));
  const brands = [box.slice(0, 4), ...(box.slice(8).match(/[^]{4}/g) ?? [])];
  const known = BRANDS.find(([, pattern]) => brands.some((brand) => pattern.test(brand)));
  return known?.[0] ?? 'video';
}

/** Of text that begins with a tag, in any encoding whose letters are those of ASCII once NUL bytes are left out. */
function markupFormat(head: string): FileFormat | undefined {
  const text = head.replace(/\0/g, '').replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  if (!/^\s*</.test(text)) return undefined;
  if (/<(?:[\w.-]+:)?svg[\s>/]|<!DOCTYPE\s+svg/i.test(text)) return 'svg';
  if (/<(?:!DOCTYPE\s+html|html|head|body|script)[\s>/]/i.test(text)) return 'web-page';
  return text.trimStart().startsWith('<?xml') ? 'xml' : undefined;
}
