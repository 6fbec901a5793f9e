import { type AllPairsOptions, rowLists } from '../matching/allPairs.ts';
import { centred } from '../matching/centring.ts';
import { hubnessNeighbours } from '../matching/hubness.ts';
import { type Matrix, row } from '../matching/matrix.ts';
import { gatheredRows, stackedRows } from '../matching/scoreBlocks.ts';
import { openRoom } from '../matching/simd/vectorArena.ts';
import type { TopLists } from '../matching/topLists.ts';
import { runCooperatively } from '../steps.ts';
import { foldOf, predictedCaption } from './captionPrediction.ts';
import type { LearntModel, PairBank } from './learntModel.ts';
import type { PairGraph } from './pairGraph.ts';
import { NEIGHBOURS, PairScorer, SLACK } from './pairScorer.ts';
import { forEachSpace, type Spaces } from './spaces.ts';

/** Identity of the images and captions of a dataset. */
interface Contents {
  /** Hash of each image's bytes, and of each caption. */
  readonly hashes: readonly string[];
  readonly textHashes: readonly string[];
}

/**
 * A scorer of the same images and captions whose neighbours are those of a bank. Rows of the dataset come first, then those of
 * the bank; a caption of both has the row of the dataset, and an image of both is one picture, so that no pair is evidence
 * for itself.
 * @param own scorer of the dataset, centred as the bank is
 * @throws PairLensError `cancelled`.
 */
export async function bankScorer(
  own: PairScorer,
  { hashes, textHashes }: Contents,
  { bank, centres, regressions }: LearntModel,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<PairScorer> {
  const rows: Spaces<Matrix> = {
    images: bank.images.embedding,
    captions: bank.texts.embedding,
    visuals: bank.images.visual,
    priors: bank.images.prior,
    sentences: bank.texts.sentence,
  };
  const others = await runCooperatively(
    forEachSpace((space) => centred(rows[space], centres[space])),
    options.pause,
  );
  const images = own.graph.images;
  const rowOfImage = Int32Array.from(bank.images.hashes, (_, x) => images + x);
  const { rowOfText, added } = textRows(textHashes, bank.texts.hashes);
  const of = own.spaces;
  const tops = [of.images, of.visuals, of.priors, of.captions, of.sentences];
  const bottoms = [
    others.images,
    others.visuals,
    others.priors,
    gatheredRows(others.captions, added),
    gatheredRows(others.sentences, added),
  ];
  const ofPredictions = [images + others.images.rows, others.sentences.columns] as const;
  const room = openRoom([
    ...bottoms.map(({ rows: more, columns }, n) => [(tops[n]?.rows ?? 0) + more, columns] as const),
    ofPredictions,
  ]);
  const [stackedImages, visuals, priors, captions, sentences] = bottoms.map((bottom, n) =>
    stackedRows(tops[n]!, bottom, room.matrix),
  );
  const predictions = room.matrix(...ofPredictions);
  if (regressions !== undefined) {
    const learntFrom = new Set(bank.images.hashes);
    for (const [x, hash] of hashes.entries()) {
      const fold = learntFrom.has(hash) ? foldOf(hash) : undefined;
      row(predictions, x).set(predictedCaption(regressions, row(of.visuals, x), fold));
    }
  }
  const spaces = {
    images: stackedImages!,
    visuals: visuals!,
    priors: priors!,
    captions: captions!,
    sentences: sentences!,
    predictions,
  };
  const hub = hubnessNeighbours(Math.min(bank.images.hashes.length, bank.texts.hashes.length));
  const nearest = async (
    queries: Matrix,
    items: Matrix,
    k: number,
    rowOf: Int32Array,
  ): Promise<TopLists> => {
    const lists = await rowLists(queries, items, { ...options, onProgress: () => undefined, k });
    return lists.renumbered(rowOf);
  };
  const few = NEIGHBOURS + SLACK;
  return new PairScorer(
    spaces,
    graphWith(own.graph, hashes, bank, rowOfText, spaces.captions.rows),
    {
      captions: await nearest(of.images, others.captions, hub + SLACK, rowOfText),
      images: await nearest(of.captions, others.images, hub + SLACK, rowOfImage),
      visuals: await nearest(of.visuals, others.visuals, few, rowOfImage),
      sentences: await nearest(of.sentences, others.sentences, few, rowOfText),
    },
    own.hubs,
    room,
    hub,
  );
}

/** The row of each caption of a bank behind those of a dataset, and the captions that the dataset does not have. */
function textRows(
  own: readonly string[],
  bank: readonly string[],
): { readonly rowOfText: Int32Array; readonly added: readonly number[] } {
  const known = new Map(own.map((hash, t) => [hash, t]));
  const added: number[] = [];
  const rowOfText = Int32Array.from(bank, (hash, t) => {
    const row = known.get(hash);
    return row ?? own.length + added.push(t) - 1;
  });
  return { rowOfText, added };
}

/** The graph of a bank's pairs, with the captions of each image of the dataset, which are not evidence for each other. */
function graphWith(
  own: PairGraph,
  hashes: readonly string[],
  { images, imageRow, textRow }: PairBank,
  rowOfText: Int32Array,
  texts: number,
): PairGraph {
  const all = [...hashes, ...images.hashes];
  const captionsOf: number[][] = all.map((_, x) => [...(own.captionsOf[x] ?? [])]);
  const imagesOf: number[][] = Array.from({ length: texts }, () => []);
  for (const [p, image] of imageRow.entries()) {
    const x = own.images + image;
    const t = rowOfText[textRow[p]!]!;
    if (captionsOf[x]!.includes(t)) continue;
    captionsOf[x]!.push(t);
    imagesOf[t]!.push(x);
  }
  const first = new Map<string, number>();
  const pictureOf = Int32Array.from(all, (hash, x) => {
    const known = first.get(hash) ?? x;
    first.set(hash, known);
    return known;
  });
  return { images: all.length, texts, pictureOf, captionsOf, imagesOf };
}
