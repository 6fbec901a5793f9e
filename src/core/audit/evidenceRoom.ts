import { centred } from '../matching/centring.ts';
import { plainRowProducts, type RowProducts } from '../matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../matching/matrix.ts';
import { VectorArena } from '../matching/simd/vectorArena.ts';
import { TopLists } from '../matching/topLists.ts';
import type { Steps } from '../steps.ts';
import { type AuditModel, auditModel } from './auditModel.ts';
import { type AuditSpaces, EvidenceSource } from './evidence.ts';
import { forEachSpace } from './spaces.ts';

/** Rows whose lists changed. */
export interface TouchedRows {
  readonly images: Set<number>;
  readonly texts: Set<number>;
}

/** A row of another list that would hold a caption which came later. */
type Offers = Map<number, Map<number, number>>;

/**
 * A fitted model in which captions come and go: exact lists for new captions, the lists of everything else kept true,
 * without searching all pairs again. What was learnt (centring, weights, calibration) stays. The state depends on the
 * fit and on who carries which caption now, not on the way there.
 *
 * Rows of texts: the dataset's own, then room for new ones. Rows of images: the dataset's own, then one for a guest.
 */
export class EvidenceRoom {
  readonly model: AuditModel;
  /** Row of an image from elsewhere; what it holds is set by `setGuest`. */
  readonly guest: number;
  /** First row for new captions, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly #source: EvidenceSource;
  readonly #products: RowProducts;
  readonly #baseCaptions: TopLists;
  readonly #baseSentences: TopLists;
  readonly #captionOffers: Offers = new Map();
  readonly #sentenceOffers: Offers = new Map();
  readonly #captionsOf: number[][];
  readonly #imagesOf: number[][];
  /** Rows for new captions that hold one. */
  readonly #used = new Set<number>();

  private constructor(
    fitted: AuditModel,
    rows: { readonly guest: number; readonly from: number; readonly to: number },
    spaces: AuditSpaces,
    products: RowProducts,
  ) {
    const { source } = fitted;
    const { graph } = source;
    this.guest = rows.guest;
    this.from = rows.from;
    this.to = rows.to;
    const guest = { at: this.guest, length: 1 };
    const spare = { at: this.from, length: this.to - this.from };
    const image = (x: number): number => (x < guest.at ? x : x + guest.length);
    const text = (t: number): number => (t < spare.at ? t : t + spare.length);
    const images = graph.images + guest.length;
    const texts = graph.texts + spare.length;
    this.#captionsOf = placed(graph.captionsOf, images, image).map((list) => list.map(text));
    this.#imagesOf = placed(graph.imagesOf, texts, text).map((list) => list.map(image));
    const pictureOf = new Int32Array(images).fill(this.guest);
    graph.pictureOf.forEach((picture, x) => (pictureOf[image(x)] = image(picture)));
    this.#baseCaptions = source.captionLists.withGaps(guest, spare);
    this.#baseSentences = source.sentenceLists.withGaps(spare, spare);
    this.#products = products;
    this.#source = new EvidenceSource(
      spaces,
      { images, texts, pictureOf, captionsOf: this.#captionsOf, imagesOf: this.#imagesOf },
      {
        captions: source.captionLists.withGaps(guest, spare),
        images: source.imageLists.withGaps(spare, guest),
        looks: source.lookLists.withGaps(guest, guest),
        sentences: source.sentenceLists.withGaps(spare, spare),
      },
      source.hubs.withGaps(guest, spare),
      products,
      source.hub,
    );
    this.model = auditModel(this.#source, fitted.centres, fitted.suspicions);
  }

  /**
   * Makes room in a fitted model, in steps.
   * @param images,texts rows of the dataset itself
   * @param spare captions that may come
   */
  static *in(
    fitted: AuditModel,
    images: number,
    texts: number,
    spare: number,
  ): Steps<EvidenceRoom> {
    const { spaces, graph } = fitted.source;
    const imageRows = graph.images + 1;
    const textRows = graph.texts + spare;
    const ofImages = [spaces.images, spaces.looks, spaces.priors];
    const ofTexts = [spaces.captions, spaces.sentences];
    const arena = VectorArena.open([
      ...ofImages.map(({ columns }) => [imageRows, columns] as const),
      ...ofTexts.map(({ columns }) => [textRows, columns] as const),
    ]);
    const free = (rows: number, { columns }: Matrix): Matrix =>
      arena?.matrix(rows, columns) ?? matrix(rows, columns);
    const roomy = yield* forEachSpace((space) =>
      space === 'captions' || space === 'sentences'
        ? spread(spaces[space], texts, free(textRows, spaces[space]))
        : spread(spaces[space], images, free(imageRows, spaces[space])),
    );
    const rows = { guest: images, from: texts, to: texts + spare };
    return new EvidenceRoom(fitted, rows, roomy, arena ?? plainRowProducts);
  }

  /** Whether captions of such lengths can be put in: a dataset that was judged without a caption has no spaces for them. */
  takes(embedding: Float32Array, sentence: Float32Array): boolean {
    const { captions, sentences } = this.#source.spaces;
    return captions.columns === embedding.length && sentences.columns === sentence.length;
  }

  /**
   * Makes row `t`, between `from` and `to`, that of a new caption. Until an image carries it, it is a guest: it can be
   * judged, and is nobody's neighbour.
   * @param embedding unit row of the joint space
   * @param sentence unit row of the sentence space
   */
  put(t: number, embedding: Float32Array, sentence: Float32Array): void {
    if (this.#used.has(t)) this.#forget(t);
    const { spaces, imageLists } = this.#source;
    const { centres } = this.model;
    place(spaces.captions, t, embedding, centres.captions);
    place(spaces.sentences, t, sentence, centres.sentences);
    this.#source.hubs.setText(t, spaces.captions);
    const toImages = this.#products.withAll(spaces.captions, t, spaces.images);
    const nearest = best(toImages, imageLists.k, (x) => x !== this.guest);
    imageLists.replace(t, nearest.items(0), nearest.similarities);
    const toTexts = this.#products.withAll(spaces.sentences, t, spaces.sentences);
    const alike = best(toTexts, this.#baseSentences.k, (u) => u < this.from || u >= this.to);
    this.#baseSentences.replace(t, alike.items(0), alike.similarities);
    this.#used.add(t);
    const image = (x: number): boolean => x !== this.guest;
    const text = (u: number): boolean =>
      u !== t && (u < this.from || u >= this.to || this.#used.has(u));
    offer(this.#captionOffers, this.#baseCaptions.thresholds, t, toImages, image);
    offer(this.#sentenceOffers, this.#baseSentences.thresholds, t, toTexts, text);
    for (const u of this.#used) {
      // Earlier newcomers are offered to this one as this one was to them.
      if (u !== t && toTexts[u]! > this.#baseSentences.thresholds[t]!) {
        offerTo(this.#sentenceOffers, t, u, toTexts[u]!);
      }
    }
    this.#rebuildSentences(t);
    this.#source.changed();
  }

  /**
   * Image `image` carries these captions from now on, each once, in the order of the dataset.
   * @returns the rows whose neighbours changed by it.
   */
  setCaptions(image: number, texts: readonly number[], touched = noRows()): TouchedRows {
    const before = this.#captionsOf[image]!;
    if (before.length === texts.length && before.every((t, n) => t === texts[n])) return touched;
    this.#captionsOf[image] = [...texts];
    this.#source.changed();
    const { lookLists } = this.#source;
    for (const x of rowsHolding(lookLists, image)) touched.images.add(x);
    for (const t of before) {
      if (texts.includes(t)) continue;
      const owners = this.#imagesOf[t]!;
      owners.splice(owners.indexOf(image), 1);
      this.#spread(t, owners.length === 0, touched);
    }
    for (const t of texts) {
      if (before.includes(t)) continue;
      const owners = this.#imagesOf[t]!;
      const later = owners.findIndex((x) => x > image);
      owners.splice(later < 0 ? owners.length : later, 0, image);
      this.#spread(t, owners.length === 1, touched);
    }
    return touched;
  }

  /** Makes the guest's row that of an image from elsewhere, so that it can be judged with any caption. */
  setGuest(embedding: Float32Array, prior: Float32Array, look: Float32Array): void {
    const { spaces, captionLists, lookLists } = this.#source;
    const { centres } = this.model;
    const x = this.guest;
    place(spaces.images, x, embedding, centres.images);
    place(spaces.priors, x, prior, centres.priors);
    place(spaces.looks, x, look, centres.looks);
    this.#source.hubs.setImage(x, spaces.images);
    const toTexts = this.#products.withAll(spaces.images, x, spaces.captions);
    const captions = best(toTexts, captionLists.k, (t) => this.#carried(t));
    captionLists.replace(x, captions.items(0), captions.similarities);
    const toLooks = this.#products.withAll(spaces.looks, x, spaces.looks);
    const looks = best(toLooks, lookLists.k, (other) => other !== x);
    lookLists.replace(x, looks.items(0), looks.similarities);
    this.#source.changed();
  }

  /** A caption came to an image or left one; its first or its last, where `turned`: sees to the lists that hold it. */
  #spread(t: number, turned: boolean, touched: TouchedRows): void {
    for (const u of this.#rowsWith(this.#baseSentences, this.#sentenceOffers, t)) {
      if (turned) this.#rebuildSentences(u);
      touched.texts.add(u);
    }
    touched.texts.add(t);
    if (!turned) return;
    for (const x of this.#rowsWith(this.#baseCaptions, this.#captionOffers, t)) {
      this.#rebuildCaptions(x);
      touched.images.add(x);
    }
  }

  #rowsWith(base: TopLists, offers: Offers, t: number): number[] {
    if (t >= this.from && t < this.to) {
      const rows: number[] = [];
      for (const [r, items] of offers) if (items.has(t)) rows.push(r);
      return rows;
    }
    return rowsHolding(base, t);
  }

  #rebuildCaptions(x: number): void {
    this.#rebuild(this.#source.captionLists, this.#baseCaptions, this.#captionOffers, x);
  }

  #rebuildSentences(t: number): void {
    this.#rebuild(this.#source.sentenceLists, this.#baseSentences, this.#sentenceOffers, t);
  }

  /** A row as fitted, without the captions nobody carries any more, with those that came. */
  #rebuild(lists: TopLists, base: TopLists, offers: Offers, r: number): void {
    const items: { item: number; similarity: number }[] = [];
    const end = r * base.k + base.count(r);
    for (let p = r * base.k; p < end; p++) {
      const item = base.indices[p]!;
      if (this.#carried(item)) items.push({ item, similarity: base.similarities[p]! });
    }
    for (const [item, similarity] of offers.get(r) ?? []) {
      if (this.#carried(item)) items.push({ item, similarity });
    }
    items.sort((a, b) => b.similarity - a.similarity || a.item - b.item);
    lists.replace(
      r,
      items.map(({ item }) => item),
      items.map(({ similarity }) => similarity),
    );
  }

  #carried(t: number): boolean {
    return this.#imagesOf[t]!.length > 0;
  }

  /** Row `t` is about to hold another caption; nobody carries the old one. */
  #forget(t: number): void {
    for (const items of this.#captionOffers.values()) items.delete(t);
    for (const items of this.#sentenceOffers.values()) items.delete(t);
    this.#sentenceOffers.delete(t);
  }
}

function rowsHolding({ indices, k }: TopLists, item: number): number[] {
  const rows: number[] = [];
  for (let p = indices.indexOf(item); p >= 0; p = indices.indexOf(item, p + 1)) {
    rows.push(Math.floor(p / k));
  }
  return rows;
}

export function noRows(): TouchedRows {
  return { images: new Set(), texts: new Set() };
}

function best(similarities: Float32Array, k: number, may: (item: number) => boolean): TopLists {
  const lists = new TopLists(1, k);
  for (let i = 0; i < similarities.length; i++) {
    if (similarities[i]! > lists.thresholds[0]! && may(i)) lists.offer(0, i, similarities[i]!);
  }
  return lists;
}

function offer(
  offers: Offers,
  thresholds: Float32Array,
  t: number,
  to: Float32Array,
  may: (row: number) => boolean,
): void {
  for (let r = 0; r < to.length; r++) {
    if (to[r]! > thresholds[r]! && may(r)) offerTo(offers, r, t, to[r]!);
  }
}

function offerTo(offers: Offers, r: number, t: number, similarity: number): void {
  const known = offers.get(r);
  if (known === undefined) offers.set(r, new Map([[t, similarity]]));
  else known.set(t, similarity);
}

function place(m: Matrix, r: number, values: Float32Array, centre: Float32Array): void {
  row(m, r).set(centred(matrix(1, values.length, values), centre).data);
}

function placed(
  lists: readonly (readonly number[])[],
  rows: number,
  at: (row: number) => number,
): (readonly number[])[] {
  const out: (readonly number[])[] = Array.from({ length: rows }, () => []);
  lists.forEach((list, r) => (out[at(r)] = list));
  return out;
}

/** Copies `m` to `out`, leaving the rows that it has more free at `at`. */
function spread(m: Matrix, at: number, out: Matrix): Matrix {
  const gap = out.rows - m.rows;
  out.data.set(m.data.subarray(0, at * m.columns));
  out.data.set(m.data.subarray(at * m.columns), (at + gap) * m.columns);
  return out;
}
