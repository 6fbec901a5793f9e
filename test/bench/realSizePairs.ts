import path from 'node:path';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { type Matrix, releasableMatrix } from '../../src/core/matching/matrix.ts';
import { stackedRows } from '../../src/core/matching/scoreBlocks.ts';
import { mulberry32 } from '../../src/core/random.ts';
import { cleanSets } from '../measure/cleanSets.ts';
import { noisyCopy } from '../measure/noisyCopy.ts';

/** Length of the difference that is added to an embedding, as a share of the length of a difference of two photos. */
const STEP = 0.5;
/** One of this many captions is exchanged with another. */
const EXCHANGED = 50;
const THUMBNAIL = 256;

export interface RealSizePairs {
  readonly embedded: EmbeddedDataset;
  /** For each pair whether its caption is another picture's. */
  readonly wrong: readonly boolean[];
}

/** The pairs of some folders, one caption an image, embedded by the shipped encoder. */
export async function photosOf(folders: readonly string[]): Promise<EmbeddedDataset> {
  let all: EmbeddedDataset | undefined;
  const places = folders.map((folder) => path.resolve(folder));
  for await (const { clean } of cleanSets(places, undefined)) {
    const readable = noisyCopy(clean, {
      kind: 'random',
      rate: 0,
      seed: 1,
      limit: Infinity,
    }).embedded;
    all = all === undefined ? readable : joined(all, readable);
  }
  if (all === undefined) throw new Error(`No dataset in ${folders.join(', ')}`);
  return all;
}

/**
 * As many pairs as wanted, made from the embeddings of real ones: the first are the real ones; each other is a real pair moved
 * by half the difference of two other pairs, the same two for image and caption. So differences, and with them the intrinsic
 * dimension and the match of captions, are those of real pairs, unlike those of random vectors. 2 % of the captions are exchanged.
 */
export function realSizePairs(photos: EmbeddedDataset, n: number): RealSizePairs {
  const random = mulberry32(7);
  const size = photos.dataset.pairs.length;
  const moves = Array.from({ length: n }, () => [0, 1].map(() => Math.floor(size * random())));
  const moved = (m: Matrix, rowOf: Int32Array): Matrix => {
    const out = releasableMatrix(n, m.columns);
    for (let i = 0; i < n; i++) {
      const from = rowOf[i % size]! * m.columns;
      const [plus, minus] = moves[i]!.map((p) => rowOf[p]! * m.columns);
      const step = i < size ? 0 : STEP;
      let squares = 0;
      for (let c = 0; c < m.columns; c++) {
        const value = m.data[from + c]! + step * (m.data[plus! + c]! - m.data[minus! + c]!);
        out.data[i * m.columns + c] = value;
        squares += value * value;
      }
      const scale = 1 / Math.sqrt(squares || 1);
      for (let at = i * m.columns; at < (i + 1) * m.columns; at++) out.data[at]! *= scale;
    }
    return out;
  };
  const textRow = Int32Array.from({ length: n }, (_, i) => i);
  const wrong = Array.from({ length: n }, () => false);
  for (let i = 0; i + EXCHANGED < n; i += 2 * EXCHANGED) {
    [textRow[i], textRow[i + EXCHANGED]] = [i + EXCHANGED, i];
    wrong[i] = true;
    wrong[i + EXCHANGED] = true;
  }
  const texts = Array.from({ length: n }, (_, i) => captionOf(photos, i, moves[i]![0]!));
  const paths = texts.map((_, i) => `images/${String(i).padStart(7, '0')}.jpg`);
  const pairs = paths.map((image, p) => ({
    image,
    caption: texts[textRow[p]!]!,
    captionIndex: 0,
    source: {
      file: 'metadata.jsonl',
      format: 'hf-metadata-jsonl',
      range: { start: p, end: p + 1, line: p, column: 0 },
    },
  }));
  const { images } = photos;
  const row = (i: number): number => photos.imageRow[i % size]!;
  const thumbnails = new Uint8Array(n * THUMBNAIL);
  for (let i = 0; i < n; i++) {
    // Those of the moved pairs are no copies: nobody's thumbnail.
    const real = images.thumbnails.subarray(row(i) * THUMBNAIL, (row(i) + 1) * THUMBNAIL);
    thumbnails.set(i < size ? real : real.map(() => Math.floor(256 * random())), i * THUMBNAIL);
  }
  return {
    wrong,
    embedded: {
      dataset: {
        root: '/pairs',
        formats: ['hf-metadata-jsonl'],
        pairs,
        images: paths,
        problems: [],
      },
      modelId: photos.modelId,
      images: {
        paths,
        hashes: paths.map((_, i) => `hash of ${i}`),
        embedding: moved(images.embedding, photos.imageRow),
        prior: moved(images.prior, photos.imageRow),
        visual: moved(images.visual, photos.imageRow),
        thumbnails,
        facts: paths.map((_, i) => images.facts[row(i)]!),
      },
      texts: {
        texts,
        embedding: moved(photos.texts.embedding, photos.textRow),
        sentence: moved(photos.texts.sentence, photos.textRow),
      },
      imageRow: Int32Array.from({ length: n }, (_, i) => i),
      textRow,
      problems: [],
    },
  };
}

/** A caption of its own for each pair, with the words of the pairs it was made of. */
function captionOf({ dataset: { pairs } }: EmbeddedDataset, i: number, other: number): string {
  const own = pairs[i % pairs.length]!.caption;
  const added = pairs[other]!.caption.split(' ').slice(0, 3).join(' ');
  return i < pairs.length ? `${own} (${i})` : `${own} ${added} (${i})`;
}

function joined(a: EmbeddedDataset, b: EmbeddedDataset): EmbeddedDataset {
  const behind = (rows: Int32Array, by: number): number[] => [...rows].map((r) => r + by);
  const imageRow = [...a.imageRow, ...behind(b.imageRow, a.images.paths.length)];
  const textRow = [...a.textRow, ...behind(b.textRow, a.texts.texts.length)];
  return {
    ...a,
    dataset: { ...a.dataset, pairs: [...a.dataset.pairs, ...b.dataset.pairs] },
    images: {
      paths: [...a.images.paths, ...b.images.paths],
      hashes: [...a.images.hashes, ...b.images.hashes],
      embedding: stackedRows(a.images.embedding, b.images.embedding),
      prior: stackedRows(a.images.prior, b.images.prior),
      visual: stackedRows(a.images.visual, b.images.visual),
      thumbnails: Uint8Array.from([...a.images.thumbnails, ...b.images.thumbnails]),
      facts: [...a.images.facts, ...b.images.facts],
    },
    texts: {
      texts: [...a.texts.texts, ...b.texts.texts],
      embedding: stackedRows(a.texts.embedding, b.texts.embedding),
      sentence: stackedRows(a.texts.sentence, b.texts.sentence),
    },
    imageRow: Int32Array.from(imageRow),
    textRow: Int32Array.from(textRow),
  };
}
