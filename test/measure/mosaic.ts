import path from 'node:path';
import sharp from 'sharp';
import type { PixelSquare } from '../../src/core/ports.ts';

/** Where the photos may meet, as a share of the side: not where crops of half the side begin or end. */
export const SEAMS = [3 / 8, 5 / 8] as const;

/** Four photos side by side. */
export interface Mosaic {
  /** Top left, top right, bottom left, bottom right. */
  readonly images: readonly string[];
  /** Share of the side that the left photos take, and the upper ones. */
  readonly seam: readonly [x: number, y: number];
}

/** @param size of the picture, in pixels; a multiple of 8 */
export async function mosaicOf(
  { images, seam }: Mosaic,
  root: string,
  size: number,
): Promise<PixelSquare> {
  const [x, y] = [seam[0] * size, seam[1] * size];
  const rgb = new Uint8Array(size * size * 3);
  for (const [n, name] of images.entries()) {
    const [left, top] = [n % 2 === 0 ? 0 : x, n < 2 ? 0 : y];
    const [width, height] = [n % 2 === 0 ? x : size - x, n < 2 ? y : size - y];
    const photo = await sharp(path.join(root, name))
      .autoOrient()
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    for (let line = 0; line < height; line++) {
      const pixels = photo.subarray(line * width * 3, (line + 1) * width * 3);
      rgb.set(pixels, ((top + line) * size + left) * 3);
    }
  }
  return { size, rgb };
}

/** Which photo lies at a place of the picture, given as shares of its sides. */
export function photoAt({ seam }: Mosaic, x: number, y: number): number {
  return (y < seam[1] ? 0 : 2) + (x < seam[0] ? 0 : 1);
}

export async function smaller({ size, rgb }: PixelSquare, side: number): Promise<PixelSquare> {
  const raw = { width: size, height: size, channels: 3 } as const;
  return { size: side, rgb: await sharp(rgb, { raw }).resize(side, side).raw().toBuffer() };
}
