import sharp, { type Sharp } from 'sharp';
import { blankShare, hiddenShare } from '../core/pictureFacts.ts';
import type { ImageReader, PixelSquare, SquareImage } from '../core/ports.ts';
import { alphaBytes } from './decodingMemory.ts';
import { type OpenedHeader, withPicture } from './sharpPictures.ts';

const THUMBNAIL_SIDE = 16;
/** Side of the square that facts and thumbnails of a picture that was not scaled to one are taken from. */
const FACTS_SIDE = 256;
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
          const hidden = await hiddenPart(picture, header);
          const rgb = await uprightPicture(picture)
            .resize(size, size, { fit: 'fill', kernel: 'cubic' })
            .raw()
            .toBuffer();
          const scaled = { width: size, height: size, rgb };
          const described = await describedSquare(header, hidden, scaled);
          return { ...described, size, rgb };
        },
      ),
  };
}

/** Bytes of an RGB picture. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Facts and thumbnail of a picture, the same for all encoders.
 * @param hidden see `hiddenPart`
 * @param scaled the whole picture
 */
export async function describedSquare(
  header: OpenedHeader,
  hidden: number,
  scaled: RgbPicture,
): Promise<Pick<SquareImage, 'facts' | 'thumbnail'>> {
  const square = await squareOf(scaled);
  return {
    facts: {
      ...uprightSize(header),
      orientation: header.orientation ?? 1,
      hidden,
      blank: blankShare(square.rgb, square.size),
    },
    thumbnail: await thumbnailOf(square),
  };
}

/** Width and height of a picture as it is seen. */
export function uprightSize({ width, height, orientation = 1 }: OpenedHeader): {
  readonly width: number;
  readonly height: number;
} {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** The picture as a square. */
async function squareOf({ width, height, rgb }: RgbPicture): Promise<PixelSquare> {
  if (width === height) return { size: width, rgb };
  const square = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(FACTS_SIDE, FACTS_SIDE, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { size: FACTS_SIDE, rgb: square };
}

/**
 * How much of a picture looks otherwise to trainers that drop its alpha channel; asked before the picture is scaled. All
 * pixels are needed as they are stored: to make a picture smaller means to weigh its colours by their alpha.
 * @returns 0 also for one too large to be held as a whole.
 */
export async function hiddenPart(picture: Sharp, header: OpenedHeader): Promise<number> {
  if (alphaBytes(header) === 0) return 0;
  return hiddenShare(await picture.clone().toColourspace('srgb').ensureAlpha().raw().toBuffer());
}

/** Converts to upright 8-bit sRGB with three channels. */
export function uprightPicture(source: Sharp): Sharp {
  return source.autoOrient().flatten({ background: WHITE }).toColourspace('srgb').removeAlpha();
}

async function thumbnailOf({ size, rgb }: PixelSquare): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'fill', kernel: 'linear' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}
