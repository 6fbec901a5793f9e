import type { EmbeddedDataset } from './embeddedDataset.ts';

/** Relations of images and captions, and identical images. */
export interface PairGraph {
  readonly images: number;
  readonly texts: number;
  /** Images with the same number have the same bytes. */
  readonly pictureOf: Int32Array;
  /** For each image its distinct captions, in dataset order. */
  readonly captionsOf: readonly (readonly number[])[];
  /** For each caption its images. */
  readonly imagesOf: readonly (readonly number[])[];
}

/** Most rows have one partner: an empty array that grows would take room for seventeen. */
function add(lists: number[][], row: number, partner: number): void {
  const list = lists[row]!;
  if (list.length === 0) lists[row] = [partner];
  else list.push(partner);
}

/** Graph of the pairs for which `judged` is true. */
export function pairGraph(embedded: EmbeddedDataset, judged: readonly boolean[]): PairGraph {
  const images = embedded.images.paths.length;
  const texts = embedded.texts.texts.length;
  const captionsOf: number[][] = Array.from({ length: images }, () => []);
  const imagesOf: number[][] = Array.from({ length: texts }, () => []);
  const seen = new Set<number>();
  judged.forEach((use, p) => {
    if (!use) return;
    const i = embedded.imageRow[p]!;
    const j = embedded.textRow[p]!;
    const key = i * texts + j;
    if (seen.has(key)) return;
    seen.add(key);
    add(captionsOf, i, j);
    add(imagesOf, j, i);
  });
  const pictureOf = new Int32Array(images);
  const first = new Map<string, number>();
  embedded.images.hashes.forEach((hash, i) => {
    const known = first.get(hash) ?? i;
    first.set(hash, known);
    pictureOf[i] = known;
  });
  return { images, texts, pictureOf, captionsOf, imagesOf };
}
