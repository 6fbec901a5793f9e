import { parquetMetadataAsync } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { npyFile } from '../../core/export/npyFile.ts';
import type { OutputFiles } from '../../core/export/outputFiles.ts';
import { row } from '../../core/matching/matrix.ts';
import type { FileSystem } from '../../core/ports.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { RunOptions, BatchPorts } from './batchPorts.ts';

export interface ExportedEmbeddings {
  readonly pairs: number;
  /** Number of pairs without a row, because image or caption could not be read. */
  readonly left: number;
  readonly dimensions: number;
  readonly shards: number;
  /** How many of them an earlier run had written of the same pairs. */
  readonly kept: number;
}

export interface EmbeddingFiles {
  readonly files: Pick<FileSystem, 'stat' | 'exists' | 'open' | 'walk'>;
  readonly output: OutputFiles;
  /** Joins a folder and a relative path in the platform's style. */
  readonly join: (folder: string, name: string) => string;
}

/** Keys in the metadata of a shard: a digest of the pairs that it was made of and the encoder, and one of the dataset's folder. */
const SOURCE = 'pairlens.source';
const FOLDER = 'pairlens.folder';

/** A part of a dataset's pairs. */
interface Slice {
  readonly dataset: Dataset;
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Writes the embeddings of every readable pair below `folder` in the layout of clip-retrieval, shard by shard: row i of both
 * arrays (float16, unit rows) and of the metadata is a pair; an image with several captions has several rows. No more than a
 * shard is in memory. A shard that an earlier run wrote of the same pairs, unchanged, is kept as it is.
 *
 * @param run.shardPairs pairs of a shard, readable or not
 * @throws PairLensError `no-dataset`; `invalid-argument` if `out` has shards of something else; `write-failed`, `cancelled`.
 */
export async function exportEmbeddings(
  folder: string,
  out: string,
  workspace: BatchPorts,
  target: EmbeddingFiles,
  run: RunOptions & { readonly shardPairs: number },
): Promise<ExportedEmbeddings> {
  const { output, join } = target;
  for (const part of PARTS) await output.prepareFolder(join(out, part.folder));
  const datasets = await workspace.open(folder, run);
  const shards = [
    ...slicesOf(
      datasets.map((dataset) => ({ dataset, prefix: folderPrefix(folder, dataset.root) })),
      run.shardPairs,
    ),
  ];
  const names = shards.map((_, n) => shardName(n, shards.length));
  const home = workspace.hash(folder);
  const earlier = await earlierShards(out, names, home, target);
  let [pairs, kept, done] = [0, 0, 0];
  const all = datasets.reduce((sum, dataset) => sum + dataset.pairs.length, 0);
  for (const [n, slices] of shards.entries()) {
    const paths = PARTS.map(({ folder: of, file }) => join(out, join(of, file(names[n] ?? ''))));
    const source = await sourceOf(slices, workspace, target, run);
    const known = await rowsOf(paths, source, earlier.get(paths.at(-1) ?? ''), target);
    const rows = known === undefined ? await embeddedRows(slices, workspace, run) : [];
    if (known !== undefined) kept++;
    else if (rows.length > 0) await writeShard(paths, rows, { source, home }, output);
    pairs += known ?? rows.length;
    done += slices.reduce((sum, { from, to }) => sum + to - from, 0);
    run.onProgress?.({ phase: 'write', done, total: all });
  }
  if (pairs === 0) {
    throw new PairLensError('no-dataset', `No pair below ${folder} can be read.`, {
      path: folder,
      remedy: 'Run `pairlens audit` on it to see what is wrong with its files.',
    });
  }
  const dimensions = workspace.reference.images.columns;
  return { pairs, left: all - pairs, dimensions, shards: shards.length, kept };
}

const METADATA = { folder: 'metadata', file: (shard: string) => `metadata_${shard}.parquet` };

/** The files of a shard. The metadata are written last: with them a shard is complete. */
const PARTS = [
  { folder: 'img_emb', file: (shard: string) => `img_emb_${shard}.npy` },
  { folder: 'text_emb', file: (shard: string) => `text_emb_${shard}.npy` },
  METADATA,
] as const;

/** Numbers of equal length, as clip-retrieval writes them, so that shards sort by name. */
function shardName(n: number, count: number): string {
  return String(n).padStart(String(count).length, '0');
}

/** Pairs in dataset order, `size` of them a shard. */
function* slicesOf(
  datasets: readonly Pick<Slice, 'dataset' | 'prefix'>[],
  size: number,
): Generator<Slice[]> {
  let [shard, room]: [Slice[], number] = [[], size];
  for (const { dataset, prefix } of datasets) {
    for (let from = 0; from < dataset.pairs.length;) {
      const to = Math.min(dataset.pairs.length, from + room);
      shard.push({ dataset, prefix, from, to });
      room -= to - from;
      from = to;
      if (room > 0) continue;
      yield shard;
      [shard, room] = [[], size];
    }
  }
  if (shard.length > 0) yield shard;
}

/**
 * The metadata that an earlier run wrote of shards of these names, by their paths.
 * @param home digest of the dataset's folder
 * @throws PairLensError `invalid-argument` where the folder has shards that this run does not write, since a reader would take
 *   all, or where shards that it would write over are of another dataset or program.
 */
async function earlierShards(
  out: string,
  names: readonly string[],
  home: string,
  { files, join }: EmbeddingFiles,
): Promise<ReadonlyMap<string, ShardFacts>> {
  const refuse = (path: string): never => {
    throw new PairLensError('invalid-argument', `${path} is a shard of other embeddings.`, {
      path,
      remedy: `Choose another folder, or delete the shards in ${out}.`,
    });
  };
  for (const { folder, file } of PARTS) {
    const within = join(out, folder);
    const own = new Set(names.map((name) => join(within, file(name))));
    const options = { skipFolder: () => true, onProblem: () => undefined };
    for await (const { path } of files.walk(within, options)) {
      if (!own.has(path) && /_\d+\.(?:npy|parquet)$/u.test(path)) refuse(path);
    }
  }
  const earlier = new Map<string, ShardFacts>();
  for (const name of names) {
    const path = join(out, join(METADATA.folder, METADATA.file(name)));
    if (!(await files.exists(path))) continue;
    const facts = await shardFacts(path, files);
    if (facts === undefined) continue;
    if (facts.home !== home) refuse(path);
    earlier.set(path, facts);
  }
  return earlier;
}

/** A digest of what a shard is made of: the encoder, each pair, and size and time of its image. */
async function sourceOf(
  slices: readonly Slice[],
  workspace: BatchPorts,
  { files }: EmbeddingFiles,
  { signal }: RunOptions,
): Promise<string> {
  const lines = [workspace.modelId];
  const states = new Map<string, readonly number[]>();
  for (const { dataset, prefix, from, to } of slices) {
    for (const { image, caption, captionIndex, split } of dataset.pairs.slice(from, to)) {
      throwIfCancelled(signal);
      const path = toAbsolute(dataset.root, image);
      const state =
        states.get(path) ??
        (await files.stat(path).then(
          ({ bytes, modified }) => [bytes, modified],
          () => [],
        ));
      states.set(path, state);
      lines.push(JSON.stringify([prefix + image, state, captionIndex, caption, split ?? null]));
    }
  }
  return workspace.hash(lines.join('\n'));
}

/** The number of rows of a shard that was written of `source`; undefined if there is none. @param facts of its metadata */
async function rowsOf(
  paths: readonly string[],
  source: string,
  facts: ShardFacts | undefined,
  { files }: EmbeddingFiles,
): Promise<number | undefined> {
  if (facts?.source !== source) return undefined;
  for (const path of paths) if (!(await files.exists(path))) return undefined;
  return facts.rows;
}

/** Digests of what a shard is made of, see SOURCE and FOLDER. */
interface ShardOrigin {
  readonly source: string;
  readonly home: string;
}

interface ShardFacts {
  readonly rows: number;
  readonly source: string | undefined;
  /** Digest of the folder whose pairs it holds; undefined where another program wrote it. */
  readonly home: string | undefined;
}

/** What the metadata of a shard say of it; undefined where they are not whole. */
async function shardFacts(
  path: string,
  files: EmbeddingFiles['files'],
): Promise<ShardFacts | undefined> {
  const file = await files.open(path);
  try {
    const { key_value_metadata: known = [], num_rows: rows } = await parquetMetadataAsync({
      byteLength: file.bytes,
      slice: async (start, end = file.bytes) =>
        new Uint8Array(await file.read(start, end - start)).buffer,
    });
    const of = (name: string): string | undefined => known.find(({ key }) => key === name)?.value;
    return { rows: Number(rows), source: of(SOURCE), home: of(FOLDER) };
  } catch {
    // Cut off while it was written.
    return undefined;
  } finally {
    await file.close();
  }
}

async function embeddedRows(
  slices: readonly Slice[],
  workspace: BatchPorts,
  run: RunOptions,
): Promise<EmbeddedRow[]> {
  const rows: EmbeddedRow[] = [];
  for (const { dataset, prefix, from, to } of slices) {
    const pairs = dataset.pairs.slice(from, to);
    const images = [...new Set(pairs.map(({ image }) => image))];
    rows.push(...readableRows(await workspace.index({ ...dataset, pairs, images }, run), prefix));
  }
  return rows;
}

async function writeShard(
  paths: readonly string[],
  rows: readonly EmbeddedRow[],
  made: ShardOrigin,
  output: OutputFiles,
): Promise<void> {
  const [images = '', texts = '', described = ''] = paths;
  const dimensions = rows[0]?.image.length ?? 0;
  const vector = (side: 'image' | 'text') => (index: number) =>
    rows[index]?.[side] ?? new Float32Array(dimensions);
  await output.write(images, npyFile(rows.length, dimensions, vector('image')));
  await output.write(texts, npyFile(rows.length, dimensions, vector('text')));
  await output.write(described, [metadata(rows, made)]);
}

interface EmbeddedRow {
  readonly image: Float32Array;
  readonly text: Float32Array;
  readonly path: string;
  readonly caption: string;
  readonly captionIndex: number;
  readonly split: string | undefined;
}

function readableRows(embedded: EmbeddedDataset, prefix: string): EmbeddedRow[] {
  return embedded.dataset.pairs.flatMap((pair, index) => {
    const image = embedded.imageRow[index] ?? -1;
    const text = embedded.textRow[index] ?? -1;
    if (image < 0 || text < 0) return [];
    return [
      {
        image: row(embedded.images.embedding, image),
        text: row(embedded.texts.embedding, text),
        path: prefix + pair.image,
        caption: pair.caption,
        captionIndex: pair.captionIndex,
        split: pair.split,
      },
    ];
  });
}

/** The two columns that clip-retrieval reads, and further ones of PairLens. */
function metadata(rows: readonly EmbeddedRow[], { source, home }: ShardOrigin): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      kvMetadata: [
        { key: SOURCE, value: source },
        { key: FOLDER, value: home },
      ],
      columnData: [
        { name: 'image_path', data: rows.map(({ path }) => path), type: 'STRING', nullable: false },
        {
          name: 'caption',
          data: rows.map(({ caption }) => caption),
          type: 'STRING',
          nullable: false,
        },
        {
          name: 'caption_index',
          data: rows.map(({ captionIndex }) => captionIndex),
          type: 'INT32',
          nullable: false,
        },
        { name: 'split', data: rows.map(({ split }) => split ?? null), type: 'STRING' },
      ],
    }),
  );
}
