/** What a Windows bitmap is made of; anything may be a lie. */
export interface BmpParts {
  readonly width: number;
  /** Negative where the top row comes first. */
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Masks of red, green and blue, and of alpha, behind the header. */
  readonly masks?: readonly number[];
  /** Blue, green, red and a zero for each colour. */
  readonly palette?: readonly number[];
  readonly data: Uint8Array;
}

/** A bitmap with the header of Windows 3. */
export function bmpOf(parts: BmpParts): Buffer {
  const { width, height, bits, compression = 0, masks = [], palette = [], data } = parts;
  const offset = 54 + 4 * masks.length + palette.length;
  const head = Buffer.alloc(offset);
  head.write('BM', 'latin1');
  head.writeUInt32LE(offset + data.length, 2);
  head.writeUInt32LE(offset, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(palette.length / 4, 46);
  masks.forEach((mask, i) => head.writeUInt32LE(mask, 54 + 4 * i));
  head.set(palette, 54 + 4 * masks.length);
  return Buffer.concat([head, data]);
}

/** A picture of RGB bytes, top row first, as a bitmap of 24 bits. */
export function bmp24(width: number, height: number, rgb: Uint8Array): Buffer {
  const stride = 4 * Math.ceil((3 * width) / 4);
  const data = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      const to = stride * (height - 1 - y) + 3 * x;
      data.set([rgb[from + 2] ?? 0, rgb[from + 1] ?? 0, rgb[from] ?? 0], to);
    }
  }
  return bmpOf({ width, height, bits: 24, data });
}
