import type { PairItem } from '../../src/protocol/shapes.ts';

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** File name of the image. */
export function imageName(item: PairItem): string {
  return fileName(item.pair.image);
}

/** A file's decoded path relative to its dataset root; the file name if it is in none. */
export function pathBelow(uri: string, roots: readonly string[]): string {
  const root = roots.find((candidate) => uri.startsWith(`${candidate.replace(/\/$/u, '')}/`));
  const path = root === undefined ? fileName(uri) : uri.slice(root.replace(/\/$/u, '').length + 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
