import type { EmbeddingStore } from '../../core/ports.ts';

/** A cache that keeps nothing, for what is read once. */
export const noStore: EmbeddingStore = {
  get: () => undefined,
  put: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
