import { closerFirst, type HardNegative } from './hardNegative.ts';

/** A sorted list of all hard negatives (up to ten per pair), with updates for single pairs. */
export class ClosestFirst {
  readonly #sorted: HardNegative[];
  readonly #about = new Map<number, HardNegative[]>();

  constructor(found: readonly HardNegative[]) {
    this.#sorted = [...found].sort(closerFirst);
    for (const each of found) this.#note(each);
  }

  get sorted(): readonly HardNegative[] {
    return this.#sorted;
  }

  /** Removes those of pair `p`. */
  drop(p: number): void {
    for (const each of this.#about.get(p) ?? []) {
      const other = each.first === p ? each.second : each.first;
      this.#sorted.splice(this.#placeOf(each), 1);
      const kept = (this.#about.get(other) ?? []).filter((one) => one !== each);
      this.#about.set(other, kept);
    }
    this.#about.delete(p);
  }

  /** @param each of two pairs that have none yet */
  add(each: HardNegative): void {
    this.#sorted.splice(this.#placeOf(each), 0, each);
    this.#note(each);
  }

  #note(each: HardNegative): void {
    for (const p of [each.first, each.second]) {
      const known = this.#about.get(p);
      if (known === undefined) this.#about.set(p, [each]);
      else known.push(each);
    }
  }

  /** Its index in the sorted list. */
  #placeOf(each: HardNegative): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (closerFirst(this.#sorted[middle]!, each) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
