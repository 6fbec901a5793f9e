import { plainFacts } from '../../src/core/pictureFacts.ts';
import type { Dataset, Pair } from '../../src/core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { matrix, row, type Matrix } from '../../src/core/matching/matrix.ts';
import type { DatasetAudit } from '../../src/engine/audit/datasetAudit.ts';
import type { BatchPorts } from '../../src/engine/batch/batchPorts.ts';

/** Unit vector of a text or an image name: the same words give the same vector, so `dog.jpg` fits "dog". */
export function fakeVector(text: string, dimensions = 16): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    if (word === 'jpg') continue;
    let state = 2166136261;
    for (const letter of word) state = Math.imul(state ^ letter.charCodeAt(0), 16777619) >>> 0;
    for (let i = 0; i < dimensions; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      vector[i] = (vector[i] ?? 0) + state / 2 ** 31 - 1;
    }
  }
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

export function fakePair(image: string, caption: string, captionIndex = 0, line = 0): Pair {
  const range = { start: 0, end: caption.length, line, column: 0 };
  return {
    image,
    caption,
    captionIndex,
    source: { file: 'captions.jsonl', format: 'fake', range },
  };
}

export function fakeDataset(root: string, pairs: readonly Pair[]): Dataset {
  const images = [...new Set(pairs.map(({ image }) => image))];
  return { root, formats: ['fake'], pairs, images, problems: [] };
}

/** Embeds by name; images called `broken…` cannot be read. */
export function fakeEmbedded(dataset: Dataset): EmbeddedDataset {
  const paths = dataset.images.filter((name) => !name.startsWith('broken'));
  const texts = [...new Set(dataset.pairs.map(({ caption }) => caption))];
  const table = (names: readonly string[]): Matrix => {
    const result = matrix(names.length, 16);
    for (const [i, name] of names.entries()) row(result, i).set(fakeVector(name));
    return result;
  };
  return {
    dataset,
    modelId: 'fake',
    images: {
      paths,
      hashes: paths,
      embedding: table(paths),
      prior: table(paths),
      visual: table(paths),
      thumbnails: new Uint8Array(paths.length * 256),
      facts: paths.map(() => plainFacts(640, 480)),
    },
    texts: { texts, embedding: table(texts), sentence: table(texts) },
    imageRow: Int32Array.from(dataset.pairs, ({ image }) => paths.indexOf(image)),
    textRow: Int32Array.from(dataset.pairs, ({ caption }) => texts.indexOf(caption)),
    problems: [],
  };
}

/** A workspace over given datasets; its audit takes 1 - cosine for the probability of a mismatch. */
export function fakeWorkspace(
  datasets: readonly Dataset[],
  audit: Partial<DatasetAudit> = {},
): BatchPorts {
  return {
    modelId: 'fake',
    reference: {
      images: matrix(0, 16),
      captions: matrix(0, 16),
      visuals: matrix(0, 16),
      priors: matrix(0, 16),
      sentences: matrix(0, 16),
    },
    open: () => Promise.resolve(datasets.map((dataset) => ({ ...dataset, settings: {} }))),
    index: (dataset) => Promise.resolve(fakeEmbedded(dataset)),
    audit: (embedded) =>
      Promise.resolve({
        pairs: embedded.dataset.pairs.map((_pair, i) => {
          const image = embedded.imageRow[i] ?? -1;
          const text = embedded.textRow[i] ?? -1;
          if (image < 0 || text < 0) return undefined;
          const a = row(embedded.images.embedding, image);
          const b = row(embedded.texts.embedding, text);
          const similarity = a.reduce((sum, value, c) => sum + value * (b[c] ?? 0), 0);
          return { similarity, mismatch: (1 - similarity) / 2, scored: true, findings: [] };
        }),
        findings: [],
        ...audit,
      }),
    encodeText: (text) => Promise.resolve(fakeVector(text)),
    encodeImage: (file) => Promise.resolve(fakeVector(file)),
    decisions: () => Promise.resolve({ decisions: new Map(), problems: [] }),
    fitOf: () => Promise.resolve({ problems: [] }),
    learn: () => Promise.reject(new Error('the fake learns nothing')),
    fit: () => Promise.resolve({ kind: 'too-few', pictures: 0, least: 60 }),
    hash: (text) => text,
  };
}
