import { type AllPairsOptions, crossLists, selfLists } from '../matching/allPairs.ts';
import { csls, hubnessNeighbours } from '../matching/hubness.ts';
import { plainRowProducts, type RowProducts } from '../matching/innerProducts.ts';
import { LEMON_FIX } from '../matching/lemon.ts';
import type { MatchingSpaces } from '../matching/matcher.ts';
import { arenaMatrices } from '../matching/simd/vectorArena.ts';
import type { TopLists } from '../matching/topLists.ts';
import { runCooperatively } from '../steps.ts';
import type { PairGraph } from './pairGraph.ts';
import type { ReferenceHubs } from './referenceHubs.ts';

/** What is held for and against a pair; every number is higher where the caption fits better. */
export const EVIDENCE = [
  'cosine',
  'prior',
  'csls',
  'reference',
  'lookAlikes',
  'soundAlikes',
] as const;
export type Evidence = Float64Array;

/** Centred unit rows of every space. */
export type AuditSpaces = MatchingSpaces;

/** A caption put in the place of another: `giver` is the image it was taken from, `replaced` the caption it replaces. */
export interface Replacement {
  readonly replaced: number;
  readonly giver: number;
}
const NO_REPLACEMENT: Replacement = { replaced: -1, giver: -1 };

const NEIGHBOURS = LEMON_FIX.k;
/** Room in the lists for items that are struck out by identity. */
const SLACK = 12;
/** A neighbour with hundreds of captions speaks with its first few. */
const VOICES = 5;

/** Evidence about any image with any caption of the dataset, as if the two were a pair. */
export class EvidenceSource {
  readonly spaces: AuditSpaces;
  readonly graph: PairGraph;
  /** For each image the captions nearest to it, for each caption the images nearest to it. */
  readonly captionLists: TopLists;
  readonly imageLists: TopLists;
  readonly lookLists: TopLists;
  readonly sentenceLists: TopLists;
  /** How near images and captions are to shipped pairs from elsewhere. */
  readonly hubs: ReferenceHubs;
  /** How many neighbours speak of hubness. */
  readonly hub: number;
  /** Centred cosine of image `i` and caption `j`. */
  readonly cosine: RowProduct;
  readonly #priorCosine: RowProduct;
  readonly #sentenceCosine: RowProduct;
  readonly #lookCosine: RowProduct;
  /** Those of the image and of the caption last asked about: one is asked about with many of the other. */
  #looks: Voices | undefined;
  #sounds: { readonly of: number; readonly byPlace: Map<number, Voices> } | undefined;

  constructor(
    spaces: AuditSpaces,
    graph: PairGraph,
    lists: {
      readonly captions: TopLists;
      readonly images: TopLists;
      readonly looks: TopLists;
      readonly sentences: TopLists;
    },
    hubs: ReferenceHubs,
    products: RowProducts = plainRowProducts,
    hub = hubnessNeighbours(Math.min(graph.images, graph.texts)),
  ) {
    this.spaces = spaces;
    this.graph = graph;
    this.captionLists = lists.captions;
    this.imageLists = lists.images;
    this.lookLists = lists.looks;
    this.sentenceLists = lists.sentences;
    this.hubs = hubs;
    this.hub = hub;
    this.cosine = products.between(spaces.images, spaces.captions);
    this.#priorCosine = products.between(spaces.priors, spaces.sentences);
    this.#sentenceCosine = products.between(spaces.sentences, spaces.sentences);
    this.#lookCosine = products.between(spaces.looks, spaces.looks);
  }

  /** Finds the neighbours in the joint space, both ways, and within each modality. @throws PairLensError `cancelled`. */
  static async build(
    found: AuditSpaces,
    graph: PairGraph,
    hubs: ReferenceHubs,
    options: Omit<AllPairsOptions, 'k'>,
  ): Promise<EvidenceSource> {
    const { matrices: spaces, products } = await runCooperatively(
      arenaMatrices(found),
      options.pause,
    );
    const size = Math.max(1, Math.min(graph.images, graph.texts));
    const k = hubnessNeighbours(size) + SLACK;
    const third = (n: number): Omit<AllPairsOptions, 'k'> => ({
      ...options,
      onProgress: (share) => options.onProgress?.((n + share) / 3),
    });
    const cross = await crossLists(spaces.images, spaces.captions, { ...third(0), k });
    const looks = await selfLists(spaces.looks, { ...third(1), k: NEIGHBOURS + SLACK });
    const sentences = await selfLists(spaces.sentences, { ...third(2), k: NEIGHBOURS + SLACK });
    const lists = { captions: cross.rows, images: cross.columns, looks, sentences };
    return new EvidenceSource(spaces, graph, lists, hubs, products);
  }

  /** To be called after lists, rows or the graph were changed. */
  changed(): void {
    this.#looks = undefined;
    this.#sounds = undefined;
  }

  /**
   * Evidence for caption `j` on image `i`, one value for each of `EVIDENCE`. The pair never votes for itself: its
   * own caption, its image's other captions, the same picture under another name and other images with this very
   * caption are left out by identity. With `replacement` it is judged as it would be after the exchange.
   */
  of(i: number, j: number, replacement = NO_REPLACEMENT): Evidence {
    const { graph } = this;
    const { replaced, giver } = replacement;
    const picture = graph.pictureOf[i]!;
    const siblings = graph.captionsOf[i]!;
    const owners = graph.imagesOf[j]!;
    const ownCaption = (t: number): boolean =>
      t === j ||
      (t !== replaced && siblings.includes(t)) ||
      this.#onlyOnPicture(t, picture, replaced);
    const ownImage = (x: number): boolean =>
      graph.pictureOf[x] === picture || (x !== giver && owners.includes(x));
    const cosine = this.cosine(i, j);
    const rowMean = this.captionLists.meanOfBest(i, this.hub, ownCaption);
    const columnMean = this.imageLists.meanOfBest(j, this.hub, ownImage);
    return Float64Array.of(
      cosine,
      this.#priorCosine(i, j),
      csls(cosine, finite(rowMean), finite(columnMean)),
      csls(cosine, this.hubs.ofImages[i]!, this.hubs.ofTexts[j]!),
      this.lookAlikes(i, (t) => (t === j ? NaN : this.#sentenceCosine(j, t))),
      this.#soundAlikes(i, j, picture, ownCaption),
    );
  }

  /** Whether caption `t` hangs on this picture under another name and nowhere else. */
  #onlyOnPicture(t: number, picture: number, replaced: number): boolean {
    if (t === replaced) return false;
    const owners = this.graph.imagesOf[t]!;
    return owners.length > 0 && owners.every((x) => this.graph.pictureOf[x] === picture);
  }

  /**
   * LEMoN's image term as a weighted mean: do the captions of images that look like `i` sound like a caption?
   * A neighbour that fits its own caption badly has little say.
   * @param sounds how much caption `t` of the dataset sounds like it; NaN where `t` has no say
   */
  lookAlikes(i: number, sounds: (t: number) => number): number {
    if (this.#looks?.of !== i) this.#looks = this.#lookVoices(i);
    const { items, says } = this.#looks;
    let sum = 0;
    let weight = 0;
    for (const [v, t] of items.entries()) {
      const alike = sounds(t);
      if (Number.isNaN(alike)) continue;
      sum += says[v]! * alike;
      weight += says[v]!;
    }
    return weight > 0 ? sum / weight : 0;
  }

  #lookVoices(i: number): Voices {
    const { graph, lookLists } = this;
    const picture = graph.pictureOf[i]!;
    const voices: Voices = { of: i, items: [], says: [] };
    let used = 0;
    const end = i * lookLists.k + lookLists.count(i);
    for (let p = i * lookLists.k; p < end && used < NEIGHBOURS; p++) {
      const x = lookLists.indices[p]!;
      if (graph.pictureOf[x] === picture) continue;
      used++;
      for (const t of graph.captionsOf[x]!.slice(0, VOICES)) {
        voices.items.push(t);
        voices.says.push(trust(lookLists.similarities[p]!, this.cosine(x, t)));
      }
    }
    return voices;
  }

  /** LEMoN's caption term as a weighted mean: do the images of captions that sound like `j` look like `i`? */
  #soundAlikes(i: number, j: number, picture: number, ownCaption: (t: number) => boolean): number {
    const { graph, sentenceLists } = this;
    if (this.#sounds?.of !== j) this.#sounds = { of: j, byPlace: new Map() };
    const { byPlace } = this.#sounds;
    let sum = 0;
    let weight = 0;
    let used = 0;
    const end = j * sentenceLists.k + sentenceLists.count(j);
    for (let p = j * sentenceLists.k; p < end && used < NEIGHBOURS; p++) {
      if (ownCaption(sentenceLists.indices[p]!)) continue;
      used++;
      let voices = byPlace.get(p);
      if (voices === undefined) byPlace.set(p, (voices = this.#soundVoices(j, p)));
      for (const [v, x] of voices.items.entries()) {
        if (graph.pictureOf[x] === picture) continue;
        sum += voices.says[v]! * this.#lookCosine(i, x);
        weight += voices.says[v]!;
      }
    }
    return weight > 0 ? sum / weight : 0;
  }

  /** The images that carry the caption at one place of the list of caption `j`. */
  #soundVoices(j: number, place: number): Voices {
    const { graph, sentenceLists } = this;
    const t = sentenceLists.indices[place]!;
    const items = graph.imagesOf[t]!.slice(0, VOICES);
    const near = sentenceLists.similarities[place]!;
    return { of: j, items, says: items.map((x) => trust(near, this.cosine(x, t))) };
  }
}

type RowProduct = (i: number, j: number) => number;

/** Items that have a say about image or caption `of`, and how much. */
interface Voices {
  readonly of: number;
  readonly items: number[];
  readonly says: number[];
}

function trust(near: number, own: number): number {
  return Math.exp(-LEMON_FIX.tau1 * (1 - near) - LEMON_FIX.tau2 * (1 - own));
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
