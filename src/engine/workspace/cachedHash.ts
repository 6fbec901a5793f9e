import { LRUCache } from 'lru-cache';

/** Number of hashes kept. */
const KEPT = 200_000;

/** A hash function with a cache, for finding IDs, which are computed again after every keystroke. */
export function cachedHash(hash: (text: string) => string): (text: string) => string {
  const hashes = new LRUCache<string, string>({ max: KEPT, memoMethod: hash });
  return (text) => hashes.memo(text);
}
