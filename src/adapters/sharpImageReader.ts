import sharp, { type Sharp } from 'sharp';
import type { ImageReader, SquareImage } from '../core/ports.ts';
import { withPicture } from './sharpPictures.ts';

const THUMBNAIL_SIDE = 16;
const WHITE = { r: 255, g: 255, b: 255 };

export interface SharpImageReaderOptions {
  /** Larger images are refused before any pixel is decoded. */
  readonly maxPixels?: number;
}

/**
 * Decodes images with libvips: first frame, upright, sRGB, alpha on white, scaled to a square without cropping. Damaged
 * files are rejected, because a trainer would read the missing part as grey, too.
 */
export function sharpImageReader(options: SharpImageReaderOptions = {}): ImageReader {
  return {
    read: (bytes, size) =>
      withPicture<SquareImage>(
        bytes,
        { failOn: 'truncated', ...options },
        async (picture, header) => {
          const rgb = await upright(picture)
            .resize(size, size, { fit: 'fill', kernel: 'cubic' })
            .raw()
            .toBuffer();
          const turned = (header.orientation ?? 1) >= 5;
          return {
            size,
            rgb,
            width: turned ? header.height : header.width,
            height: turned ? header.width : header.height,
            thumbnail: await thumbnailOf(rgb, size),
          };
        },
      ),
  };
}

/** Converts to upright 8-bit sRGB with three channels. */
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
