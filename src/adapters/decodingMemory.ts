import type { Metadata } from 'sharp';
import { ByteBudget } from '../core/byteBudget.ts';
import type { DecodedFormat } from '../core/dataset/imageSignatures.ts';
import { totalMemory } from './machine.ts';

const MB = 2 ** 20;
/** Memory budget for all images decoded concurrently: 768 MB, less on small machines. */
export const decodingBudget = new ByteBudget(
  Math.max(128 * MB, Math.min(768 * MB, Math.floor(totalMemory() / 4))),
);

export type PictureHeader = Pick<
  Metadata,
  'width' | 'height' | 'channels' | 'depth' | 'isProgressive' | 'chromaSubsampling'
>;

/** Memory of libvips besides the image: line caches and the square output. */
const MARGIN = 4 * MB;
/** Rows in memory while an image is streamed; measured for heights of 6000 and 16383: at most 1550. */
const STREAMED_ROWS = 2048;

/**
 * Upper bound of the bytes that libvips needs to decode an image with this header. Some formats are streamed, others
 * decoded as a whole. Measured with libvips 8.18 (test/adapters/decodingMemory.test.ts measures it again).
 */
export function decodingBytes(format: DecodedFormat, header: PictureHeader): number {
  const { width, height } = header;
  const pixels = width * height;
  const pixelBytes =
    header.channels * (header.depth === 'uchar' ? 1 : header.depth === 'ushort' ? 2 : 4);
  const streamed = Math.min(height, STREAMED_ROWS) * width * pixelBytes;
  switch (format) {
    case 'jpeg':
      // The coefficients of all scans, 16 bits each.
      return (
        MARGIN + width * 64 + (header.isProgressive ? 2.1 * samplesPerPixel(header) * pixels : 0)
      );
    case 'png':
      return MARGIN + streamed + (header.isProgressive ? pixels * pixelBytes : 0);
    case 'webp':
      // Lossless images are decoded as a whole, and so is alpha.
      return MARGIN + 4.3 * pixels;
    case 'gif':
      return MARGIN + 5.5 * pixels;
    case 'tiff':
      // Tiles may be as large as the image or larger, and a row of them is in memory twice.
      return MARGIN + 3 * pixels * pixelBytes;
    case 'bmp':
      // All pixels, and the bytes that the square is made of.
      return MARGIN + pixels * pixelBytes;
    case 'avif':
      return MARGIN + (header.depth === 'uchar' ? 20 : 27) * pixels;
  }
}

/** An image with alpha of up to 16 megapixels is decoded as a whole, to compare the pixels below the alpha. */
const MOST_HELD = 64 * MB;

/** Bytes of all pixels of a picture with alpha, as stored; 0 for one without, or one too large to be held. */
export function alphaBytes(header: {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}): number {
  const bytes = 4 * header.width * header.height;
  return header.hasAlpha && bytes <= MOST_HELD ? bytes : 0;
}

function samplesPerPixel({ channels, chromaSubsampling = '' }: PictureHeader): number {
  if (channels < 3) return channels;
  if (chromaSubsampling.startsWith('4:2:0')) return channels - 1.5;
  return chromaSubsampling.startsWith('4:2:2') ? channels - 1 : channels;
}
