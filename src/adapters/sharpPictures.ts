import sharp, { type Sharp, type SharpOptions } from 'sharp';
import {
  formatOf,
  isDecoded,
  type DecodedFormat,
  type OtherFormat,
} from '../core/dataset/imageSignatures.ts';
import { PairLensError } from '../core/errors.ts';
import { sentence, type Sentence } from '../core/text/sentence.ts';
import { bmpHeader, bmpPixels } from './bmpPixels.ts';
import { alphaBytes, decodingBudget, decodingBytes, type PictureHeader } from './decodingMemory.ts';

const MB = 2 ** 20;
/** 268 megapixels: sharp's default limit, larger than any camera image. */
export const MAX_PIXELS = 0x3fff * 0x3fff;
/** Time limit against decompression bombs; the largest ordinary images take some seconds. */
const MAX_SECONDS = 30;

/** What libvips decodes itself; bitmaps come to it as pixels (bmpPixels.ts). */
const LOADERS: Readonly<Record<Exclude<DecodedFormat, 'bmp'>, string>> = {
  jpeg: 'VipsForeignLoadJpeg',
  png: 'VipsForeignLoadPng',
  webp: 'VipsForeignLoadWebp',
  gif: 'VipsForeignLoadNsgif',
  tiff: 'VipsForeignLoadTiff',
  avif: 'VipsForeignLoadHeif',
};
// Disables all other decoders, such as SVG, which can read files and run for ever.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: Object.values(LOADERS) });
// One thread per image, because several images are decoded concurrently.
sharp.concurrency(1);
sharp.cache(false);

interface DecodeOptions {
  readonly failOn: NonNullable<SharpOptions['failOn']>;
  /** Larger images are rejected before any pixel is decoded. */
  readonly maxPixels?: number;
}

/** What is known of a picture before its pixels are decoded. */
export interface OpenedHeader extends PictureHeader {
  /** EXIF orientation, where there is one. */
  readonly orientation?: number | undefined;
  readonly hasAlpha: boolean;
}

/**
 * Passes an image (first frame) to `decode` when the memory budget allows.
 * @throws PairLensError `unreadable-image`, `image-too-large`.
 */
export async function withPicture<T>(
  bytes: Uint8Array,
  { failOn, maxPixels = MAX_PIXELS }: DecodeOptions,
  decode: (picture: Sharp, header: OpenedHeader) => Promise<T>,
): Promise<T> {
  const format = decodedFormatOf(bytes);
  try {
    if (format === 'bmp') return await withBitmap(bytes, maxPixels, decode);
    // The limit is checked below, with the size in the message.
    const picture = sharp(bytes, { failOn, limitInputPixels: false, pages: 1 }).timeout({
      seconds: MAX_SECONDS,
    });
    const [header, extra] = await readHeader(picture, bytes);
    const { width, height } = header;
    if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
    const needed = decodingBytes(format, header) + 2 * extra + alphaBytes(header);
    if (needed > decodingBudget.bytes) throw tooMuchMemory(width, height, needed);
    return await decodingBudget.with(needed, () => decode(picture, header));
  } catch (error) {
    if (PairLensError.is(error)) throw error;
    throw unreadable(reasonOf(error), damaged, error);
  }
}

/** As `withPicture`, for a Windows bitmap. */
async function withBitmap<T>(
  bytes: Uint8Array,
  maxPixels: number,
  decode: (picture: Sharp, header: OpenedHeader) => Promise<T>,
): Promise<T> {
  const { width, height, channels } = bmpHeader(bytes);
  if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
  const hasAlpha = channels === 4;
  const header: OpenedHeader = {
    width,
    height,
    channels,
    depth: 'uchar',
    isProgressive: false,
    hasAlpha,
  };
  const needed = decodingBytes('bmp', header) + alphaBytes(header);
  if (needed > decodingBudget.bytes) throw tooMuchMemory(width, height, needed);
  return decodingBudget.with(needed, () => {
    const raw = { width, height, channels };
    const picture = sharp(bmpPixels(bytes), { raw, limitInputPixels: false });
    return decode(picture.timeout({ seconds: MAX_SECONDS }), header);
  });
}

/** The header, and the bytes of the metadata, which libvips and sharp both copy. */
async function readHeader(
  picture: Sharp,
  bytes: Uint8Array,
): Promise<readonly [header: OpenedHeader, extra: number]> {
  const header = await decodingBudget.with(2 * bytes.length, () => picture.metadata());
  const { exif, icc, iptc, xmp, ...rest } = header;
  const extra = [exif, icc, iptc, xmp].reduce((sum, block) => sum + (block?.length ?? 0), 0);
  return [rest, extra];
}

/** @throws PairLensError `unreadable-image` for an unsupported format. */
function decodedFormatOf(bytes: Uint8Array): DecodedFormat {
  if (bytes.length === 0) {
    throw unreadable(
      sentence('The file is empty.'),
      sentence('Copy the image again, or delete it with its caption.'),
    );
  }
  const format = formatOf(bytes);
  if (isDecoded(format)) return format;
  if (format === undefined) {
    throw unreadable(
      sentence('It is no image that can be decoded, whatever its name says.'),
      noPicture,
    );
  }
  const [what, remedy] = OTHERS[format];
  throw unreadable(what, remedy);
}

const convert = sentence('Convert it to JPEG, PNG or WebP.');
const noPicture = sentence(
  'Replace it by a JPEG, PNG or WebP file, or take it out of the dataset.',
);
const damaged = sentence('Copy or download the image again, or take it out of the dataset.');

const OTHERS: Readonly<Record<OtherFormat, readonly [what: Sentence, remedy: Sentence]>> = {
  heic: [
    sentence('It is a HEIC picture, which PairLens does not read, nor do most trainers.'),
    convert,
  ],
  'jpeg-xl': [
    sentence('It is a JPEG XL picture, which PairLens does not read, nor do most trainers.'),
    convert,
  ],
  'jpeg-2000': [sentence('It is a JPEG 2000 picture, which PairLens does not read.'), convert],
  photoshop: [sentence('It is a Photoshop document, which PairLens does not read.'), convert],
  svg: [
    sentence('It is an SVG drawing, which PairLens does not render.'),
    sentence('Export it as PNG or JPEG.'),
  ],
  'web-page': [
    sentence('It is a web page, no image.'),
    sentence('Download the image again, or take it out of the dataset.'),
  ],
  xml: [sentence('It is an XML document, no image.'), noPicture],
  pdf: [sentence('It is a PDF document, no image.'), noPicture],
  zip: [sentence('It is a ZIP archive, no image.'), noPicture],
  gzip: [sentence('It is compressed with gzip, no image.'), noPicture],
  video: [sentence('It is a video, no image.'), noPicture],
  program: [sentence('It is a program, no image.'), noPicture],
  'git-lfs-pointer': [
    sentence('It is a pointer of Git LFS, not the image itself.'),
    sentence('Run `git lfs pull` in the dataset.'),
  ],
  'link-as-text': [
    sentence('It holds the path of another image: a symbolic link that was copied as text.'),
    sentence('Copy the image itself here, or make the link again.'),
  ],
};

function tooManyPixels(width: number, height: number, maxPixels: number): PairLensError {
  return new PairLensError(
    'image-too-large',
    sentence(
      'It has {0} x {1} pixels; PairLens reads at most {2} megapixels.',
      width,
      height,
      Math.floor(maxPixels / 1e6),
    ),
    { remedy: shrink },
  );
}

function tooMuchMemory(width: number, height: number, needed: number): PairLensError {
  return new PairLensError(
    'image-too-large',
    sentence(
      'It has {0} x {1} pixels and needs about {2} MB of memory to decode; PairLens uses at most {3} MB.',
      width,
      height,
      Math.ceil(needed / MB),
      Math.floor(decodingBudget.bytes / MB),
    ),
    { remedy: shrink },
  );
}

const shrink = sentence('Shrink the image; trainers scale it down anyway.');

function unreadable(message: Sentence, remedy: Sentence, cause?: unknown): PairLensError {
  return new PairLensError('unreadable-image', message, { remedy, cause });
}

function reasonOf(error: unknown): Sentence {
  const text = error instanceof Error ? error.message : String(error);
  if (/^timeout/i.test(text)) {
    return sentence('It takes more than {0} seconds to decode.', MAX_SECONDS);
  }
  if (/premature|truncated|end of/i.test(text))
    return sentence('The image is damaged: its data ends too early.');
  // sharp reports a damaged header as "Unsupported image format"; the format itself was checked before.
  if (/unsupported (?!image format)|not supported|not implemented/i.test(text)) {
    return sentence('It uses a feature of its format that PairLens does not read.');
  }
  return sentence('The image is damaged: it cannot be decoded to its end.');
}
