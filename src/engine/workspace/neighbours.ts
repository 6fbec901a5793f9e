import { DUPLICATE_RULES } from '../../core/audit/detectors/duplicatePictures.ts';
import {
  captionsFor as candidateCaptions,
  type Homes,
  homesOf,
  imagesFor as candidateImages,
} from '../../core/audit/candidates.ts';
import { confusion } from '../../core/audit/detectors/hardNegative.ts';
import type { IncrementalScorer } from '../../core/audit/incrementalScorer.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { dotRows } from '../../core/matching/innerProducts.ts';
import { TopLists } from '../../core/matching/topLists.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { imageAlone, livePair } from './pairLookup.ts';
import type { LiveNeighbour, LivePair } from './workspace.ts';

export interface NeighbourLists {
  readonly captions: readonly LiveNeighbour[];
  readonly images: readonly LiveNeighbour[];
  readonly lookAlikes: readonly LiveNeighbour[];
  readonly duplicates: readonly LiveNeighbour[];
}

/** The query: an image row, a caption row or both (-1 for none), and the slot of the pair, if there is one. */
export interface Focus {
  readonly image: number;
  readonly text: number;
  readonly slot: number | undefined;
}

/** The `k` best of each kind, without the image's own captions and its copies. */
export function neighbourLists(
  dataset: IncrementalDataset,
  focus: Focus,
  k: number,
): NeighbourLists {
  const copies = focus.image < 0 ? new Set<number>() : copiesOf(dataset, focus.image);
  const homes = homesOf(dataset.context, exchangedPairs(dataset, focus));
  return {
    captions: focus.image < 0 ? [] : captionsFor(dataset, homes, focus, copies, k),
    images: focus.text < 0 ? [] : imagesFor(dataset, homes, focus, copies, k),
    lookAlikes: focus.image < 0 ? [] : lookAlikes(dataset, focus, copies, k),
    duplicates: duplicates(dataset, focus, copies).slice(0, k),
  };
}

/** The pairs of reported exchanges, without those that the focused pair is in: its partners are candidates. */
function exchangedPairs({ findings }: IncrementalDataset, { slot }: Focus): ReadonlySet<number> {
  const pairs = new Set<number>();
  for (const { pair, relatedPairs } of findings.of('captions-swapped', 'captions-shifted')) {
    const all = pair === undefined ? relatedPairs : [pair, ...relatedPairs];
    if (slot !== undefined && all.includes(slot)) continue;
    for (const each of all) pairs.add(each);
  }
  return pairs;
}

/** Captions of the dataset by how likely they are the image's own, where at most one is. */
function captionsFor(
  dataset: IncrementalDataset,
  homes: Homes,
  { image, text, slot }: Focus,
  copies: ReadonlySet<number>,
  k: number,
): LiveNeighbour[] {
  const { context } = dataset;
  const { graph } = context.model.scorer;
  const own = { text, mismatch: doubt(dataset, slot) };
  const near = nearestCaptions(dataset, image);
  const candidates = candidateCaptions(context, homes, image, own, near);
  const found = candidates.flatMap(({ row: t, match, homeless }): LiveNeighbour[] => {
    const x = graph.imagesOf[t]!.find(
      (owner) => owner !== image && !copies.has(owner) && isOwn(dataset, owner),
    );
    const other = x === undefined ? undefined : slotOf(dataset, x, t);
    if (other === undefined) return [];
    return [
      {
        pair: livePair(dataset, other),
        kind: 'match',
        score: match,
        ...(homeless && { homeless }),
        ...hardNegative(dataset, slot, other),
      },
    ];
  });
  return found.slice(0, k);
}

/** Images of the dataset by how likely they are the caption's own, where at most one is. */
function imagesFor(
  dataset: IncrementalDataset,
  homes: Homes,
  { image, text, slot }: Focus,
  copies: ReadonlySet<number>,
  k: number,
): LiveNeighbour[] {
  const { context } = dataset;
  const own = { image, mismatch: doubt(dataset, slot) };
  const near = nearestImages(dataset, text);
  return candidateImages(context, homes, text, own, near)
    .filter(({ row: x }) => !copies.has(x))
    .slice(0, k)
    .map(({ row: x, match, homeless }): LiveNeighbour => ({
      pair: pairOfImageRow(dataset, x),
      kind: 'match',
      score: match,
      ...(homeless && { homeless }),
      ...hardNegative(dataset, slot, firstSlot(dataset, x)),
    }));
}

/** Mismatch of the pair of a slot; 1 if there is none, or if it was not scored. */
function doubt({ context }: IncrementalDataset, slot: number | undefined): number {
  if (slot === undefined || context.judged[slot] !== true) return 1;
  return context.verified[slot] === true ? 0 : context.mismatch[slot]!;
}

function lookAlikes(
  dataset: IncrementalDataset,
  { image, slot }: Focus,
  copies: ReadonlySet<number>,
  k: number,
): LiveNeighbour[] {
  return nearestVisuals(dataset, image)
    .filter((x) => isOwn(dataset, x) && x !== image && !copies.has(x))
    .slice(0, k)
    .map((x) => ({
      pair: pairOfImageRow(dataset, x),
      kind: 'likeness',
      score: likeness(dataset, image, x),
      ...hardNegative(dataset, slot, firstSlot(dataset, x)),
    }));
}

function duplicates(
  dataset: IncrementalDataset,
  { image }: Focus,
  copies: ReadonlySet<number>,
): LiveNeighbour[] {
  const { pictureOf } = dataset.context.model.scorer.graph;
  return [...copies]
    .map((x): LiveNeighbour => ({
      pair: pairOfImageRow(dataset, x),
      kind: 'likeness',
      score: pictureOf[x] === pictureOf[image] ? 1 : likeness(dataset, image, x),
    }))
    .sort((a, b) => b.score - a.score);
}

/** Number of candidates that are scored. */
const CANDIDATES = 64;

/*
 * The scorer's neighbour lists grow with the dataset. Below some hundred images they are too short, so all images or
 * captions are searched.
 */
function nearestCaptions(
  { context, incrementalScorer }: IncrementalDataset,
  image: number,
): number[] {
  const { scorer } = context.model;
  if (!isSmall(incrementalScorer)) return [...scorer.captionLists.items(image)];
  const { images, captions } = scorer.spaces;
  return nearest(incrementalScorer.spareEnd, CANDIDATES, (t) =>
    scorer.graph.imagesOf[t]!.length === 0 ? -Infinity : dotRows(images, image, captions, t),
  );
}

function nearestImages({ context, incrementalScorer }: IncrementalDataset, text: number): number[] {
  const { scorer } = context.model;
  if (!isSmall(incrementalScorer)) return [...scorer.imageLists.items(text)];
  const { images, captions } = scorer.spaces;
  return nearest(incrementalScorer.queryRow, CANDIDATES, (x) => dotRows(images, x, captions, text));
}

function nearestVisuals(
  { context, incrementalScorer }: IncrementalDataset,
  image: number,
): number[] {
  const { scorer } = context.model;
  if (!isSmall(incrementalScorer)) return [...scorer.visualLists.items(image)];
  const { visuals } = scorer.spaces;
  return nearest(incrementalScorer.queryRow, CANDIDATES, (x) =>
    dotRows(visuals, image, visuals, x),
  );
}

const FEW_IMAGES = 400;

/** Whether the dataset is too small to detect hubs, and small enough for exhaustive search. */
export function isSmall({ queryRow }: IncrementalScorer): boolean {
  return queryRow < FEW_IMAGES;
}

/** Centred cosine of the visual embeddings, clipped to 0..1. */
export function likeness(dataset: IncrementalDataset, i: number, x: number): number {
  const { visuals } = dataset.context.model.scorer.spaces;
  return inUnit(dotRows(visuals, i, visuals, x));
}

/** Clips a cosine to 0..1. */
export function inUnit(cosine: number): number {
  return Math.min(1, Math.max(0, cosine));
}

/** Rows of the copies of an image: identical files and near-duplicates. */
function copiesOf(dataset: IncrementalDataset, image: number): Set<number> {
  const { embedded, model } = dataset.context;
  const { pictureOf } = model.scorer.graph;
  const copies = new Set<number>();
  embedded.images.paths.forEach((_, x) => {
    if (x !== image && pictureOf[x] === pictureOf[image]) copies.add(x);
  });
  const path = embedded.images.paths[image];
  for (const { file, relatedFiles } of dataset.findings.of(...DUPLICATE_RULES)) {
    const group = [file, ...relatedFiles];
    if (path === undefined || !group.includes(path)) continue;
    for (const other of group) {
      const x = dataset.imageRowOf.get(other);
      if (x !== undefined && x !== image) copies.add(x);
    }
  }
  return copies;
}

function hardNegative(
  dataset: IncrementalDataset,
  slot: number | undefined,
  other: number | undefined,
): { readonly hardNegative?: boolean } {
  const { judged } = dataset.context;
  if (slot === undefined || other === undefined || slot === other) return {};
  if (judged[slot] !== true || judged[other] !== true) return {};
  return confusion(dataset.context, slot, other) === undefined ? {} : { hardNegative: true };
}

function isOwn(dataset: IncrementalDataset, x: number): boolean {
  return x < dataset.incrementalScorer.queryRow;
}

export function slotOf(dataset: IncrementalDataset, x: number, t: number): number | undefined {
  const { images, textRow } = dataset.context.embedded;
  return dataset.slots.ofImage(images.paths[x]!).find((slot) => textRow[slot] === t);
}

function firstSlot(dataset: IncrementalDataset, x: number): number | undefined {
  return dataset.slots.ofImage(dataset.context.embedded.images.paths[x]!)[0];
}

/** The first pair of an image, or the image without a caption. */
export function pairOfImageRow(dataset: IncrementalDataset, x: number): LivePair {
  const image: DatasetPath = dataset.context.embedded.images.paths[x]!;
  const [slot] = dataset.slots.ofImage(image);
  return slot === undefined ? imageAlone(dataset.root, image) : livePair(dataset, slot);
}

/** The `k` most similar of `size` items, the best first, without items of -Infinity. */
export function nearest(size: number, k: number, similarity: (item: number) => number): number[] {
  const lists = new TopLists(1, Math.max(1, k));
  for (let item = 0; item < size; item++) {
    const value = similarity(item);
    if (value > lists.thresholds[0]!) lists.offer(0, item, value);
  }
  return [...lists.items(0)];
}
