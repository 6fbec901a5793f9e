import type { EmbeddedDataset } from '../dataset/embeddedDataset.ts';

/** Who belongs to whom: which images carry which captions, and which images are the same picture. */
export interface PairGraph {
  readonly images: number;
  readonly texts: number;
  /** Equal numbers are the same bytes. */
  readonly pictureOf: Int32Array;
  /** For each image the distinct captions it carries, in the order of the dataset. */
  readonly captionsOf: readonly (readonly number[])[];
  /** For each caption the images that carry it. */
  readonly imagesOf: readonly (readonly number[])[];
}

/** Graph of the pairs for which `judged` is true, followed by `bank` further images and captions, each a pair. */
export function pairGraph(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
  bank: number,
): PairGraph {
  const images = embedded.images.paths.length;
  const texts = embedded.texts.texts.length;
  const captionsOf: number[][] = Array.from({ length: images + bank }, () => []);
  const imagesOf: number[][] = Array.from({ length: texts + bank }, () => []);
  const seen = new Set<number>();
  judged.forEach((use, p) => {
    if (!use) return;
    const i = embedded.imageRow[p]!;
    const j = embedded.textRow[p]!;
    const key = i * texts + j;
    if (seen.has(key)) return;
    seen.add(key);
    captionsOf[i]!.push(j);
    imagesOf[j]!.push(i);
  });
  const pictureOf = new Int32Array(images + bank);
  const first = new Map<string, number>();
  embedded.images.hashes.forEach((hash, i) => {
    const known = first.get(hash) ?? i;
    first.set(hash, known);
    pictureOf[i] = known;
  });
  for (let b = 0; b < bank; b++) {
    captionsOf[images + b]!.push(texts + b);
    imagesOf[texts + b]!.push(images + b);
    pictureOf[images + b] = images + b;
  }
  return { images: images + bank, texts: texts + bank, pictureOf, captionsOf, imagesOf };
}
