import { MOST_BYTE } from '../innerProducts.ts';
import type { Matrix } from '../matrix.ts';
import { aligned, type Kernel, openKernel } from './kernel.ts';

/** Products of one block, which stay in the cache between two steps, and rows that it may have. */
const BLOCK_VALUES = 1 << 18;
const MOST_ROWS = 1 << 13;
/** Added to each value of a row: products are of unsigned with signed bytes. */
const ZERO = 128;
/** What a list holds beyond the wanted items: so many are appended between two times that it is sorted. */
const APPENDED = 24;

/** The rows of one matrix, rounded, and the list of each, in the memory. */
interface Side {
  readonly rows: Uint8Array;
  readonly scales: Float32Array;
  readonly counts: Int32Array;
  readonly items: Int32Array;
  /** Address of its description (innerProducts.wat). */
  readonly address: number;
}

/**
 * Rows rounded to bytes, each by its own scale, and for each row the items with the largest products, in one WebAssembly
 * memory: a quarter of the memory and of the time of float32. A product of unit rows is some thousandths off. The caller multiplies
 * some rows of one side with a group of rows of the other, and `offer` adds the products to the lists of both.
 */
export class ByteLists {
  /** Bytes of a row: the columns of the matrices, and zeros up to a multiple of 16. */
  readonly length: number;
  readonly #sides: readonly Side[];
  readonly #capacity: number;
  readonly #numbers: Int32Array;
  readonly #gathered: Uint8Array;
  readonly #products: Int32Array;
  /** Of the group: the number of each member, its scale, and the value that its products must exceed. */
  readonly #members: Int32Array;
  readonly #groupScales: Float32Array;
  readonly #groupLimits: Float32Array;
  readonly #group: Int8Array;
  readonly #thresholds: readonly Float32Array[];
  readonly #kernel: Kernel;
  #width = 0;
  #count = 0;

  private constructor(
    matrices: readonly Matrix[],
    layout: Layout,
    { buffer, kernel }: { readonly buffer: ArrayBuffer; readonly kernel: Kernel },
  ) {
    const { length, k, capacity, widest, sides, numbers, gathered, products, group, room } = layout;
    this.length = length;
    this.#capacity = capacity;
    this.#kernel = kernel;
    this.#numbers = new Int32Array(buffer, numbers, MOST_ROWS);
    this.#gathered = new Uint8Array(buffer, gathered, MOST_ROWS * length);
    this.#products = new Int32Array(buffer, products, Math.max(BLOCK_VALUES, widest));
    this.#members = new Int32Array(buffer, group, widest);
    this.#groupScales = new Float32Array(buffer, group + layout.stride, widest + 4);
    this.#groupLimits = new Float32Array(buffer, group + 2 * layout.stride, widest + 4);
    this.#group = new Int8Array(length * widest);
    this.#thresholds = sides.map(({ thresholds }, s) =>
      new Float32Array(buffer, thresholds, matrices[s]!.rows).fill(-Infinity),
    );
    this.#sides = sides.map((at, s) => {
      const m = matrices[s]!;
      const { scales, thresholds, counts, values, items } = at;
      const described = [scales, thresholds, counts, values, items, k, capacity, room];
      new Int32Array(buffer, at.description, described.length).set(described);
      const side = {
        rows: new Uint8Array(buffer, at.rows, m.rows * length).fill(ZERO),
        scales: new Float32Array(buffer, scales, m.rows),
        counts: new Int32Array(buffer, counts, m.rows),
        items: new Int32Array(buffer, items, m.rows * capacity),
        address: at.description,
      };
      for (let r = 0; r < m.rows; r++) side.scales[r] = rounded(m, r, side.rows, r * length);
      return side;
    });
  }

  /**
   * @param matrices of one or two sides, with as many columns
   * @param k length of the lists
   * @param widest rows of the largest group
   * @returns undefined if they are too large, or the runtime lacks SIMD or memory
   */
  static open(matrices: readonly Matrix[], k: number, widest: number): ByteLists | undefined {
    const layout = layoutOf(matrices, k, widest);
    const opened = openKernel(layout.end);
    return opened && new ByteLists(matrices, layout, opened);
  }

  /** Rows that `gathered` may be asked for at once, for the current group. */
  get most(): number {
    return Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_VALUES / this.#width)));
  }

  /** Takes the rows `members` of side `s`; the group (length, members) of the products that follow. */
  setGroup(s: number, members: Int32Array): Int8Array {
    const { rows, scales } = this.#sides[s]!;
    const { length } = this;
    const width = members.length;
    this.#width = width;
    this.#members.set(members);
    for (let n = 0; n < width; n++) {
      const member = members[n]!;
      this.#groupScales[n] = scales[member]!;
      const from = member * length;
      for (let c = 0, to = n; c < length; c++, to += width) {
        this.#group[to] = rows[from + c]! - ZERO;
      }
    }
    this.#groupScales.fill(NaN, width, width + 4);
    return this.#group.subarray(0, length * width);
  }

  /** The rows `those` of side `s`, and where their products with the group go: both until the next call. */
  gathered(
    s: number,
    those: Int32Array,
  ): { readonly data: Uint8Array; readonly products: Int32Array } {
    this.#numbers.set(those);
    this.#count = those.length;
    this.#kernel.gather(
      this.#numbers.byteOffset,
      those.length,
      this.#sides[s]!.rows.byteOffset,
      this.length,
      this.#gathered.byteOffset,
    );
    return {
      data: this.#gathered.subarray(0, those.length * this.length),
      products: this.#products.subarray(0, those.length * this.#width),
    };
  }

  /** Offers the products of the rows of side `s` that were gathered last with the group of side `t` to the lists of both. */
  offer(s: number, t: number): void {
    const thresholds = this.#thresholds[t]!;
    for (let n = 0; n < this.#width; n++) {
      this.#groupLimits[n] = thresholds[this.#members[n]!]!;
    }
    this.#kernel.offer(
      this.#products.byteOffset,
      this.#numbers.byteOffset,
      this.#count,
      this.#members.byteOffset,
      this.#groupScales.byteOffset - this.#members.byteOffset,
      this.#width,
      this.#sides[s]!.address,
      this.#sides[t]!.address,
    );
  }

  /** The items of row `r` of side `s`, the largest product first: a view. */
  items(s: number, r: number): Int32Array {
    const { counts, items, address } = this.#sides[s]!;
    this.#kernel.cut(address, r);
    const start = r * this.#capacity;
    return items.subarray(start, start + counts[r]!);
  }
}

/** Addresses in the memory. */
interface Layout {
  readonly length: number;
  readonly k: number;
  readonly capacity: number;
  readonly widest: number;
  readonly sides: readonly {
    readonly description: number;
    readonly rows: number;
    readonly scales: number;
    readonly thresholds: number;
    readonly counts: number;
    readonly values: number;
    readonly items: number;
  }[];
  readonly numbers: number;
  readonly gathered: number;
  readonly products: number;
  readonly group: number;
  /** Bytes of each part of the group. */
  readonly stride: number;
  readonly room: number;
  readonly end: number;
}

function layoutOf(matrices: readonly Matrix[], k: number, widest: number): Layout {
  let end = 0;
  const part = (bytes: number): number => {
    const at = end;
    end = aligned(end + bytes);
    return at;
  };
  const length = aligned(matrices[0]?.columns ?? 0);
  const capacity = k + APPENDED;
  const sides = matrices.map(({ rows }) => ({
    description: part(32),
    rows: part(rows * length),
    scales: part(4 * rows),
    thresholds: part(4 * rows),
    counts: part(4 * rows),
    values: part(4 * rows * capacity),
    items: part(4 * rows * capacity),
  }));
  const stride = aligned(4 * (widest + 4));
  const shared = {
    numbers: part(4 * MOST_ROWS),
    gathered: part(MOST_ROWS * length),
    // The last four products are read together with what is behind them.
    products: part(4 * Math.max(BLOCK_VALUES, widest) + 16),
    group: part(3 * stride),
    room: part(8 * capacity),
  };
  return { length, k, capacity, widest, sides, ...shared, stride, end };
}

/**
 * Writes the bytes of row `r`, each plus 128, to `out` from `first` on.
 * @returns what they are multiples of; NaN for a row that is not all numbers
 */
function rounded({ data, columns }: Matrix, r: number, out: Uint8Array, first: number): number {
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
  for (let at = start, to = first; at < end; at++, to++) {
    out[to] = (data[at]! * inverse + (ZERO + 0.5)) | 0;
  }
  return most / MOST_BYTE + check;
}
