import { plainRowProducts, type RowProducts } from '../innerProducts.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { aligned, type Kernel, openKernel } from './kernel.ts';

/** Smallest useful size: each memory reserves address space, and smaller matrices are fast enough without SIMD. */
const WORTH_BYTES = 1 << 20;

/**
 * Matrices in one WebAssembly memory, whose rows are multiplied with SIMD: about five times as fast as plain
 * JavaScript, and synchronous, unlike onnxruntime.
 */
export class VectorArena implements RowProducts {
  readonly #buffer: ArrayBuffer;
  readonly #kernel: Kernel;
  /** Results of `withAll`: as many as the longest matrix has rows. */
  readonly #results: Float32Array;
  /** Where the spare rows of each matrix end, by its start. */
  readonly #ends = new Map<number, number>();
  #next: number;

  private constructor(buffer: ArrayBuffer, kernel: Kernel, longest: number) {
    this.#buffer = buffer;
    this.#kernel = kernel;
    this.#results = new Float32Array(buffer, 0, longest);
    this.#next = aligned(4 * longest);
  }

  /**
   * Allocates memory for matrices of these shapes (rows, columns).
   * @returns undefined if they are too small or too large, or the runtime lacks SIMD or memory.
   */
  static open(shapes: readonly (readonly [number, number])[]): VectorArena | undefined {
    const longest = Math.max(0, ...shapes.map(([rows]) => rows));
    const needed = shapes.reduce(
      (sum, [rows, columns]) => sum + aligned(4 * rows * columns),
      aligned(4 * longest),
    );
    if (needed < WORTH_BYTES) return undefined;
    const opened = openKernel(needed);
    return opened && new VectorArena(opened.buffer, opened.kernel, longest);
  }

  /** A zero matrix in the arena; with `spare` rows behind it, it must be one of the shapes passed to `open`. */
  matrix(rows: number, columns: number, spare = 0): Matrix {
    const data = new Float32Array(this.#buffer, this.#next, rows * columns);
    const bytes = 4 * (rows + spare) * columns;
    this.#ends.set(data.byteOffset, data.byteOffset + bytes);
    this.#next += aligned(bytes);
    return matrix(rows, columns, data);
  }

  lengthened({ rows, columns, data }: Matrix, spare: number): Matrix | undefined {
    const { buffer, byteOffset } = data;
    const end = this.#ends.get(byteOffset) ?? 0;
    const longer = rows + spare;
    if (buffer !== this.#buffer || byteOffset + 4 * longer * columns > end) return undefined;
    return matrix(longer, columns, new Float32Array(buffer, byteOffset, longer * columns));
  }

  between(a: Matrix, b: Matrix): (i: number, j: number) => number {
    if (!this.#holds(a) || !this.#holds(b)) return plainRowProducts.between(a, b);
    const { dot } = this.#kernel;
    const { columns } = a;
    const stride = 4 * columns;
    const atA = a.data.byteOffset;
    const atB = b.data.byteOffset;
    return (i, j) => dot(atA + i * stride, atB + j * stride, columns);
  }

  withAll(a: Matrix, r: number, b: Matrix): Float32Array {
    if (!this.#holds(a) || !this.#holds(b)) return plainRowProducts.withAll(a, r, b);
    const { columns } = a;
    const row = a.data.byteOffset + 4 * r * columns;
    this.#kernel.dots(row, b.data.byteOffset, b.rows, columns, this.#results.byteOffset);
    return this.#results.slice(0, b.rows);
  }

  #holds(m: Matrix): boolean {
    return m.data.buffer === this.#buffer;
  }
}

/** Where matrices are made, and what multiplies their rows. */
export interface MatrixRoom {
  /** A zero matrix; with `spare` rows behind it, it must be one of the shapes that the room was opened for. */
  readonly matrix: (rows: number, columns: number, spare?: number) => Matrix;
  /** The same matrix with as many of its spare rows, not a copy; undefined if it has fewer. */
  readonly lengthened: (m: Matrix, spare: number) => Matrix | undefined;
  readonly products: RowProducts;
}

/** Ordinary memory. */
export const PLAIN_ROOM: MatrixRoom = {
  matrix: (rows, columns) => matrix(rows, columns),
  lengthened: () => undefined,
  products: plainRowProducts,
};

/** Room for matrices of these shapes (rows, columns): a new arena, or ordinary memory if none can be opened. */
export function openRoom(shapes: readonly (readonly [number, number])[]): MatrixRoom {
  const arena = VectorArena.open(shapes);
  if (arena === undefined) return PLAIN_ROOM;
  return {
    matrix: (...shape) => arena.matrix(...shape),
    lengthened: (m, spare) => arena.lengthened(m, spare),
    products: arena,
  };
}
