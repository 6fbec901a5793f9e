import { csls, hubnessNeighbours } from '../matching/hubness.ts';
import { dotRows } from '../matching/innerProducts.ts';
import { LEMON_FIX } from '../matching/lemon.ts';
import type { MatchingSpaces } from '../matching/matcher.ts';
import type { Matrix } from '../matching/matrix.ts';
import {
  crossNeighbours,
  type NeighbourOptions,
  selfNeighbours,
} from '../matching/neighbourLists.ts';
import { type MatrixRoom, PLAIN_ROOM } from '../matching/simd/vectorArena.ts';
import { TopLists } from '../matching/topLists.ts';
import type { FoldedCombination } from './fitting/foldedCombination.ts';
import type { PairGraph } from './pairGraph.ts';
import type { ReferenceHubs } from './referenceHubs.ts';

/** The scores of a pair; higher is a better match. */
export const SCORE_NAMES = [
  'cosine',
  'prior',
  'csls',
  'reference',
  'imageNeighbours',
  'captionNeighbours',
  'predicted',
  'nearest',
  'fitted',
] as const;
/** One value for each of `SCORE_NAMES`. A plain array: a typed one of more than 64 bytes has memory of its own, which costs more than the scores. */
export type PairScores = number[];
/** For each of `SCORE_NAMES` whether it is asked for: others are 0. Each costs a look at some dozens of rows. */
export type UsedScores = readonly boolean[];
const EVERY_SCORE: UsedScores = SCORE_NAMES.map(() => true);

/** Centred unit rows of every space. */
export interface AuditSpaces extends MatchingSpaces {
  /** Captions that the dataset predicts for its images, in the sentence space (n, s); zero if nothing was learnt. */
  readonly predictions: Matrix;
}

/**
 * A hypothetical replacement: `donorImage` is the row of the image whose caption is used, `replacedText` the row of the
 * replaced caption; -1 for none.
 */
export interface Substitution {
  readonly replacedText: number;
  readonly donorImage: number;
}
const NO_SUBSTITUTION: Substitution = { replacedText: -1, donorImage: -1 };

/** Best other partners averaged by the score `nearest`. */
const FEW_PARTNERS = 3;
/** Neighbours within a modality. */
export const NEIGHBOURS = LEMON_FIX.k;
/** Additional list length, because some items are excluded by identity. */
export const SLACK = 12;
/** Captions used of a neighbour image, or images of a neighbour caption. */
const MAX_ITEMS_PER_NEIGHBOUR = 5;

/** Scores any image with any caption of the dataset as a pair. */
export class PairScorer {
  readonly spaces: AuditSpaces;
  /** Where the spaces lie. */
  readonly room: MatrixRoom;
  readonly graph: PairGraph;
  /** For each image the captions nearest to it, for each caption the images nearest to it. */
  readonly captionLists: TopLists;
  readonly imageLists: TopLists;
  readonly visualLists: TopLists;
  readonly sentenceLists: TopLists;
  /** Similarities of images and captions to the shipped reference pairs. */
  readonly hubs: ReferenceHubs;
  /** Number of neighbours used for hubness. */
  readonly hub: number;
  /** Centred cosine of image `i` and caption `j`. */
  readonly cosine: RowProduct;
  /** Cosine of caption `j` and the caption that the dataset's other pairs predict for image `i`. */
  readonly predicted: RowProduct;
  /** Combines the scores of a pair as `pairlens fit` learnt it; undefined if nothing was fitted. */
  fitted: FoldedCombination | undefined;
  readonly #priorCosine: RowProduct;
  readonly #sentenceCosine: RowProduct;
  readonly #visualCosine: RowProduct;
  /** Cached for the last image and caption, because one is usually scored with many of the other. */
  #imageNeighbours: WeightedNeighbours | undefined;
  #captionNeighbours:
    { readonly of: number; readonly byPlace: Map<number, WeightedNeighbours> } | undefined;

  /** Cosine of each caption and the image in `#ofImages`: asked for again by all that are near to the pair. */
  readonly #pairCosines: Float64Array;
  readonly #ofImages: Int32Array;

  constructor(
    spaces: AuditSpaces,
    graph: PairGraph,
    lists: {
      readonly captions: TopLists;
      readonly images: TopLists;
      readonly visuals: TopLists;
      readonly sentences: TopLists;
    },
    hubs: ReferenceHubs,
    room = PLAIN_ROOM,
    hub = hubnessNeighbours(Math.min(graph.images, graph.texts)),
  ) {
    this.spaces = spaces;
    this.room = room;
    this.graph = graph;
    this.captionLists = lists.captions;
    this.imageLists = lists.images;
    this.visualLists = lists.visuals;
    this.sentenceLists = lists.sentences;
    this.hubs = hubs;
    this.hub = hub;
    this.#pairCosines = new Float64Array(spaces.captions.rows);
    this.#ofImages = new Int32Array(spaces.captions.rows).fill(-1);
    const { products } = room;
    this.cosine = products.between(spaces.images, spaces.captions);
    this.predicted = products.between(spaces.predictions, spaces.sentences);
    this.#priorCosine = products.between(spaces.priors, spaces.sentences);
    this.#sentenceCosine = products.between(spaces.sentences, spaces.sentences);
    this.#visualCosine = products.between(spaces.visuals, spaces.visuals);
  }

  /** Finds the neighbours in the joint space, in both directions, and within each modality. @throws PairLensError `cancelled`. */
  static async build(
    { spaces, room }: { readonly spaces: AuditSpaces; readonly room: MatrixRoom },
    graph: PairGraph,
    hubs: ReferenceHubs,
    options: Omit<NeighbourOptions, 'k'>,
  ): Promise<PairScorer> {
    const size = Math.max(1, Math.min(graph.images, graph.texts));
    const k = hubnessNeighbours(size) + SLACK;
    const third = (n: number): Omit<NeighbourOptions, 'k'> => ({
      ...options,
      rowProducts: room.products,
      onProgress: (share) => options.onProgress?.((n + share) / 3),
    });
    const cross = await crossNeighbours(spaces.images, spaces.captions, { ...third(0), k });
    const visuals = await selfNeighbours(spaces.visuals, { ...third(1), k: NEIGHBOURS + SLACK });
    const sentences = await selfNeighbours(spaces.sentences, {
      ...third(2),
      k: NEIGHBOURS + SLACK,
    });
    const lists = { captions: cross.rows, images: cross.columns, visuals, sentences };
    return new PairScorer(spaces, graph, lists, hubs, room);
  }

  /** Must be called after a change of lists, rows or the graph. */
  changed(): void {
    this.#imageNeighbours = undefined;
    this.#captionNeighbours = undefined;
    this.#ofImages.fill(-1);
  }

  /**
   * Scores of caption `j` on image `i`. The pair is not its own neighbour: its caption, its image's other captions, copies
   * of the image and other images with the same caption are excluded by identity. The score `nearest` includes the last: a
   * caption that was copied from another image fits that one better. With `substitution` the pair is scored as after the
   * exchange. All scores are needed where `fitted` combines them.
   */
  of(
    i: number,
    j: number,
    substitution = NO_SUBSTITUTION,
    used: UsedScores = EVERY_SCORE,
  ): PairScores {
    const [, prior, local, reference, ofImages, ofCaptions, predicted, few] = used;
    const { graph } = this;
    const { replacedText, donorImage } = substitution;
    const picture = graph.pictureOf[i]!;
    const siblings = graph.captionsOf[i]!;
    const owners = graph.imagesOf[j]!;
    const ownCaption = (t: number): boolean =>
      t === j ||
      (t !== replacedText && siblings.includes(t)) ||
      this.#onlyOnPicture(t, picture, replacedText);
    const ownImage = (x: number): boolean =>
      graph.pictureOf[x] === picture || (x !== donorImage && owners.includes(x));
    const cosine = this.cosine(i, j);
    const ownPicture = (x: number): boolean => graph.pictureOf[x] === picture;
    const rowMean = (k: number): number => finite(this.captionLists.meanOfBest(i, k, ownCaption));
    const columnMean = (k: number, leaveOut: (x: number) => boolean): number =>
      finite(this.imageLists.meanOfBest(j, k, leaveOut));
    return this.#withFitted(i, [
      cosine,
      prior ? this.#priorCosine(i, j) : 0,
      local ? csls(cosine, rowMean(this.hub), columnMean(this.hub, ownImage)) : 0,
      reference ? csls(cosine, this.hubs.ofImages[i]!, this.hubs.ofTexts[j]!) : 0,
      ofImages
        ? this.imageNeighbourTerm(i, (t) => (t === j ? NaN : this.#sentenceCosine(j, t)))
        : 0,
      ofCaptions ? this.#captionNeighbourTerm(i, j, picture, ownCaption) : 0,
      predicted ? this.predicted(i, j) : 0,
      few ? csls(cosine, rowMean(FEW_PARTNERS), columnMean(FEW_PARTNERS, ownPicture)) : 0,
      0,
    ]);
  }

  /**
   * Scores of a caption that is not in the dataset on image `i`, in place of the image's captions.
   * @param caption centred unit row of the joint space
   * @param words the same of the sentence space
   */
  ofOutside(i: number, caption: Matrix, words: Matrix): PairScores {
    const { graph, spaces, hubs, hub } = this;
    const picture = graph.pictureOf[i]!;
    const siblings = graph.captionsOf[i]!;
    const ownCaption = (t: number): boolean =>
      siblings.includes(t) || this.#onlyOnPicture(t, picture, -1);
    const cosine = dotRows(spaces.images, i, caption, 0);
    const images = nearest(spaces.images, caption, hub, (x) => graph.pictureOf[x] !== picture);
    const columnMean = (k: number): number => finite(images.meanOfBest(0, k, () => false));
    const rowMean = (k: number): number => finite(this.captionLists.meanOfBest(i, k, ownCaption));
    const alike = nearest(
      spaces.sentences,
      words,
      NEIGHBOURS,
      (t) => graph.imagesOf[t]!.length > 0 && !ownCaption(t),
    );
    let sum = 0;
    let weight = 0;
    for (const [p, t] of alike.items(0).entries()) {
      for (const x of graph.imagesOf[t]!.slice(0, MAX_ITEMS_PER_NEIGHBOUR)) {
        if (graph.pictureOf[x] === picture) continue;
        const near = neighbourWeight(alike.similarities[p]!, this.cosine(x, t));
        sum += near * this.#visualCosine(i, x);
        weight += near;
      }
    }
    return this.#withFitted(i, [
      cosine,
      dotRows(spaces.priors, i, words, 0),
      csls(cosine, rowMean(hub), columnMean(hub)),
      csls(cosine, hubs.ofImages[i]!, hubs.ofText(caption, 0)),
      this.imageNeighbourTerm(i, (t) => dotRows(spaces.sentences, t, words, 0)),
      weight > 0 ? sum / weight : 0,
      dotRows(spaces.predictions, i, words, 0),
      csls(cosine, rowMean(FEW_PARTNERS), columnMean(FEW_PARTNERS)),
      0,
    ]);
  }

  /** The scores of a pair, of which all but the last, `fitted`, are known. */
  #withFitted(i: number, scores: PairScores): PairScores {
    if (this.fitted !== undefined) scores[scores.length - 1] = this.fitted.of(i, scores);
    return scores;
  }

  /** Whether caption `t` belongs only to copies of this image. */
  #onlyOnPicture(t: number, picture: number, replacedText: number): boolean {
    if (t === replacedText) return false;
    const owners = this.graph.imagesOf[t]!;
    return owners.length > 0 && owners.every((x) => this.graph.pictureOf[x] === picture);
  }

  /**
   * LEMoN's image term as a weighted mean: how similar the captions of images like `i` are to a caption.
   * Neighbours with a mismatched caption have a low weight.
   * @param similarity of caption `t` of the dataset to the scored caption; NaN to exclude `t`
   */
  imageNeighbourTerm(i: number, similarity: (t: number) => number): number {
    if (this.#imageNeighbours?.of !== i) this.#imageNeighbours = this.#weightedCaptions(i);
    const { items, weights } = this.#imageNeighbours;
    let sum = 0;
    let weight = 0;
    for (const [v, t] of items.entries()) {
      const alike = similarity(t);
      if (Number.isNaN(alike)) continue;
      sum += weights[v]! * alike;
      weight += weights[v]!;
    }
    return weight > 0 ? sum / weight : 0;
  }

  #weightedCaptions(i: number): WeightedNeighbours {
    const { graph, visualLists } = this;
    const picture = graph.pictureOf[i]!;
    const neighbours: WeightedNeighbours = { of: i, items: [], weights: [] };
    let used = 0;
    const end = i * visualLists.k + visualLists.count(i);
    for (let p = i * visualLists.k; p < end && used < NEIGHBOURS; p++) {
      const x = visualLists.indices[p]!;
      if (graph.pictureOf[x] === picture) continue;
      used++;
      for (const t of graph.captionsOf[x]!.slice(0, MAX_ITEMS_PER_NEIGHBOUR)) {
        neighbours.items.push(t);
        neighbours.weights.push(
          neighbourWeight(visualLists.similarities[p]!, this.#cosineOfPair(x, t)),
        );
      }
    }
    return neighbours;
  }

  /** The cosine of a pair of the dataset. */
  #cosineOfPair(x: number, t: number): number {
    if (this.#ofImages[t] === x) return this.#pairCosines[t]!;
    const cosine = this.cosine(x, t);
    this.#ofImages[t] = x;
    this.#pairCosines[t] = cosine;
    return cosine;
  }

  /** LEMoN's caption term as a weighted mean: how similar the images of captions like `j` are to `i`. */
  #captionNeighbourTerm(
    i: number,
    j: number,
    picture: number,
    ownCaption: (t: number) => boolean,
  ): number {
    const { graph, sentenceLists } = this;
    if (this.#captionNeighbours?.of !== j) this.#captionNeighbours = { of: j, byPlace: new Map() };
    const { byPlace } = this.#captionNeighbours;
    let sum = 0;
    let weight = 0;
    let used = 0;
    const end = j * sentenceLists.k + sentenceLists.count(j);
    for (let p = j * sentenceLists.k; p < end && used < NEIGHBOURS; p++) {
      if (ownCaption(sentenceLists.indices[p]!)) continue;
      used++;
      let neighbours = byPlace.get(p);
      if (neighbours === undefined) byPlace.set(p, (neighbours = this.#weightedImages(j, p)));
      for (const [v, x] of neighbours.items.entries()) {
        if (graph.pictureOf[x] === picture) continue;
        sum += neighbours.weights[v]! * this.#visualCosine(i, x);
        weight += neighbours.weights[v]!;
      }
    }
    return weight > 0 ? sum / weight : 0;
  }

  /** The images of the caption at one rank of the list of caption `j`. */
  #weightedImages(j: number, place: number): WeightedNeighbours {
    const { graph, sentenceLists } = this;
    const t = sentenceLists.indices[place]!;
    const items = graph.imagesOf[t]!.slice(0, MAX_ITEMS_PER_NEIGHBOUR);
    const near = sentenceLists.similarities[place]!;
    return {
      of: j,
      items,
      weights: items.map((x) => neighbourWeight(near, this.#cosineOfPair(x, t))),
    };
  }
}

type RowProduct = (i: number, j: number) => number;

/** The neighbours of image or caption `of`, with their weights. */
interface WeightedNeighbours {
  readonly of: number;
  readonly items: number[];
  readonly weights: number[];
}

/** The `k` rows most similar to the single row of `query`, of those that may be used. */
function nearest(rows: Matrix, query: Matrix, k: number, may: (row: number) => boolean): TopLists {
  const found = new TopLists(1, Math.max(1, k));
  for (let r = 0; r < rows.rows; r++) {
    const similarity = dotRows(rows, r, query, 0);
    if (similarity > found.thresholds[0]! && may(r)) found.offer(0, r, similarity);
  }
  return found;
}

function neighbourWeight(near: number, own: number): number {
  return Math.exp(-LEMON_FIX.tau1 * (1 - near) - LEMON_FIX.tau2 * (1 - own));
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
