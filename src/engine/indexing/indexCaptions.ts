import { throwIfCancelled } from '../../core/cancellation.ts';
import type { TextTable } from '../../core/audit/embeddedDataset.ts';
import { row } from '../../core/matching/matrix.ts';
import { packTextRecord, unpackTextRecord } from './embeddingRecord.ts';
import type { TextRecord } from './embeddingRecord.ts';
import { EncodeQueue } from './encodeQueue.ts';
import type { IndexOptions, IndexPorts } from './indexPorts.ts';
import { ProgressMeter } from './progressMeter.ts';
import { RowMatrix } from './rowMatrix.ts';

/** Store look-ups are synchronous; this many take some ten milliseconds. */
const LOOKUPS_PER_TURN = 100;

export interface IndexedCaptions {
  readonly table: TextTable;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Embeds every distinct caption that is not blank. */
export async function indexCaptions(
  captions: Iterable<string>,
  ports: IndexPorts,
  options: IndexOptions,
): Promise<IndexedCaptions> {
  const { textEncoder, store, hasher } = ports;
  const rowOf = new Map<string, number>();
  for (const caption of captions) {
    if (!rowOf.has(caption) && caption.trim() !== '') rowOf.set(caption, rowOf.size);
  }
  const texts = [...rowOf.keys()];
  const embedding = new RowMatrix(texts.length);
  const sentence = new RowMatrix(texts.length);
  const meter = new ProgressMeter('captions', texts.length, ports.clock, options.onProgress);
  const keyOf = (text: string): string => `t1:${textEncoder.modelId}:${hasher.hash(text)}`;
  const write = (index: number, record: TextRecord): void => {
    embedding.write(index, record.embedding);
    sentence.write(index, record.sentence);
  };

  const missing: { readonly text: string; readonly index: number }[] = [];
  for (const [index, text] of texts.entries()) {
    const stored = store.get(keyOf(text));
    const record = stored === undefined ? undefined : unpackTextRecord(stored);
    if (record === undefined) {
      missing.push({ text, index });
    } else {
      write(index, record);
      meter.add(1);
    }
    if (index % LOOKUPS_PER_TURN === LOOKUPS_PER_TURN - 1) {
      throwIfCancelled(options.signal);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  // A batch is padded to its longest caption: neighbours in length waste the least.
  missing.sort((a, b) => a.text.length - b.text.length);
  const queue = new EncodeQueue();
  try {
    for (let start = 0; start < missing.length; start += textEncoder.batchSize) {
      throwIfCancelled(options.signal);
      const batch = missing.slice(start, start + textEncoder.batchSize);
      await queue.add(async () => {
        const encoded = await textEncoder.encode(batch.map(({ text }) => text));
        for (const [i, { text, index }] of batch.entries()) {
          const packed = packTextRecord({
            embedding: row(encoded.embedding, i),
            sentence: row(encoded.sentence, i),
          });
          store.put(keyOf(text), packed);
          // Through the record, so that a run from the store gives the very same numbers.
          write(index, unpackTextRecord(packed) ?? failPacking());
        }
        meter.add(batch.length);
      });
    }
  } finally {
    await queue.onIdle();
  }
  throwIfCancelled(options.signal);
  return {
    table: { texts, embedding: embedding.finish(), sentence: sentence.finish() },
    rowOf,
  };
}

function failPacking(): never {
  throw new Error('a record that was just packed does not unpack');
}
