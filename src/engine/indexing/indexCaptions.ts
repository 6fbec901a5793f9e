import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { TextTable } from '../../core/audit/embeddedDataset.ts';
import { type Matrix, matrix, row } from '../../core/matching/matrix.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import { Boilerplate } from '../../core/text/boilerplate.ts';
import { packTextRecord, unpackTextRecord } from './embeddingRecord.ts';
import type { TextRecord } from './embeddingRecord.ts';
import { EncodeQueue } from './encodeQueue.ts';
import type { IndexOptions, IndexPorts } from './indexPorts.ts';
import { ProgressMeter } from './progressMeter.ts';
import { RowMatrix } from './rowMatrix.ts';

/** Synchronous store look-ups between two yields; they take about ten milliseconds. */
const LOOKUPS_PER_TURN = 100;

export interface IndexedCaptions {
  readonly table: TextTable;
  readonly rowOf: ReadonlyMap<string, number>;
  /** The words of the options. */
  readonly words: TextTable;
}

export interface IndexCaptionsOptions extends IndexOptions {
  /** Left out of what is embedded. */
  readonly boilerplate?: Boilerplate;
  /** Distinct words to embed as well, each by itself, in the same runs of the encoder: one more run costs a keystroke more. */
  readonly words?: readonly string[];
}

/**
 * Embeds every distinct caption that is not blank. What is stored goes by the text that was encoded, so that captions
 * which differ in boilerplate alone are encoded once.
 */
export async function indexCaptions(
  captions: Iterable<string>,
  ports: IndexPorts,
  options: IndexCaptionsOptions,
): Promise<IndexedCaptions> {
  const { boilerplate = Boilerplate.none, words = [] } = options;
  const rowOf = new Map<string, number>();
  for (const caption of captions) {
    if (!rowOf.has(caption) && caption.trim() !== '') rowOf.set(caption, rowOf.size);
  }
  const texts = [...rowOf.keys()];
  const encoded = new Map<string, number>();
  const placeOf = (text: string): number => {
    const known = encoded.get(text) ?? encoded.size;
    encoded.set(text, known);
    return known;
  };
  const judgedAs: WeighedRow[][] = [];
  for (const [index, caption] of texts.entries()) {
    const judged = boilerplate.judged(caption);
    // Of a caption that is nothing but boilerplate all is embedded: it has to have a place.
    const whole = judged.length === 0 ? [{ text: caption, weight: 1 }] : judged;
    judgedAs.push(whole.map(({ text, weight }) => ({ row: placeOf(text), weight })));
    if (index % LOOKUPS_PER_TURN === LOOKUPS_PER_TURN - 1) await nextTurn(options.signal);
  }
  const wordRows = words.map(placeOf);
  const { embedding, sentence } = await encodeTexts([...encoded.keys()], ports, options);
  return {
    words: {
      texts: words,
      embedding: gatheredRows(embedding, wordRows),
      sentence: gatheredRows(sentence, wordRows),
    },
    table: { texts, embedding: mixed(embedding, judgedAs), sentence: mixed(sentence, judgedAs) },
    rowOf,
  };
}

/** Embeds captions as those of a dataset are, from the store where it holds them. @throws PairLensError `cancelled`. */
export type EncodeCaptions = (
  captions: readonly string[],
  signal: CancelSignal | undefined,
) => Promise<IndexedCaptions>;

/** @param boilerplate that is left out of the dataset's captions */
export function captionEncoder(
  ports: IndexPorts,
  boilerplate: Boilerplate | undefined,
): EncodeCaptions {
  return (captions, signal) =>
    indexCaptions(captions, ports, {
      ...(boilerplate && { boilerplate }),
      ...(signal && { signal }),
    });
}

/** Embeds words, each by itself. */
export async function indexWords(
  words: readonly string[],
  ports: IndexPorts,
  options: IndexOptions,
): Promise<TextTable> {
  return { texts: words, ...(await encodeTexts(words, ports, options)) };
}

/** A text that was encoded, and its part in a caption. */
interface WeighedRow {
  readonly row: number;
  readonly weight: number;
}

/** Unit rows, each the weighed mean of some rows of `m`; `m` itself where each is one row of it, in order. */
function mixed(m: Matrix, parts: readonly (readonly WeighedRow[])[]): Matrix {
  if (parts.every((of, r) => of.length === 1 && of[0]?.row === r) && parts.length === m.rows) {
    return m;
  }
  const out = matrix(parts.length, m.columns);
  for (const [r, of] of parts.entries()) {
    const target = row(out, r);
    for (const { row: from, weight } of of) {
      row(m, from).forEach((value, c) => (target[c] = (target[c] ?? 0) + weight * value));
    }
    if (of.length === 1) continue;
    const length = Math.hypot(...target);
    if (length > 0) target.forEach((value, c) => (target[c] = value / length));
  }
  return out;
}

/** Encodes texts, or takes what the store holds of them. */
async function encodeTexts(
  texts: readonly string[],
  ports: IndexPorts,
  options: IndexOptions,
): Promise<{ readonly embedding: Matrix; readonly sentence: Matrix }> {
  const { textEncoder, store, hasher } = ports;
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
      await nextTurn(options.signal);
    }
  }

  // Sorted by length, because a batch is padded to its longest caption.
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
          // Packed and unpacked, so that results are identical to those from the store.
          write(index, unpackTextRecord(packed) ?? failPacking());
        }
        meter.add(batch.length);
      });
    }
  } finally {
    await queue.onIdle();
  }
  throwIfCancelled(options.signal);
  return { embedding: embedding.finish(), sentence: sentence.finish() };
}

async function nextTurn(signal: CancelSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  await new Promise((resolve) => setImmediate(resolve));
}

function failPacking(): never {
  throw new Error('a record that was just packed does not unpack');
}
