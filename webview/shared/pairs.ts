import type { PairItem, PairRef } from '../../src/protocol/shapes.ts';

/** Equal for equal pairs. */
export function pairKey(pair: PairRef): string {
  return `${pair.root}\n${pair.image}\n${pair.captionIndex}`;
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The image's own name, without its folders. */
export function imageName(item: PairItem): string {
  return fileName(item.pair.image);
}
