import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { gatheredRows } from '../../src/core/matching/scoreBlocks.ts';

const THUMBNAIL = 256;

/** Pairs `from` to `end - 1` of a dataset in which pair i has image i. */
export function datasetPart(whole: EmbeddedDataset, from: number, end: number): EmbeddedDataset {
  const { dataset, images } = whole;
  const rows = Array.from({ length: end - from }, (_, n) => from + n);
  return {
    ...whole,
    dataset: {
      ...dataset,
      images: dataset.images.slice(from, end),
      pairs: dataset.pairs.slice(from, end),
    },
    images: {
      paths: images.paths.slice(from, end),
      hashes: images.hashes.slice(from, end),
      embedding: gatheredRows(images.embedding, rows),
      prior: gatheredRows(images.prior, rows),
      visual: gatheredRows(images.visual, rows),
      thumbnails: images.thumbnails.subarray(from * THUMBNAIL, end * THUMBNAIL),
      facts: images.facts.slice(from, end),
    },
    imageRow: Int32Array.from(rows, (_, n) => n),
    textRow: whole.textRow.slice(from, end),
  };
}
