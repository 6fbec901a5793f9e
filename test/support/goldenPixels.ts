import type { PixelSquare } from '../../src/core/ports.ts';

/** The pictures of the golden numbers of models/build: pixel (y, x, c) of picture b is (7 x + 13 y + 29 c + 31 b + x y / 16) mod 256. */
export function goldenSquares(count: number, size: number): PixelSquare[] {
  return Array.from({ length: count }, (_, b) => {
    const rgb = new Uint8Array(size * size * 3);
    for (let at = 0; at < rgb.length; at++) {
      const c = at % 3;
      const x = Math.floor(at / 3) % size;
      const y = Math.floor(at / 3 / size);
      rgb[at] = (7 * x + 13 * y + 29 * c + 31 * b + Math.floor((x * y) / 16)) % 256;
    }
    return { size, rgb };
  });
}
