import { LRUCache } from 'lru-cache';
import type { LivePairId } from './workspace.ts';

/** Selections that are kept; the one that was not asked for the longest is forgotten. */
const KEPT = 50;

/** Pairs that were selected on a map, by a name that queries use: `map:1`. Kept until the workspace is closed. */
export class KeptSelections {
  readonly #kept = new LRUCache<string, ReadonlySet<string>>({ max: KEPT });
  #last = 0;

  /** @returns the name */
  keep(ids: Iterable<LivePairId>): string {
    const name = String(++this.#last);
    this.#kept.set(name, new Set(Array.from(ids, selectionKey)));
    return name;
  }

  /** Whether a pair is of a selection; undefined if there is no such selection. */
  test(name: string): ((id: LivePairId) => boolean) | undefined {
    const keys = this.#kept.get(name);
    return keys && ((id) => keys.has(selectionKey(id)));
  }
}

function selectionKey({ root, image, captionIndex }: LivePairId): string {
  return `${captionIndex}\0${root}\0${image}`;
}
