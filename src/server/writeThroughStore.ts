import type { EmbeddingStore } from '../core/ports.ts';

/** A store that reads nothing that was stored before it was opened, and stores everything: for a rebuild. */
export function writeThrough(store: EmbeddingStore): EmbeddingStore {
  const known = new Set<string>();
  return {
    get: (key) => (known.has(key) ? store.get(key) : undefined),
    put(key, value) {
      known.add(key);
      store.put(key, value);
    },
    flush: () => store.flush(),
    close: () => store.close(),
  };
}
