import { pushTo } from '../../core/collections.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { move, type PlacedCaption, type RowPatch } from '../../core/formats/rowPatch.ts';

/** Key of a pair within its dataset. */
export function pairKey(image: DatasetPath, captionIndex: number): string {
  return `${captionIndex}\0${image}`;
}

/**
 * Assigns slots (small integers) to the pairs of a dataset. A pair keeps its slot while its image has a caption with its
 * index; findings, scores and embeddings are indexed by slot.
 */
export class PairRegistry {
  /** By slot; a freed slot contains its last pair. */
  readonly pairs: Pair[];
  readonly #slotOf = new Map<string, number>();
  readonly #ofImage = new Map<DatasetPath, number[]>();
  readonly #ofFile = new Map<DatasetPath, number[]>();
  readonly #free: number[] = [];

  constructor(pairs: readonly Pair[]) {
    this.pairs = pairs.map(withOwnRange);
    for (const [slot, pair] of pairs.entries()) {
      this.#slotOf.set(pairKey(pair.image, pair.captionIndex), slot);
      pushTo(this.#ofImage, pair.image, slot);
      pushTo(this.#ofFile, pair.source.file, slot);
    }
  }

  find(image: DatasetPath, captionIndex: number): number | undefined {
    return this.#slotOf.get(pairKey(image, captionIndex));
  }

  /** Slots of an image, by caption index. */
  ofImage(image: DatasetPath): readonly number[] {
    return this.#ofImage.get(image) ?? [];
  }

  /** Slots of a file, in file order. */
  ofFile(file: DatasetPath): readonly number[] {
    return this.#ofFile.get(file) ?? [];
  }

  *captionsOf(file: DatasetPath): Generator<PlacedCaption> {
    for (const slot of this.ofFile(file)) {
      const { caption, source } = this.pairs[slot]!;
      yield { caption, range: source.range };
    }
  }

  files(): Iterable<DatasetPath> {
    return this.#ofFile.keys();
  }

  /** Slots in use, file by file. */
  *all(): Generator<number> {
    for (const slots of this.#ofFile.values()) yield* slots;
  }

  /**
   * Replaces the pairs of these files.
   * @returns the slots that were freed, filled or have another caption, and their images.
   */
  setFiles(files: ReadonlyMap<DatasetPath, readonly Pair[]>): {
    readonly slots: readonly number[];
    readonly images: ReadonlySet<DatasetPath>;
  } {
    const changed = new Set<number>();
    const images = new Set<DatasetPath>();
    const kept = new Set<number | undefined>();
    for (const pairs of files.values()) {
      for (const pair of pairs) kept.add(this.find(pair.image, pair.captionIndex));
    }
    for (const file of files.keys()) {
      for (const slot of this.ofFile(file)) {
        if (kept.has(slot)) continue;
        this.#remove(slot);
        changed.add(slot);
        images.add(this.pairs[slot]!.image);
      }
    }
    for (const [file, pairs] of files) {
      const slots = pairs.map((pair) => {
        const known = this.find(pair.image, pair.captionIndex);
        const slot = known ?? this.#add(pair);
        if (known === undefined || this.pairs[known]!.caption !== pair.caption) {
          changed.add(slot);
          images.add(pair.image);
        }
        this.pairs[slot] = withOwnRange(pair);
        return slot;
      });
      this.#ofFile.set(file, slots);
    }
    return { slots: [...changed], images };
  }

  #remove(slot: number): void {
    const { image, captionIndex } = this.pairs[slot]!;
    this.#slotOf.delete(pairKey(image, captionIndex));
    const siblings = this.ofImage(image).filter((other) => other !== slot);
    this.#ofImage.set(image, siblings);
    this.#free.push(slot);
  }

  #add(pair: Pair): number {
    const slot = this.#free.pop() ?? this.pairs.length;
    this.pairs[slot] = withOwnRange(pair);
    this.#slotOf.set(pairKey(pair.image, pair.captionIndex), slot);
    const siblings = [...this.ofImage(pair.image), slot];
    siblings.sort((a, b) => this.pairs[a]!.captionIndex - this.pairs[b]!.captionIndex);
    this.#ofImage.set(pair.image, siblings);
    return slot;
  }

  /** Replaces the pair of a slot by one with another caption or range. */
  replace(slot: number, pair: Pair): void {
    this.pairs[slot] = withOwnRange(pair);
  }

  /**
   * Shifts the ranges of a file's pairs after a change of its text. In place: a keystroke at the top of a large table
   * shifts all of them, and collecting as many replaced objects would take longer than everything else.
   */
  move(file: DatasetPath, patch: RowPatch): void {
    for (const slot of this.ofFile(file)) {
      const { range } = this.pairs[slot]!.source;
      if (range.start >= patch.from) move(range, patch);
    }
  }

  /** Whether a slot is in use. */
  holds(slot: number): boolean {
    const pair = this.pairs[slot];
    return pair !== undefined && this.find(pair.image, pair.captionIndex) === slot;
  }
}

function withOwnRange(pair: Pair): Pair {
  return { ...pair, source: { ...pair.source, range: { ...pair.source.range } } };
}
