import type { EmbeddingStore } from '../core/ports.ts';

/** A store that does not know what was put before it was opened: everything is computed anew, and kept. */
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
