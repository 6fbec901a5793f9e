/** First bytes of image formats, as Latin-1, with the extension. */
const BEGINNINGS: readonly (readonly [extension: string, pattern: RegExp])[] = [
  ['jpg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['gif', /^GIF8[79]a/],
  ['avif', /^[^]{4}ftypavi[fs]/],
  ['heic', /^[^]{4}ftyp(?:hei[cxms]|mif1|msf1)/],
  ['jxl', /^(?:\xff\x0a|\0\0\0\x0cJXL )/],
  ['tif', /^(?:II\*\0|MM\0\*)/],
  ['bmp', /^BM[^]{4}\0{4}/],
];

/** The extension of an image by its first bytes; undefined if they are of no image. */
export function imageExtension(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return BEGINNINGS.find(([, pattern]) => pattern.test(head))?.[0];
}
