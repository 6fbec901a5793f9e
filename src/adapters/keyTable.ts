import type { KeyHash } from './segmentFormat.ts';

/** Location of a record. */
export interface RecordPlace {
  /** The store's number of the segment. */
  readonly segment: number;
  readonly offset: number;
  /** Length of the record in bytes. */
  readonly length: number;
}

const NUMBERS = 5;
/** Special segment numbers: a slot that was never used, and one whose record was removed. Segments are numbered from 2. */
const FREE = 0;
const GONE = 1;
const FIRST = 2;
const FIRST_CAPACITY = 1 << 10;
const MAX_LOAD = 0.7;

/**
 * Maps the hash of a key to the location of its record, with open addressing in a typed array: a million records need
 * about 40 MB, a Map of strings several hundred.
 */
export class KeyTable {
  #capacity = FIRST_CAPACITY;
  #slots = new Uint32Array(NUMBERS * FIRST_CAPACITY);
  /** Number of slots that are not free. */
  #taken = 0;

  get(hash: KeyHash): RecordPlace | undefined {
    const at = this.#find(hash);
    return this.#isLive(at) ? this.#place(at) : undefined;
  }

  /** Sets or replaces the location of a key. */
  set(hash: KeyHash, place: RecordPlace): void {
    if (this.#taken >= MAX_LOAD * this.#capacity) this.#rebuild();
    const at = this.#find(hash);
    if (this.#slots[at + 2] === FREE) this.#taken++;
    const { segment, offset, length } = place;
    this.#slots.set([hash.low, hash.high, segment + FIRST, offset, length], at);
  }

  delete(hash: KeyHash): void {
    const at = this.#find(hash);
    if (this.#isLive(at)) this.#slots[at + 2] = GONE;
  }

  *places(): Generator<RecordPlace> {
    for (let at = 0; at < this.#slots.length; at += NUMBERS) {
      if (this.#isLive(at)) yield this.#place(at);
    }
  }

  /** Index of the slot of this key, or of the free slot for it. */
  #find({ low, high }: KeyHash): number {
    const slots = this.#slots;
    const mask = this.#capacity - 1;
    for (let slot = (low ^ high) & mask; ; slot = (slot + 1) & mask) {
      const at = NUMBERS * slot;
      if (slots[at + 2] === FREE || (slots[at] === low && slots[at + 1] === high)) return at;
    }
  }

  #isLive(at: number): boolean {
    return (this.#slots[at + 2] ?? FREE) >= FIRST;
  }

  #place(at: number): RecordPlace {
    return {
      segment: (this.#slots[at + 2] ?? FIRST) - FIRST,
      offset: this.#slots[at + 3] ?? 0,
      length: this.#slots[at + 4] ?? 0,
    };
  }

  #rebuild(): void {
    const old = this.#slots;
    let live = 0;
    for (let at = 2; at < old.length; at += NUMBERS) if ((old[at] ?? FREE) >= FIRST) live++;
    while (live >= (MAX_LOAD / 2) * this.#capacity) this.#capacity *= 2;
    this.#slots = new Uint32Array(NUMBERS * this.#capacity);
    this.#taken = live;
    for (let at = 0; at < old.length; at += NUMBERS) {
      if ((old[at + 2] ?? FREE) < FIRST) continue;
      const to = this.#find({ low: old[at] ?? 0, high: old[at + 1] ?? 0 });
      this.#slots.set(old.subarray(at, at + NUMBERS), to);
    }
  }
}
