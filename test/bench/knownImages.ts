import { plainFacts } from '../../src/core/pictureFacts.ts';
import { readFile } from 'node:fs/promises';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { openSegmentStore } from '../../src/adapters/segmentStore.ts';
import { nodeHasher } from '../../src/adapters/nodeHasher.ts';
import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';
import { packImageRecord, packTextRecord } from '../../src/engine/indexing/embeddingRecord.ts';
import { normaliseRows } from '../support/goldenVectors.ts';
import { gaussian, seeded } from '../support/randomVectors.ts';

const LOOK = 256;
const NOISE = 0.03;

/**
 * Fills a cache as if the images had been encoded: each is seen as the real encoder reads its caption, through noise.
 * A bench of what comes after indexing need not encode 10,000 images first.
 * @param images paths of the files, one for each caption
 */
export async function knowImages(
  folder: string,
  images: readonly string[],
  captions: readonly string[],
): Promise<void> {
  const encoders = await openEncoders(undefined, undefined);
  const { imageEncoder, textEncoder } = encoders;
  const store = await openSegmentStore({ folder, log: console });
  const random = seeded(3);
  const noisy = (m: Matrix, columns = m.columns): Matrix => {
    const out = matrix(m.rows, columns);
    for (let r = 0; r < m.rows; r++) {
      const to = row(out, r);
      for (let c = 0; c < columns; c++) to[c] = row(m, r)[c]! + NOISE * gaussian(random);
    }
    return normaliseRows(out);
  };
  for (let start = 0; start < captions.length; start += textEncoder.batchSize) {
    const batch = captions.slice(start, start + textEncoder.batchSize);
    const { embedding, sentence } = await textEncoder.encode(batch);
    const [seen, prior, look] = [noisy(embedding), noisy(sentence), noisy(sentence, LOOK)];
    for (const [n, text] of batch.entries()) {
      store.put(
        `t1:${textEncoder.modelId}:${nodeHasher.hash(text)}`,
        packTextRecord({ embedding: row(embedding, n), sentence: row(sentence, n) }),
      );
      const bytes = await readFile(images[start + n]!);
      store.put(
        `i2:${imageEncoder.modelId}:${nodeHasher.hash(bytes)}`,
        packImageRecord({
          facts: plainFacts(64, 48),
          thumbnail: new Uint8Array(256).map(() => Math.floor(256 * random())),
          embedding: row(seen, n),
          prior: row(prior, n),
          visual: row(look, n),
        }),
      );
    }
  }
  await store.flush();
  await store.close();
  await encoders.close();
}
