import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import type { DatasetAudit } from '../../src/engine/audit/datasetAudit.ts';
import { photosOf } from './realSizePairs.ts';

/** What one run leaves in a folder for the next ones; nothing without a folder. */
export class KeptRuns {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The photos of some folders, embedded once: read anew each time, so that no audit has them in its memory. */
  async photos(folders: readonly string[]): Promise<EmbeddedDataset> {
    const file = this.#file('photos.v8');
    if (file !== undefined && existsSync(file)) {
      return deserialize(await readFile(file)) as EmbeddedDataset;
    }
    const photos = plain(await photosOf(folders));
    if (file !== undefined) await writeFile(file, serialize(photos));
    return photos;
  }

  /** Compares an audit with that of an earlier run, such as one of the program before a change; the first one is kept. */
  async compared(size: number, { findings, pairs }: DatasetAudit): Promise<string> {
    const file = this.#file(`audit-${size}.json`);
    if (file === undefined) return '';
    const now: KeptAudit = {
      // One for each rule and what it is about.
      findings: [...new Set(findings.map(({ code, pair, image }) => `${code} ${pair ?? image}`))],
      mismatch: pairs.map((pair) => pair?.mismatch ?? null),
    };
    if (!existsSync(file)) {
      await writeFile(file, JSON.stringify(now));
      return 'kept to be compared with';
    }
    const before = JSON.parse(await readFile(file, 'utf8')) as KeptAudit;
    const known = new Set(before.findings);
    const same = now.findings.filter((key) => known.has(key)).length;
    const moved = now.mismatch.map((p, n) => Math.abs((p ?? 0) - (before.mismatch[n] ?? 0)));
    return (
      `${same} of the ${known.size} findings of the kept audit, and ${now.findings.length - same} others; ` +
      `probabilities at most ${moved.reduce((a, b) => Math.max(a, b), 0).toExponential(1)} away`
    );
  }

  #file(name: string): string | undefined {
    return this.#folder === undefined ? undefined : path.join(this.#folder, name);
  }
}

interface KeptAudit {
  readonly findings: readonly string[];
  readonly mismatch: readonly (number | null)[];
}

/** What can be written: without buffers that may shrink, and without what has methods. */
function plain(photos: EmbeddedDataset): EmbeddedDataset {
  const copied = (m: Matrix): Matrix => matrix(m.rows, m.columns, Float32Array.from(m.data));
  const { dataset, modelId, images, texts, imageRow, textRow, problems } = photos;
  return {
    dataset,
    modelId,
    imageRow,
    textRow,
    problems,
    images: {
      ...images,
      embedding: copied(images.embedding),
      prior: copied(images.prior),
      visual: copied(images.visual),
    },
    texts: { ...texts, embedding: copied(texts.embedding), sentence: copied(texts.sentence) },
  };
}
