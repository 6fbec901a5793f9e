import type { ThumbnailReader } from '../core/ports.ts';
import { withPicture } from './sharpPictures.ts';

const WHITE = { r: 255, g: 255, b: 255 };
const QUALITY = 80;

/** Thumbnails by libvips; a large JPEG is scaled down during decoding. */
export const sharpThumbnails: ThumbnailReader = {
  // The readable part of damaged files is shown, so that the user sees the damage.
  read: (bytes, size) =>
    withPicture(bytes, { failOn: 'none' }, async (picture) => {
      const { data, info } = await picture
        .autoOrient()
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: WHITE })
        .toColourspace('srgb')
        .jpeg({ quality: QUALITY })
        .toBuffer({ resolveWithObject: true });
      return { jpeg: data, width: info.width, height: info.height };
    }),
};
