import type { ThumbnailReader } from '../core/ports.ts';
import { withPicture } from './sharpPictures.ts';

const WHITE = { r: 255, g: 255, b: 255 };
const QUALITY = 80;

/** Thumbnails by libvips; a large JPEG is scaled down while it is decoded. */
export const sharpThumbnails: ThumbnailReader = {
  // Damaged files are shown as far as they go: one sees what is wrong with them.
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
