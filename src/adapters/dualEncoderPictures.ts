import type { Sharp } from 'sharp';
import { z } from 'zod';
import { type Sentence, sentence } from '../core/text/sentence.ts';
import type { ImageReader, PixelSquare, SquareImage } from '../core/ports.ts';
import {
  describedSquare,
  hiddenPart,
  type RgbPicture,
  uprightPicture,
  uprightSize,
} from './sharpImageReader.ts';
import { withPicture } from './sharpPictures.ts';

/** How an encoder wants its pictures: scaled, the middle cut out, the values shifted. */
export interface PicturePreparation {
  /** Scaled to this size, or so that the shorter side has this length. */
  readonly resize: 'square' | { readonly shortestEdge: number };
  /** Side of the square that the encoder gets. */
  readonly size: number;
  readonly kernel: 'nearest' | 'lanczos3' | 'linear' | 'cubic';
  /** The encoder gets `(value * scale - mean) / std` of each byte, by channel. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Filters of Pillow, by their number. */
const KERNELS: Readonly<Record<number, PicturePreparation['kernel']>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

const SIDE = z.number().int().positive();
const SIZE = z.union([
  SIDE,
  z.object({ shortest_edge: SIDE }),
  z.object({ height: SIDE, width: SIDE }),
]);
const CHANNELS = z.array(z.number()).length(3);
/** The part of `preprocessor_config.json` that image processors of dual encoders have in common. */
const CONFIG = z.looseObject({
  do_resize: z.boolean().nullish(),
  size: SIZE.nullish(),
  resample: z.number().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: SIZE.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: CHANNELS.nullish(),
  image_std: CHANNELS.nullish(),
  // Those of jina-clip.
  resize_mode: z.string().nullish(),
  interpolation: z.string().nullish(),
  mean: CHANNELS.nullish(),
  std: CHANNELS.nullish(),
});

/** Follows a `preprocessor_config.json`, or says what of it cannot be followed. */
export function picturePreparation(
  config: unknown,
): PicturePreparation | { readonly flaw: Sentence } {
  const read = CONFIG.safeParse(config);
  if (!read.success) return { flaw: sentence('its values are not those of an image processor') };
  const { data } = read;
  const { size } = data;
  if (size === null || size === undefined || data.do_resize === false) {
    return { flaw: sentence('it has no size to scale pictures to') };
  }
  const crops = data.do_center_crop ?? data.resize_mode === 'shortest';
  const resize = typeof size !== 'number' ? size : crops ? { shortest_edge: size } : square(size);
  const target = 'shortest_edge' in resize ? (data.crop_size ?? resize.shortest_edge) : resize;
  const final = crops ? (data.crop_size ?? target) : target;
  const side = sideOf(final);
  const bySquare = 'shortest_edge' in resize ? undefined : sideOf(resize);
  if (side === undefined || (!('shortest_edge' in resize) && bySquare !== side)) {
    return { flaw: sentence('its pictures are not square') };
  }
  if ('shortest_edge' in resize && (!crops || resize.shortest_edge < side)) {
    return { flaw: sentence('its pictures have no fixed size') };
  }
  const kernel = KERNELS[data.resample ?? (data.interpolation === 'bilinear' ? 2 : 3)];
  if (kernel === undefined) {
    return { flaw: sentence('its filter for scaling, {0}, is unknown', data.resample ?? '') };
  }
  const normal = data.do_normalize ?? true;
  const mean = data.image_mean ?? data.mean;
  const std = data.image_std ?? data.std;
  if (normal && (!mean || !std)) return { flaw: sentence('it has no image_mean and image_std') };
  return {
    resize: 'shortest_edge' in resize ? { shortestEdge: resize.shortest_edge } : 'square',
    size: side,
    kernel,
    scale: data.do_rescale === false ? 1 : (data.rescale_factor ?? 1 / 255),
    mean: normal && mean ? mean : [0, 0, 0],
    std: normal && std ? std : [1, 1, 1],
  };
}

function square(side: number): { readonly height: number; readonly width: number } {
  return { height: side, width: side };
}

function sideOf(size: z.infer<typeof SIZE>): number | undefined {
  if (typeof size === 'number') return size;
  if ('shortest_edge' in size) return size.shortest_edge;
  return size.height === size.width ? size.height : undefined;
}

/** Reads pictures as an encoder wants them, up to the shift of the values. */
export function dualEncoderReader(preparation: PicturePreparation): ImageReader {
  return {
    read: (bytes) =>
      withPicture<SquareImage>(bytes, { failOn: 'truncated' }, async (picture, header) => {
        const { width, height } = uprightSize(header);
        const hidden = await hiddenPart(picture, header);
        const scaled = await scaledPicture(uprightPicture(picture), width, height, preparation);
        const { size } = preparation;
        const described = await describedSquare(header, hidden, scaled);
        return { ...described, size, rgb: middleOf(scaled, size) };
      }),
  };
}

async function scaledPicture(
  picture: Sharp,
  width: number,
  height: number,
  { resize, size, kernel }: PicturePreparation,
): Promise<RgbPicture> {
  const [w, h] = resize === 'square' ? [size, size] : scaledSides(width, height, resize);
  const rgb = await picture
    // Pillow reads every pixel of a JPEG; a smaller decoding is faster, but other.
    .resize(w, h, { fit: 'fill', kernel, fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
  return { width: w, height: h, rgb };
}

/** As the image processors of transformers: the longer side is rounded down. */
function scaledSides(
  width: number,
  height: number,
  { shortestEdge }: { readonly shortestEdge: number },
): readonly [number, number] {
  const long = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? [shortestEdge, long] : [long, shortestEdge];
}

/** The square in the middle of a picture that is not smaller. */
function middleOf({ width, height, rgb }: RgbPicture, size: number): Uint8Array {
  if (width === size && height === size) return rgb;
  const left = Math.floor((width - size) / 2);
  const top = Math.floor((height - size) / 2);
  const out = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * 3;
    out.set(rgb.subarray(start, start + size * 3), y * size * 3);
  }
  return out;
}

/** Values of pictures as the encoder's graph reads them: (n, 3, size, size), row by row. */
export function pixelValues(
  images: readonly PixelSquare[],
  { size, scale, mean, std }: PicturePreparation,
): Float32Array {
  const plane = size * size;
  const values = new Float32Array(images.length * 3 * plane);
  for (const [i, { rgb }] of images.entries()) {
    for (let c = 0; c < 3; c++) {
      const [shift, spread] = [mean[c] ?? 0, std[c] ?? 1];
      const start = (i * 3 + c) * plane;
      for (let p = 0; p < plane; p++) {
        values[start + p] = ((rgb[p * 3 + c] ?? 0) * scale - shift) / spread;
      }
    }
  }
  return values;
}

/** A picture of one grey, for graphs that need one beside a text. */
export function greySquare(size: number): PixelSquare {
  return { size, rgb: new Uint8Array(size * size * 3).fill(128) };
}
