import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { PairLensError } from '../core/errors.ts';
import type { ThumbnailReader } from '../core/ports.ts';
import { looksLikeSvg, MAX_PIXELS } from './sharpImageReader.ts';
import { sentence } from '../core/text/sentence.ts';

const HEAD_BYTES = 1024;
const WHITE = { r: 255, g: 255, b: 255 };
const QUALITY = 80;
/** A picture that takes longer is not worth the wait of what stands behind it. */
const SECONDS = 20;

/** Thumbnails by libvips, read from the file itself: a large JPEG is scaled down while it is decoded. */
export const sharpThumbnails: ThumbnailReader = {
  async read(file, size) {
    try {
      if (looksLikeSvg(await headOf(file))) {
        throw new PairLensError('unreadable-image', sentence('{0} is an SVG drawing.', file), {
          path: file,
        });
      }
      // Damaged files are shown as far as they go: one sees what is wrong with them.
      const { data, info } = await sharp(file, { failOn: 'none', limitInputPixels: MAX_PIXELS })
        .timeout({ seconds: SECONDS })
        .autoOrient()
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: WHITE })
        .toColourspace('srgb')
        .jpeg({ quality: QUALITY })
        .toBuffer({ resolveWithObject: true });
      return { jpeg: data, width: info.width, height: info.height };
    } catch (error) {
      if (PairLensError.is(error)) throw error;
      throw new PairLensError('unreadable-image', sentence('{0} cannot be shown.', file), {
        path: file,
        remedy: sentence('Check that the image opens elsewhere.'),
        cause: error,
      });
    }
  },
};

async function headOf(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
