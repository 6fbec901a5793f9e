import type { KeyHash } from './segmentFormat.ts';

/** Where a record lies. */
export interface RecordPlace {
  /** Number that the store gave the segment. */
  readonly segment: number;
  readonly offset: number;
  /** Bytes of the record. */
  readonly length: number;
}

const NUMBERS = 5;
/** Of a slot's segment: never used, and used by a record that is gone. Numbers of segments begin after them. */
const FREE = 0;
const GONE = 1;
const FIRST = 2;
const FIRST_CAPACITY = 1 << 10;
const MAX_LOAD = 0.7;

/**
 * From the hash of a key to the place of its record, open addressing in one typed array: a million records take some
 * 40 MB, where a Map of strings takes several hundred.
 */
export class KeyTable {
  #capacity = FIRST_CAPACITY;
  #slots = new Uint32Array(NUMBERS * FIRST_CAPACITY);
  /** Slots that are not free. */
  #taken = 0;

  get(hash: KeyHash): RecordPlace | undefined {
    const at = this.#find(hash);
    return this.#isLive(at) ? this.#place(at) : undefined;
  }

  /** Takes the place of what was known of this key. */
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

  /** First number of the slot of this key, or of the free slot where it belongs. */
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
