/** Longer lists use binary search and copyWithin. */
const LONG = 32;

/** A gap of `length` unused numbers: number `at` becomes `at + length`. */
export interface Gap {
  readonly at: number;
  readonly length: number;
}

/**
 * For each of `rows` queries its `k` best items so far, best first. Of equals the one offered first is
 * ahead, so offering in ascending order makes the lists deterministic. Memory: 8 k bytes per query.
 */
export class TopLists {
  readonly rows: number;
  readonly k: number;
  /** The item at rank p of query q is `indices[q * k + p]`; -1 beyond `count(q)`. */
  readonly indices: Int32Array;
  /** Similarity at the same index; -Infinity beyond `count(q)`. */
  readonly similarities: Float32Array;
  /** Value that an item must exceed to enter query q's list: the last similarity, or -Infinity while the list is not full. */
  readonly thresholds: Float32Array;
  readonly #counts: Int32Array;

  constructor(rows: number, k: number) {
    if (!Number.isInteger(k) || k < 1)
      throw new RangeError(`k must be a positive integer, got ${k}`);
    this.rows = rows;
    this.k = k;
    this.indices = new Int32Array(rows * k).fill(-1);
    this.similarities = new Float32Array(rows * k).fill(-Infinity);
    this.thresholds = new Float32Array(rows).fill(-Infinity);
    this.#counts = new Int32Array(rows);
  }

  /** Number of items of query `q`. */
  count(q: number): number {
    return this.#counts[q] ?? 0;
  }

  /** Precondition: `similarity > thresholds[q]`, tested in the caller's inner loop for speed. */
  offer(q: number, item: number, similarity: number): void {
    const start = q * this.k;
    const held = this.#counts[q]!;
    let place = start + Math.min(held, this.k - 1);
    if (held < this.k) this.#counts[q] = held + 1;
    if (this.k > LONG) {
      const end = place;
      place = this.#placeOf(similarity, start, end);
      this.similarities.copyWithin(place + 1, place, end);
      this.indices.copyWithin(place + 1, place, end);
    } else {
      while (place > start && this.similarities[place - 1]! < similarity) {
        this.similarities[place] = this.similarities[place - 1]!;
        this.indices[place] = this.indices[place - 1]!;
        place--;
      }
    }
    this.similarities[place] = similarity;
    this.indices[place] = item;
    if (held >= this.k - 1) {
      this.thresholds[q] = this.similarities[start + this.k - 1]!;
    }
  }

  /** Replaces the items of query `q` by these (best first, at most `k`). */
  replace(q: number, items: ArrayLike<number>, similarities: ArrayLike<number>): void {
    const start = q * this.k;
    const count = Math.min(this.k, items.length);
    for (let p = 0; p < this.k; p++) {
      this.indices[start + p] = p < count ? items[p]! : -1;
      this.similarities[start + p] = p < count ? similarities[p]! : -Infinity;
    }
    this.#counts[q] = count;
    this.thresholds[q] = count < this.k ? -Infinity : this.similarities[start + count - 1]!;
  }

  /** A copy with a gap of empty lists among the queries, and a gap in the item numbers. */
  withGaps(queries: Gap, items: Gap): TopLists {
    const out = new TopLists(this.rows + queries.length, this.k);
    const behind = queries.at + queries.length;
    const lists = [
      [this.indices, out.indices, this.k],
      [this.similarities, out.similarities, this.k],
      [this.thresholds, out.thresholds, 1],
      [this.#counts, out.#counts, 1],
    ] as const;
    for (const [from, to, width] of lists) {
      to.set(from.subarray(0, queries.at * width));
      to.set(from.subarray(queries.at * width), behind * width);
    }
    const { indices } = out;
    for (let p = 0; p < indices.length; p++) {
      if (indices[p]! >= items.at) indices[p] = indices[p]! + items.length;
    }
    return out;
  }

  /** The same lists with the number `numberOf[i]` for each item i: changes them in place. */
  renumbered(numberOf: Int32Array): this {
    const { indices } = this;
    for (let p = 0; p < indices.length; p++) {
      if (indices[p]! >= 0) indices[p] = numberOf[indices[p]!]!;
    }
    return this;
  }

  /** The rank after all of `start` to `end - 1` that are at least as good. */
  #placeOf(similarity: number, start: number, end: number): number {
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.similarities[middle]! < similarity) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The items of query `q`, best first: a view. */
  items(q: number): Int32Array {
    return this.indices.subarray(q * this.k, q * this.k + this.count(q));
  }

  /**
   * Mean similarity of the best `k` items of query `q` for which `skip` is false, or of all if there are
   * fewer; NaN if there is none.
   */
  meanOfBest(q: number, k: number, skip: (item: number) => boolean): number {
    let sum = 0;
    let used = 0;
    const start = q * this.k;
    for (let p = start; p < start + this.count(q) && used < k; p++) {
      if (skip(this.indices[p]!)) continue;
      sum += this.similarities[p]!;
      used++;
    }
    return sum / used;
  }
}
