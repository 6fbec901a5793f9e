import { parquetWriteBuffer } from 'hyparquet-writer';
import { PairLensError } from '../../core/errors.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { npyFile } from '../../core/export/npyFile.ts';
import type { OutputFiles } from '../../core/export/outputFiles.ts';
import { row } from '../../core/matching/matrix.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { RunOptions, BatchPorts } from './batchPorts.ts';

export interface ExportedEmbeddings {
  readonly pairs: number;
  /** Number of pairs without a row, because image or caption could not be read. */
  readonly left: number;
  readonly dimensions: number;
  /** The written files, relative to the output folder. */
  readonly files: readonly string[];
}

const IMAGE_FILE = 'img_emb/img_emb_0.npy';
const TEXT_FILE = 'text_emb/text_emb_0.npy';
const METADATA_FILE = 'metadata/metadata_0.parquet';

/**
 * Writes the embeddings of every readable pair below `folder` in the layout of clip-retrieval: row i of both arrays
 * (float16, unit rows) and of the metadata is pair i; an image with several captions has several rows.
 *
 * @param join joins `out` and a relative path in the platform's style
 * @throws PairLensError `no-dataset`, `write-failed`, `cancelled`.
 */
export async function exportEmbeddings(
  folder: string,
  out: string,
  workspace: BatchPorts,
  output: OutputFiles,
  join: (folder: string, name: string) => string,
  run: RunOptions,
): Promise<ExportedEmbeddings> {
  for (const part of ['img_emb', 'text_emb', 'metadata']) {
    await output.prepareFolder(join(out, part));
  }
  const sets: { readonly embedded: EmbeddedDataset; readonly prefix: string }[] = [];
  for (const dataset of await workspace.open(folder, run)) {
    sets.push({
      embedded: await workspace.index(dataset, run),
      prefix: folderPrefix(folder, dataset.root),
    });
  }
  const rows = sets.flatMap(({ embedded, prefix }) => readableRows(embedded, prefix));
  const all = sets.reduce((sum, { embedded }) => sum + embedded.dataset.pairs.length, 0);
  const dimensions = rows[0]?.image.length ?? workspace.reference.images.columns;
  if (rows.length === 0) {
    throw new PairLensError('no-dataset', `No pair below ${folder} can be read.`, {
      path: folder,
      remedy: 'Run `pairlens audit` on it to see what is wrong with its files.',
    });
  }
  run.onProgress?.({ phase: 'write', done: 0, total: rows.length });
  const vector = (side: 'image' | 'text') => (index: number) =>
    rows[index]?.[side] ?? new Float32Array(dimensions);
  await output.write(join(out, IMAGE_FILE), npyFile(rows.length, dimensions, vector('image')));
  await output.write(join(out, TEXT_FILE), npyFile(rows.length, dimensions, vector('text')));
  await output.write(join(out, METADATA_FILE), [metadata(rows)]);
  run.onProgress?.({ phase: 'write', done: rows.length, total: rows.length });
  return {
    pairs: rows.length,
    left: all - rows.length,
    dimensions,
    files: [IMAGE_FILE, TEXT_FILE, METADATA_FILE],
  };
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
function metadata(rows: readonly EmbeddedRow[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
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
