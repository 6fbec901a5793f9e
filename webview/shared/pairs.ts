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

/** A file's path below the dataset root that holds it, decoded; its name alone where no root does. */
export function pathBelow(uri: string, roots: readonly string[]): string {
  const root = roots.find((candidate) => uri.startsWith(`${candidate.replace(/\/$/u, '')}/`));
  const path = root === undefined ? fileName(uri) : uri.slice(root.replace(/\/$/u, '').length + 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
