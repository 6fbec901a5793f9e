/** What decoding a picture tells about it beside its pixels. */
export interface PictureFacts {
  /** Of the original, upright (EXIF orientation applied), in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 (as stored) to 8; 1 where there is none. */
  readonly orientation: number;
  /** Share of the picture, 0..1, that looks otherwise without its alpha channel than on white. */
  readonly hidden: number;
  /** How much of it is one colour, from the bottom up, 0..1; 0 where that is no sign of damage. */
  readonly blank: number;
}

/** A picture of which nothing is to be said. */
export function plainFacts(width: number, height: number): PictureFacts {
  return { width, height, orientation: 1, hidden: 0, blank: 0 };
}

/** Levels by which pixels of one colour may differ: JPEG keeps plain areas within one or two. */
const SAME_COLOUR = 3;
/** A picture is blank from this share on. */
export const WHOLLY_BLANK = 0.97;
/** A plain lower part of so much is a cut-off picture. Decoders fill up with middle grey, of which less is enough. */
const CUT_OFF = 0.5;
const CUT_OFF_IN_GREY = 0.2;
const FILL_GREY = 128;
/** A colour that fills so much of what is above as well is the background of a drawing or a cut-out object. */
const BACKGROUND = 0.2;

/**
 * How much of a picture is one colour, from the bottom up: all of it, or a lower part as a cut-off download leaves it.
 * A plain background is no damage: there is much of it above as well.
 * @param rgb of a square of `size`
 * @returns 0..1; 0 where too little is plain to speak of.
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

/** Levels from which on a pixel looks otherwise. */
const OTHER_COLOUR = 40;
/** Pixels that are looked at: enough for a share to a hundredth. */
const SAMPLE = 50_000;

/**
 * Share of the pixels, 0..1, whose colour is another one without the alpha channel than on white.
 * @param rgba 4 bytes a pixel
 */
export function hiddenShare(rgba: Uint8Array): number {
  const pixels = Math.floor(rgba.length / 4);
  // An odd step does not fall in with the width of most pictures.
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
