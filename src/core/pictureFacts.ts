/** Facts about an image, computed while decoding it. */
export interface PictureFacts {
  /** Size of the original, upright (EXIF orientation applied), in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 (as stored) to 8; default 1. */
  readonly orientation: number;
  /** Share of pixels, 0..1, that differ without the alpha channel from those on white. */
  readonly hidden: number;
  /** Share of the image that has one colour, from the bottom up, 0..1; 0 if that is no sign of damage. */
  readonly blank: number;
}

/** Facts of an image without anomalies. */
export function plainFacts(width: number, height: number): PictureFacts {
  return { width, height, orientation: 1, hidden: 0, blank: 0 };
}

/** Largest difference of pixels of one colour, in levels; in JPEG plain areas differ by one or two. */
const SAME_COLOUR = 3;
/** Smallest share of a blank image. */
export const WHOLLY_BLANK = 0.97;
/** Smallest plain lower share of a truncated image; less is enough for middle grey, with which decoders fill. */
const CUT_OFF = 0.5;
const CUT_OFF_IN_GREY = 0.2;
const FILL_GREY = 128;
/** If the colour also has this share of the upper part, it is the background of a drawing or a cut-out object. */
const BACKGROUND = 0.2;

/**
 * Share of an image that has one colour, from the bottom up: the whole image, or the lower part of a truncated download.
 * A plain background, which is also in the upper part, does not count.
 * @param rgb of a square of `size`
 * @returns 0..1; 0 below the thresholds.
 */
export function blankShare(rgb: Uint8Array, size: number): number {
  const colour = rgb.subarray(rgb.length - 3);
  /** Pixels of that colour in a row. */
  const plainIn = (y: number): number => {
    let plain = 0;
    for (let i = y * size * 3; i < (y + 1) * size * 3; i += 3) {
      if (colour.every((value, c) => Math.abs((rgb[i + c] ?? 0) - value) <= SAME_COLOUR)) plain++;
    }
    return plain;
  };
  let rows = 0;
  while (rows < size && plainIn(size - 1 - rows) === size) rows++;
  const share = rows / size;
  if (share >= WHOLLY_BLANK) return share;
  let above = 0;
  for (let y = 0; y < size - rows; y++) above += plainIn(y);
  if (above > BACKGROUND * size * (size - rows)) return 0;
  const grey = colour.every((value) => Math.abs(value - FILL_GREY) <= SAME_COLOUR);
  return share >= (grey ? CUT_OFF_IN_GREY : CUT_OFF) ? share : 0;
}

/** Smallest visible difference of a pixel, in levels. */
const OTHER_COLOUR = 40;
/** Sampled pixels: enough for an accuracy of 0.01. */
const SAMPLE = 50_000;

/**
 * Share of the pixels, 0..1, whose colour without the alpha channel differs from that on white.
 * @param rgba 4 bytes per pixel
 */
export function hiddenShare(rgba: Uint8Array): number {
  const pixels = Math.floor(rgba.length / 4);
  // An odd step does not divide the width of most images.
  const step = Math.max(1, 2 * Math.floor(pixels / SAMPLE / 2) + 1);
  let looked = 0;
  let other = 0;
  for (let p = 0; p < pixels; p += step) {
    looked++;
    const clear = 1 - (rgba[4 * p + 3] ?? 255) / 255;
    const darkest = Math.min(rgba[4 * p] ?? 0, rgba[4 * p + 1] ?? 0, rgba[4 * p + 2] ?? 0);
    if (clear * (255 - darkest) > OTHER_COLOUR) other++;
  }
  return other / Math.max(1, looked);
}
