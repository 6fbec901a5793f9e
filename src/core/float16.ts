/**
 * IEEE 754 half precision, for embeddings on disk: unit rows lose less than 0.0005 a component and take
 * half the space. Conversions work on the bits (round to nearest, ties to even), because `Float16Array`
 * is not in the Node versions we support.
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The half nearest to `value`, as its 16 bits. Values beyond the largest half become infinite. */
export function toFloat16(value: number): number {
  float[0] = value;
  const x = bits[0] ?? 0;
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is halfway between the largest half and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Rebias the exponent from 127 to 15, then round the 13 bits that fall away.
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Subnormal halves are multiples of 2^-24; Math.round would round ties up instead of to even.
  const scaled = Math.abs(float[0]) * 0x1000000;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && (floor & 1) === 1);
  return sign | (floor + (up ? 1 : 0));
}

/** The value of a half given as its 16 bits. */
export function fromFloat16(half: number): number {
  return halfValues()[half & 0xffff] ?? 0;
}

/** Halves of `values`, as their bits. */
export function packFloat16(values: Float32Array): Uint16Array {
  const packed = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) packed[i] = toFloat16(values[i] ?? 0);
  return packed;
}

/** Writes the values of `halves` to the start of `target`. */
export function unpackFloat16(halves: Uint16Array, target: Float32Array): void {
  const values = halfValues();
  for (let i = 0; i < halves.length; i++) target[i] = values[halves[i] ?? 0] ?? 0;
}

let table: Float32Array | undefined;

/** Values of all 65,536 halves: a look-up is several times as fast as decoding the bits. */
function halfValues(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(0x10000);
  for (let half = 0; half < table.length; half++) {
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 0x1f
          ? fraction === 0
            ? Infinity
            : NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[half] = (half & 0x8000) === 0 ? magnitude : -magnitude;
  }
  return table;
}
