import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { matrix, row, type Matrix } from '../../core/matching/matrix.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import type { VectorIndex } from '../../core/ports.ts';
import { normalisedSearch, type QueryBank } from '../../core/retrieval/normalisedSearch.ts';
import { type SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { RunOptions, BatchPorts } from './batchPorts.ts';

/** A dataset with fewer own queries also uses the shipped reference bank. */
const ENOUGH_QUERIES = 256;

export interface ImageHit {
  /** Relative to the searched folder. */
  readonly image: string;
  readonly captions: readonly string[];
  /** Cosine with the query. */
  readonly similarity: number;
  /** Ranking score: the cosine with hubness correction. */
  readonly score: number;
}

export interface FoundCaption {
  readonly caption: string;
  /** The images with this caption, relative to the searched folder. */
  readonly images: readonly string[];
  readonly similarity: number;
  readonly score: number;
}

/** Builds an index: exact, or approximate for many queries in a large set. */
export type MakeIndex = (items: Matrix) => Promise<VectorIndex>;

export interface FolderSearch {
  readonly images: number;
  readonly captions: number;
  /** The images that match a text best. @param among only these, by their names */
  findImages(text: string, top: number, among?: ReadonlySet<string>): Promise<ImageHit[]>;
  /**
   * The images that are most like one of them, itself first; by their names. Empty if it is none of them.
   * @param among only these, by their names
   */
  findAlike(image: string, top: number, among?: ReadonlySet<string>): Promise<string[]>;
  /** The distinct captions that match an image best; the image need not be in a dataset. */
  findCaptions(imageFile: string, top: number): Promise<FoundCaption[]>;
}

/**
 * Opens all datasets below `folder` for a common search.
 * @param matcher ranks the results; default: nearest neighbour normalisation
 * @throws PairLensError `no-dataset`, `cancelled`.
 */
export async function searchFolder(
  folder: string,
  workspace: BatchPorts,
  makeIndex: MakeIndex,
  run: RunOptions,
  matcher?: SearchMatcher,
): Promise<FolderSearch> {
  const images: { readonly name: string; readonly captions: string[] }[] = [];
  const imageParts: Matrix[] = [];
  const visualParts: Matrix[] = [];
  const captions = new Map<
    string,
    { readonly vector: Float32Array; readonly images: Set<string> }
  >();
  for (const dataset of await workspace.open(folder, run)) {
    const embedded = await workspace.index(dataset, run);
    const prefix = folderPrefix(folder, dataset.root);
    const found = embedded.images.paths.map((path) => ({
      name: prefix + path,
      captions: [] as string[],
    }));
    gatherCaptions(embedded, found, captions);
    for (const each of found) images.push(each);
    imageParts.push(embedded.images.embedding);
    visualParts.push(embedded.images.visual);
  }
  const gallery = stacked(imageParts, workspace.reference.images.columns);
  const texts = [...captions.entries()];
  const textGallery = stacked(
    texts.map(([, { vector }]) => matrix(1, vector.length, vector)),
    workspace.reference.captions.columns,
  );
  let imageIndex: VectorIndex | undefined;
  let captionIndex: VectorIndex | undefined;
  const captionBank = bankOf(textGallery, workspace.reference.captions);
  const imageBank = bankOf(gallery, workspace.reference.images);
  const options = {
    matcher,
    ...(workspace.innerProducts && { innerProducts: workspace.innerProducts }),
    ...(run.signal && { signal: run.signal }),
  };
  /** The images with these names, or all, and their rows of a matrix. */
  const chosen = (among?: ReadonlySet<string>) => {
    if (among === undefined) return { of: images, rowsOf: (all: Matrix) => all };
    const rows = images.flatMap(({ name }, r) => (among.has(name) ? [r] : []));
    const of = rows.flatMap((r) => images[r] ?? []);
    return { of, rowsOf: (all: Matrix) => gatheredRows(all, rows) };
  };
  return {
    images: images.length,
    captions: texts.length,
    async findImages(text, top, among) {
      const query = await workspace.encodeText(text);
      const { of, rowsOf } = chosen(among);
      const items = rowsOf(gallery);
      const index = among ? await makeIndex(items) : (imageIndex ??= await makeIndex(gallery));
      const found = await normalisedSearch(query, items, index, captionBank, top, options);
      if (among) index.dispose();
      return found.map(({ item, similarity, score }) => ({
        image: of[item]?.name ?? '',
        captions: of[item]?.captions ?? [],
        similarity,
        score,
      }));
    },
    async findAlike(image, top, among) {
      const item = images.findIndex(({ name }) => name === image);
      if (item < 0) return [];
      const visuals = stacked(visualParts, 0);
      const { of, rowsOf } = chosen(among);
      const index = await makeIndex(rowsOf(visuals));
      const { indices } = index.search(row(visuals, item), top);
      index.dispose();
      return Array.from(indices, (found) => of[found]?.name ?? '');
    },
    async findCaptions(imageFile, top) {
      captionIndex ??= await makeIndex(textGallery);
      const query = await workspace.encodeImage(imageFile);
      const found = await normalisedSearch(
        query,
        textGallery,
        captionIndex,
        imageBank,
        top,
        options,
      );
      return found.map(({ item, similarity, score }) => ({
        caption: texts[item]?.[0] ?? '',
        images: [...(texts[item]?.[1].images ?? [])],
        similarity,
        score,
      }));
    },
  };
}

function gatherCaptions(
  embedded: EmbeddedDataset,
  images: readonly { readonly name: string; readonly captions: string[] }[],
  captions: Map<string, { readonly vector: Float32Array; readonly images: Set<string> }>,
): void {
  for (const [index, pair] of embedded.dataset.pairs.entries()) {
    const text = embedded.textRow[index] ?? -1;
    const image = images[embedded.imageRow[index] ?? -1];
    image?.captions.push(pair.caption);
    if (text < 0) continue;
    const known = captions.get(pair.caption) ?? {
      vector: row(embedded.texts.embedding, text),
      images: new Set<string>(),
    };
    if (image !== undefined) known.images.add(image.name);
    captions.set(pair.caption, known);
  }
}

/** The dataset's own queries if there are enough, else together with the shipped ones. */
function bankOf(own: Matrix, shipped: Matrix): QueryBank {
  if (own.rows >= ENOUGH_QUERIES) return { queries: own, borrowed: false };
  return { queries: stacked([own, shipped], shipped.columns), borrowed: true };
}

function stacked(parts: readonly Matrix[], columns: number): Matrix {
  const filled = parts.filter((part) => part.rows > 0);
  const rows = filled.reduce((sum, part) => sum + part.rows, 0);
  const result = matrix(rows, filled[0]?.columns ?? columns);
  let offset = 0;
  for (const part of filled) {
    result.data.set(part.data, offset);
    offset += part.data.length;
  }
  return result;
}
