const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Rows turned into bytes at a time: enough to keep the disk busy, little enough to forget. */
const BYTES_PER_CHUNK = 1 << 20;

/**
 * Nearest IEEE 754 half-precision number of `value`, ties to even, as its 16 bits.
 * Beyond 65,504 it is an infinity, as NumPy's `astype('float16')` has it.
 */
export function float16Bits(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const mantissa = bits & 0x7fffff;
  if (exponent >= 31) {
    const isNan = (bits & 0x7f800000) === 0x7f800000 && mantissa !== 0;
    return sign | 0x7c00 | (isNan ? 0x200 : 0);
  }
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    return sign | roundShift(mantissa | 0x800000, 14 - exponent);
  }
  // A mantissa that rounds up carries into the exponent, and from the largest number to infinity, as it should.
  return sign | ((exponent << 10) + roundShift(mantissa, 13));
}
const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The head of a `.npy` file (format 1.0, C order, little-endian float16), padded so that the data starts at a multiple of 64. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f2', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((MAGIC.length + 2 + text.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set(MAGIC);
  new DataView(header.buffer).setUint16(MAGIC.length, length - MAGIC.length - 2, true);
  for (let i = 0; i < text.length; i++) header[MAGIC.length + 2 + i] = text.charCodeAt(i);
  header[length - 1] = 0x0a;
  return header;
}

/**
 * A `.npy` file of float16, the precision clip-retrieval writes, in chunks: the whole array never exists in memory.
 *
 * @param rowAt row `i` as `columns` numbers; the array may be reused between calls
 */
export function* npyFile(
  rows: number,
  columns: number,
  rowAt: (index: number) => Float32Array,
): Generator<Uint8Array, void> {
  yield npyHeader(rows, columns);
  const rowsPerChunk = Math.max(1, Math.floor(BYTES_PER_CHUNK / (2 * Math.max(1, columns))));
  for (let first = 0; first < rows; first += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - first);
    const view = new DataView(new ArrayBuffer(count * columns * 2));
    let offset = 0;
    for (let i = first; i < first + count; i++) {
      for (const value of rowAt(i)) {
        view.setUint16(offset, float16Bits(value), true);
        offset += 2;
      }
    }
    yield new Uint8Array(view.buffer);
  }
}
