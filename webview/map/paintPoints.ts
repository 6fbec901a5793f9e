import { isWithin, type Outline } from './shapes.ts';

/*
 * Points are painted into the bytes of a picture. WebGL would need a library that compiles its code at run time, which the policy of
 * the pages refuses, and a fallback where there is no graphics processor; 50,000 points take a few milliseconds here.
 */

/** A colour as bytes. */
export type Colour = readonly [red: number, green: number, blue: number];

/** How the points of a category are painted. */
export interface Brush {
  readonly colour: Colour;
  /** Which share of each pixel is covered, in 255ths: a square around the point. */
  readonly coverage: Uint8Array;
  /** Pixels to each side of the middle one. */
  readonly reach: number;
}

/** What is painted on: red, green, blue and alpha of each pixel, row by row. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8ClampedArray;
}

/** Parts of a pixel along each axis whose cover is counted. */
const PARTS = 4;

/** @param radius of the outline in pixels */
export function brush(outline: Outline, radius: number, colour: Colour): Brush {
  const reach = Math.ceil(radius * 1.1);
  const side = 2 * reach + 1;
  const coverage = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let covered = 0;
      for (let part = 0; part < PARTS * PARTS; part++) {
        const x = column - reach + ((part % PARTS) + 0.5) / PARTS - 0.5;
        const y = row - reach + (Math.floor(part / PARTS) + 0.5) / PARTS - 0.5;
        if (isWithin(outline, x / radius, y / radius)) covered++;
      }
      coverage[row * side + column] = Math.round((255 * covered) / (PARTS * PARTS));
    }
  }
  return { colour, coverage, reach };
}

/** Fills the canvas with an opaque colour. */
export function clear({ bytes }: Canvas, [red, green, blue]: Colour): void {
  const pixels = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  // Bytes in memory are red, green, blue, alpha on every machine that browsers run on: little-endian.
  pixels.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
}

/**
 * Paints one point over what is there. What lies beyond the edge is left out.
 * @param opacity in 255ths
 */
export function paintPoint(
  { width, height, bytes }: Canvas,
  { colour, coverage, reach }: Brush,
  x: number,
  y: number,
  opacity: number,
): void {
  const [left, top] = [Math.round(x) - reach, Math.round(y) - reach];
  const side = 2 * reach + 1;
  const [red, green, blue] = colour;
  const lastRow = Math.min(side, height - top);
  const lastColumn = Math.min(side, width - left);
  for (let row = Math.max(0, -top); row < lastRow; row++) {
    for (let column = Math.max(0, -left); column < lastColumn; column++) {
      const covered = coverage[row * side + column] ?? 0;
      if (covered === 0) continue;
      const share = (covered * opacity) / 65_025;
      const at = ((top + row) * width + left + column) * 4;
      const [r = 0, g = 0, b = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      bytes[at] = r + (red - r) * share;
      bytes[at + 1] = g + (green - g) * share;
      bytes[at + 2] = b + (blue - b) * share;
    }
  }
}
