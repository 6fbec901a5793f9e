import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { PairLensError } from '../core/errors.ts';
import type { ImageReader, SquareImage } from '../core/ports.ts';
import { sentence, type Sentence } from '../core/text/sentence.ts';

const THUMBNAIL_SIDE = 16;
/** 268 megapixels: what libvips itself refuses by default, and more than any camera takes. */
export const MAX_PIXELS = 0x3fff * 0x3fff;
const WHITE = { r: 255, g: 255, b: 255 };

export interface SharpImageReaderOptions {
  /** Larger images are refused before any pixel is decoded. */
  readonly maxPixels?: number;
}

/**
 * Decodes images with libvips: first frame, upright, sRGB, alpha on white, whole image squashed to the square.
 * Damaged files are refused rather than half read: the trainer would see the grey rest as well.
 */
export function sharpImageReader(options: SharpImageReaderOptions = {}): ImageReader {
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  // One thread an image: several images are decoded at a time.
  sharp.concurrency(1);
  sharp.cache(false);
  return { read: (bytes, size) => readSquare(bytes, size, maxPixels) };
}

async function readSquare(
  bytes: Uint8Array,
  size: number,
  maxPixels: number,
): Promise<SquareImage> {
  if (bytes.length === 0) {
    throw unreadable(
      sentence('The file is empty.'),
      sentence('Copy the image again, or delete it with its caption.'),
    );
  }
  if (looksLikeSvg(bytes)) {
    throw unreadable(
      sentence('It is an SVG drawing, which PairLens does not render.'),
      sentence('Export it as PNG or JPEG.'),
    );
  }
  let meta: Metadata;
  let rgb: Uint8Array;
  try {
    // The limit is checked below, where the message can name the size.
    const source = sharp(bytes, { failOn: 'truncated', limitInputPixels: false, pages: 1 });
    meta = await source.metadata();
    const { width, height } = meta;
    if (width * height > maxPixels) throw tooLarge(width, height, maxPixels);
    rgb = await upright(source)
      .resize(size, size, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
  } catch (error) {
    if (PairLensError.is(error)) throw error;
    throw unreadable(reasonOf(error), remedyOf(error), error);
  }
  const turned = (meta.orientation ?? 1) >= 5;
  return {
    size,
    rgb,
    width: turned ? meta.height : meta.width,
    height: turned ? meta.width : meta.height,
    thumbnail: await thumbnailOf(rgb, size),
  };
}

/** Upright, 8-bit sRGB with three channels, whatever came in. */
function upright(source: Sharp): Sharp {
  return source.autoOrient().flatten({ background: WHITE }).toColourspace('srgb').removeAlpha();
}

async function thumbnailOf(rgb: Uint8Array, size: number): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'fill', kernel: 'linear' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

/** By content: an SVG called .png is still an SVG, and rendering an untrusted one could read other files. */
export function looksLikeSvg(bytes: Uint8Array): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  return /^\s*(?:\u00ef\u00bb\u00bf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE svg|<svg[\s>])/i.test(
    head,
  );
}

function tooLarge(width: number, height: number, maxPixels: number): PairLensError {
  return new PairLensError(
    'image-too-large',
    sentence(
      'It has {0} x {1} pixels; PairLens reads at most {2} megapixels.',
      width,
      height,
      Math.floor(maxPixels / 1e6),
    ),
    { remedy: sentence('Shrink the image; trainers scale it down anyway.') },
  );
}

function unreadable(message: Sentence, remedy: Sentence, cause?: unknown): PairLensError {
  return new PairLensError('unreadable-image', message, { remedy, cause });
}

function reasonOf(error: unknown): Sentence {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (/premature|truncated|end of/i.test(text))
    return sentence('The image is damaged: its data ends too early.');
  if (/unsupported image format|not a known file format/i.test(text)) {
    return sentence('It is no image that can be decoded, whatever its name says.');
  }
  return sentence('The image cannot be decoded ({0}).', text);
}

function remedyOf(error: unknown): Sentence {
  const text = error instanceof Error ? error.message : '';
  return /unsupported image format/i.test(text)
    ? sentence('Replace it by a JPEG, PNG or WebP file, or take it out of the dataset.')
    : sentence('Copy or download the image again, or take it out of the dataset.');
}
