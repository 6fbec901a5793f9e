import { MOST_BYTE } from '../innerProducts.ts';
import type { Matrix } from '../matrix.ts';
import { aligned, type Kernel, openKernel } from './kernel.ts';

/** Products of one block, and rows that it may have. */
const BLOCK_VALUES = 1 << 20;
const MOST_ROWS = 1 << 13;
/** Added to each value of a row: products are of unsigned with signed bytes. */
const ZERO = 128;

/**
 * Rows rounded to bytes, each by its own scale, in a WebAssembly memory, with room for their products with the rows of a
 * group: a quarter of the memory and of the time of float32. A product of unit rows is some thousandths off.
 */
export class ByteRows {
  /** Bytes of a row: the columns of the matrix, and zeros up to a multiple of 16. */
  readonly length: number;
  /** Places that `above` found. */
  readonly hits: Int32Array;
  /** Of the group: the scale of each row, and the value that its products must exceed. */
  readonly #groupScales: Float32Array;
  readonly #groupLimits: Float32Array;
  readonly #scales: Float32Array;
  readonly #rows: Uint8Array;
  readonly #numbers: Int32Array;
  readonly #gathered: Uint8Array;
  readonly #products: Int32Array;
  readonly #group: Int8Array;
  readonly #unsigned: Uint8Array;
  readonly #kernel: Kernel;
  #width = 0;

  private constructor(
    m: Matrix,
    widest: number,
    { buffer, kernel }: { readonly buffer: ArrayBuffer; readonly kernel: Kernel },
  ) {
    const { rows, numbers, gathered, products, group } = layoutOf(m, widest);
    this.length = lengthOf(m);
    this.#kernel = kernel;
    this.#rows = new Uint8Array(buffer, rows.at, rows.bytes).fill(ZERO);
    this.#numbers = new Int32Array(buffer, numbers.at, MOST_ROWS);
    this.#gathered = new Uint8Array(buffer, gathered.at, gathered.bytes);
    this.#products = new Int32Array(buffer, products.at, products.bytes / 4);
    const [scales, limits, hits] = group.map((at) => at);
    this.#groupScales = new Float32Array(buffer, scales, widest + 4);
    this.#groupLimits = new Float32Array(buffer, limits, widest + 4);
    this.hits = new Int32Array(buffer, hits, widest + 4);
    this.#group = new Int8Array(this.length * widest);
    this.#unsigned = new Uint8Array(this.length * widest);
    this.#scales = new Float32Array(m.rows);
    for (let r = 0; r < m.rows; r++) {
      this.#scales[r] = rounded(m, r, this.#rows, r * this.length, 1);
    }
  }

  /** @param widest rows of the largest group */
  static open(m: Matrix, widest: number): ByteRows | undefined {
    const opened = openKernel(layoutOf(m, widest).end);
    return opened && new ByteRows(m, widest, opened);
  }

  /** Rows that `gathered` may be asked for at once, for the current group. */
  get most(): number {
    return Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_VALUES / this.#width)));
  }

  /** Rounds the rows `members` of `m`, with as many columns; the group (length, members) of the products that follow. */
  setGroup(m: Matrix, members: Int32Array): Int8Array {
    const width = members.length;
    this.#width = width;
    const bytes = this.length * width;
    this.#unsigned.fill(ZERO, m.columns * width, bytes);
    for (let n = 0; n < width; n++) {
      this.#groupScales[n] = rounded(m, members[n]!, this.#unsigned, n, width);
    }
    this.#groupScales.fill(NaN, width, width + 4);
    for (let at = 0; at < bytes; at++) this.#group[at] = this.#unsigned[at]! - ZERO;
    return this.#group.subarray(0, bytes);
  }

  /** The rows `those`, and where their products with the group go: both until the next call. */
  gathered(those: Int32Array): { readonly data: Uint8Array; readonly products: Int32Array } {
    this.#numbers.set(those);
    this.#kernel.gather(
      this.#numbers.byteOffset,
      those.length,
      this.#rows.byteOffset,
      this.length,
      this.#gathered.byteOffset,
    );
    return {
      data: this.#gathered.subarray(0, those.length * this.length),
      products: this.#products.subarray(0, those.length * this.#width),
    };
  }

  /** The value that products with row `n` of the group must exceed. */
  limit(n: number): number {
    return this.#groupLimits[n]!;
  }

  setLimit(n: number, value: number): void {
    this.#groupLimits[n] = value;
  }

  /**
   * Finds the products of row `r`, which was gathered at `place`, that exceed `limit` or that of their row in the group.
   * @returns their number; `hits` has their places in the group.
   */
  above(r: number, place: number, limit: number): number {
    return this.#kernel.above(
      this.#products.byteOffset + 4 * place * this.#width,
      this.#groupScales.byteOffset,
      this.#groupLimits.byteOffset,
      this.#width,
      this.#scales[r]!,
      limit,
      this.hits.byteOffset,
    );
  }

  /** The product of row `r`, which was gathered at `place`, with row `n` of the group. */
  product(r: number, place: number, n: number): number {
    return this.#products[place * this.#width + n]! * this.#groupScales[n]! * this.#scales[r]!;
  }
}

function lengthOf({ columns }: Matrix): number {
  return aligned(columns);
}

interface Part {
  readonly at: number;
  readonly bytes: number;
}

/** Where everything lies in the memory. */
function layoutOf(
  m: Matrix,
  widest: number,
): {
  readonly rows: Part;
  readonly numbers: Part;
  readonly gathered: Part;
  readonly products: Part;
  /** Scales, limits and hits. */
  readonly group: readonly number[];
  readonly end: number;
} {
  let end = 0;
  const part = (bytes: number): Part => {
    const at = end;
    end = aligned(end + bytes);
    return { at, bytes };
  };
  const length = lengthOf(m);
  const rows = part(m.rows * length);
  const numbers = part(4 * MOST_ROWS);
  const gathered = part(MOST_ROWS * length);
  // The last four products are read together with what is behind them.
  const products = part(4 * Math.max(BLOCK_VALUES, widest) + 16);
  const group = [0, 1, 2].map(() => part(4 * (widest + 4)).at);
  return { rows, numbers, gathered, products, group, end };
}

/**
 * Writes the bytes of row `r`, each plus 128, to every `step`th place of `out` from `first` on.
 * @returns what they are multiples of; NaN for a row that is not all numbers
 */
function rounded(
  { data, columns }: Matrix,
  r: number,
  out: Uint8Array,
  first: number,
  step: number,
): number {
  const start = r * columns;
  const end = start + columns;
  let most = 0;
  let check = 0;
  for (let at = start; at < end; at++) {
    const value = Math.abs(data[at]!);
    if (value > most) most = value;
    check += 0 * value;
  }
  const inverse = most > 0 ? MOST_BYTE / most : 0;
  for (let at = start, to = first; at < end; at++, to += step) {
    out[to] = (data[at]! * inverse + (ZERO + 0.5)) | 0;
  }
  return most / MOST_BYTE + check;
}
