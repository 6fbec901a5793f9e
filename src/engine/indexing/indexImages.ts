import { pMapIterable } from 'p-map';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { ImageTable } from '../../core/audit/embeddedDataset.ts';
import { type PictureFacts, plainFacts } from '../../core/pictureFacts.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { row } from '../../core/matching/matrix.ts';
import type { FileStat, SquareImage } from '../../core/ports.ts';
import { packImageRecord, unpackImageRecord } from './embeddingRecord.ts';
import type { ImageRecord } from './embeddingRecord.ts';
import { EncodeQueue } from './encodeQueue.ts';
import { FileHashes } from './fileHashes.ts';
import { withImageBytes } from './imageFiles.ts';
import type { IndexOptions, IndexPorts } from './indexPorts.ts';
import { ProgressMeter } from './progressMeter.ts';
import { RowMatrix } from './rowMatrix.ts';
import { sentence } from '../../core/text/sentence.ts';
import { errorWords } from '../discovery/errorWords.ts';

const DEFAULT_DECODES = 16;
const THUMBNAIL_BYTES = 256;

export interface IndexedImages {
  readonly table: ImageTable;
  readonly rowOf: ReadonlyMap<DatasetPath, number>;
  readonly problems: readonly Problem[];
}

/** Embeds every image of the dataset: list, hash, decode, batch, encode, store; skips steps that are not needed. */
export async function indexImages(
  dataset: Dataset,
  ports: IndexPorts,
  options: IndexOptions,
): Promise<IndexedImages> {
  const run = new ImageRun(dataset, ports, options);
  await run.encodeAll();
  return run.result();
}

interface DecodedImage {
  readonly index: number;
  readonly hash: string;
  readonly image: SquareImage;
}

/** One pass over the images of a dataset. Rows are in the order of `dataset.images`. */
class ImageRun {
  readonly #paths: readonly DatasetPath[];
  readonly #hashes: string[];
  readonly #embedding: RowMatrix;
  readonly #prior: RowMatrix;
  readonly #visual: RowMatrix;
  readonly #thumbnails: Uint8Array;
  readonly #facts: (PictureFacts | undefined)[];
  readonly #modified: Float64Array;
  readonly #written: Uint8Array;
  readonly #problems = new Map<number, Problem>();
  /** The first image by content hash; copies of it reuse its rows or its problem. */
  readonly #firstOf = new Map<string, number>();
  readonly #copies: { readonly index: number; readonly first: number }[] = [];
  readonly #fileHashes: FileHashes;
  readonly #meter: ProgressMeter;
  readonly #dataset: Dataset;
  readonly #ports: IndexPorts;
  readonly #options: IndexOptions;

  constructor(dataset: Dataset, ports: IndexPorts, options: IndexOptions) {
    this.#dataset = dataset;
    this.#ports = ports;
    this.#options = options;
    this.#paths = dataset.images;
    const count = this.#paths.length;
    this.#hashes = new Array<string>(count).fill('');
    this.#embedding = new RowMatrix(count);
    this.#prior = new RowMatrix(count);
    this.#visual = new RowMatrix(count);
    this.#thumbnails = new Uint8Array(count * THUMBNAIL_BYTES);
    this.#facts = new Array<PictureFacts | undefined>(count).fill(undefined);
    this.#modified = new Float64Array(count);
    this.#written = new Uint8Array(count);
    this.#fileHashes = new FileHashes(ports.store, ports.hasher);
    this.#meter = new ProgressMeter('images', count, ports.clock, options.onProgress);
  }

  async encodeAll(): Promise<void> {
    const { imageEncoder } = this.#ports;
    const concurrency = this.#options.decodes ?? DEFAULT_DECODES;
    // Results are in order, so a slow image delays the others: buffering one more batch keeps all cores busy.
    const decoded = pMapIterable(this.#paths.keys(), (index) => this.#load(index), {
      concurrency,
      backpressure: concurrency + imageEncoder.batchSize,
    });
    const queue = new EncodeQueue();
    let batch: DecodedImage[] = [];
    const flush = async (): Promise<void> => {
      const full = batch;
      batch = [];
      if (full.length > 0) await queue.add(() => this.#encode(full));
    };
    try {
      for await (const image of decoded) {
        throwIfCancelled(this.#options.signal);
        if (image === undefined) continue;
        batch.push(image);
        if (batch.length === imageEncoder.batchSize) await flush();
      }
      await flush();
    } finally {
      await queue.onIdle();
    }
    for (const { index, first } of this.#copies) this.#copy(index, first);
  }

  /** The decoded image; undefined if nothing is left to encode. */
  async #load(index: number): Promise<DecodedImage | undefined> {
    throwIfCancelled(this.#options.signal);
    const path = toAbsolute(this.#dataset.root, this.#paths[index] ?? '');
    try {
      const stat = await this.#ports.files.stat(path);
      this.#modified[index] = stat.modified;
      const known = this.#fileHashes.get(path, stat);
      if (known !== undefined && this.#restore(index, known)) return undefined;
      return await this.#decode(index, path, stat);
    } catch (error) {
      this.#problems.set(index, unreadable(this.#paths[index] ?? '', error));
      this.#meter.add(1);
      return undefined;
    }
  }

  async #decode(index: number, path: string, stat: FileStat): Promise<DecodedImage | undefined> {
    return withImageBytes(this.#ports.files, { path, stat }, (bytes) =>
      this.#decodeBytes(index, path, stat, bytes),
    );
  }

  async #decodeBytes(
    index: number,
    path: string,
    stat: FileStat,
    bytes: Uint8Array,
  ): Promise<DecodedImage | undefined> {
    const hash = this.#ports.hasher.hash(bytes);
    this.#fileHashes.put(path, stat, hash);
    if (this.#restore(index, hash)) return undefined;
    this.#hashes[index] = hash;
    const first = this.#firstOf.get(hash);
    if (first !== undefined) {
      this.#copies.push({ index, first });
      return undefined;
    }
    this.#firstOf.set(hash, index);
    return {
      index,
      hash,
      image: await this.#ports.reader.read(bytes, this.#ports.imageEncoder.size),
    };
  }

  async #encode(batch: readonly DecodedImage[]): Promise<void> {
    const encoded = await this.#ports.imageEncoder.encode(batch.map(({ image }) => image));
    for (const [i, { index, hash, image }] of batch.entries()) {
      const packed = packImageRecord({
        facts: image.facts,
        thumbnail: image.thumbnail,
        embedding: row(encoded.embedding, i),
        prior: row(encoded.prior, i),
        visual: row(encoded.visual, i),
      });
      this.#ports.store.put(this.#recordKey(hash), packed);
      // Packed and unpacked, so that results are identical to those from the store.
      this.#write(index, hash, packed);
    }
    this.#meter.add(batch.length);
  }

  /** Writes the rows of `index` from the store. False if the store has no record. */
  #restore(index: number, hash: string): boolean {
    const stored = this.#ports.store.get(this.#recordKey(hash));
    if (stored === undefined || !this.#write(index, hash, stored)) return false;
    this.#meter.add(1);
    return true;
  }

  #write(index: number, hash: string, packed: Uint8Array): boolean {
    const record: ImageRecord | undefined = unpackImageRecord(packed);
    if (record?.thumbnail.length !== THUMBNAIL_BYTES) return false;
    this.#embedding.write(index, record.embedding);
    this.#prior.write(index, record.prior);
    this.#visual.write(index, record.visual);
    this.#thumbnails.set(record.thumbnail, index * THUMBNAIL_BYTES);
    this.#facts[index] = record.facts;
    this.#hashes[index] = hash;
    this.#written[index] = 1;
    return true;
  }

  #copy(index: number, first: number): void {
    const problem = this.#problems.get(first);
    if (problem === undefined) {
      for (const rows of [this.#embedding, this.#prior, this.#visual]) rows.copy(first, index);
      this.#copyThumbnail(first, index);
      this.#facts[index] = this.#facts[first];
      this.#written[index] = 1;
    } else {
      const file = this.#paths[index] ?? '';
      this.#problems.set(index, { ...problem, file, image: file });
    }
    this.#meter.add(1);
  }

  #copyThumbnail(from: number, to: number): void {
    const start = from * THUMBNAIL_BYTES;
    this.#thumbnails.copyWithin(to * THUMBNAIL_BYTES, start, start + THUMBNAIL_BYTES);
  }

  #recordKey(hash: string): string {
    return `i2:${this.#ports.imageEncoder.modelId}:${hash}`;
  }

  result(): IndexedImages {
    const keep = [...this.#paths.keys()].filter((index) => this.#written[index] === 1);
    for (const [to, from] of keep.entries()) this.#copyThumbnail(from, to);
    const paths = keep.map((index) => this.#paths[index] ?? '');
    return {
      table: {
        paths,
        hashes: keep.map((index) => this.#hashes[index] ?? ''),
        embedding: this.#embedding.finish(keep),
        prior: this.#prior.finish(keep),
        visual: this.#visual.finish(keep),
        thumbnails: this.#thumbnails.subarray(0, keep.length * THUMBNAIL_BYTES),
        facts: keep.map((index) => this.#facts[index] ?? plainFacts(0, 0)),
        modified: Float64Array.from(keep, (index) => this.#modified[index] ?? NaN),
      },
      rowOf: new Map(paths.map((path, index) => [path, index])),
      problems: [...this.#problems.entries()].sort(([a], [b]) => a - b).map(([, p]) => p),
    };
  }
}

/** @throws `error` itself if it does not concern this file only. */
function unreadable(file: DatasetPath, error: unknown): Problem {
  const ofThisFile =
    PairLensError.is(error, 'unreadable-image') ||
    PairLensError.is(error, 'image-too-large') ||
    PairLensError.is(error, 'unreadable-file');
  if (!ofThisFile) throw error;
  return {
    code: 'unreadable-image',
    file,
    image: file,
    ...errorWords(error, sentence('Replace the image, or take it out of the dataset.')),
    message: sentence('{0}: {1}', file, error.parts.message),
  };
}
