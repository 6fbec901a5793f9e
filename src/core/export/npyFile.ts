import { fromFloat16, toFloat16 } from '../float16.ts';
import { matrix, type Matrix } from '../matching/matrix.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Size of a chunk in bytes: large enough for fast writing. */
const BYTES_PER_CHUNK = 1 << 20;

/** The header of a `.npy` file (format 1.0, C order, little-endian float16), padded so that the data starts at a multiple of 64. */
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
 * A `.npy` file of float16, as written by clip-retrieval, in chunks: the whole array is never in memory.
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
        view.setUint16(offset, toFloat16(value), true);
        offset += 2;
      }
    }
    yield new Uint8Array(view.buffer);
  }
}

/**
 * Parses the bytes of a `.npy` file of float16, two dimensions, C order.
 * @throws RangeError for another layout.
 */
export function parseNpyFloat16(bytes: Uint8Array): Matrix {
  if (MAGIC.slice(0, 6).some((byte, i) => bytes[i] !== byte)) {
    throw new RangeError('it is not a .npy file');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] ?? 1) > 1;
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(wide ? 12 : 10, start));
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (shape === null || !header.includes("'<f2'") || !header.includes('False')) {
    throw new RangeError(`it does not hold a float16 matrix but ${header.trim()}`);
  }
  const result = matrix(Number(shape[1]), Number(shape[2]));
  if (bytes.length - start !== 2 * result.data.length) throw new RangeError('it is cut short');
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = fromFloat16(view.getUint16(start + 2 * i, true));
  }
  return result;
}
