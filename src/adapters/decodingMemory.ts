import type { Metadata } from 'sharp';
import { ByteBudget } from '../core/byteBudget.ts';
import type { DecodedFormat } from '../core/dataset/imageSignatures.ts';
import { totalMemory } from './machine.ts';

const MB = 2 ** 20;
/** What all pictures that are decoded at a time may take: 768 MB, less on small machines. */
export const decodingBudget = new ByteBudget(
  Math.max(128 * MB, Math.min(768 * MB, Math.floor(totalMemory() / 4))),
);

export type PictureHeader = Pick<
  Metadata,
  'width' | 'height' | 'channels' | 'depth' | 'isProgressive' | 'chromaSubsampling'
>;

/** What libvips holds beside the picture: its line caches, and the square it makes. */
const MARGIN = 4 * MB;
/** Rows that are held while a picture streams through; measured with 6000 and 16383 of them, 1550 at most. */
const STREAMED_ROWS = 2048;

/**
 * The most bytes libvips takes to decode a picture of this header, by format: which ones stream, and which are held
 * whole. Measured with libvips 8.18 (test/adapters/decodingMemory.test.ts measures it again).
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
      // Lossless ones are held whole; alpha always is.
      return MARGIN + 4.3 * pixels;
    case 'gif':
      return MARGIN + 5.5 * pixels;
    case 'tiff':
      // Tiles may be as large as the picture and reach beyond it; a row of them is held twice.
      return MARGIN + 3 * pixels * pixelBytes;
    case 'avif':
      return MARGIN + (header.depth === 'uchar' ? 20 : 27) * pixels;
  }
}

function samplesPerPixel({ channels, chromaSubsampling = '' }: PictureHeader): number {
  if (channels < 3) return channels;
  if (chromaSubsampling.startsWith('4:2:0')) return channels - 1.5;
  return chromaSubsampling.startsWith('4:2:2') ? channels - 1 : channels;
}
