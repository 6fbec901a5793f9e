import type { PairRef } from './shapes.ts';

/** A string key of a pair. */
export function pairKey({ root, image, captionIndex }: PairRef): string {
  return `${root}\n${image}\n${captionIndex}`;
}

/** The pairs, each once, in the order of their first place. */
export function distinctPairs(pairs: readonly PairRef[]): PairRef[] {
  return [...new Map(pairs.map((pair) => [pairKey(pair), pair])).values()];
}
