import { centred } from '../matching/centring.ts';
import { plainRowProducts, type RowProducts } from '../matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../matching/matrix.ts';
import { VectorArena } from '../matching/simd/vectorArena.ts';
import { TopLists } from '../matching/topLists.ts';
import { type AuditModel, auditModel } from './auditModel.ts';
import { EvidenceSource } from './evidence.ts';

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
 * Rows of texts: the dataset's own, then room for new ones, then the reference bank's. Rows of images: the dataset's
 * own, one for a guest, then the bank's.
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

  constructor(fitted: AuditModel, images: number, texts: number, spare: number) {
    const { source } = fitted;
    this.guest = images;
    this.from = texts;
    this.to = texts + spare;
    const image = (x: number): number => (x < images ? x : x + 1);
    const text = (t: number): number => (t < texts ? t : t + spare);
    const { graph, spaces } = source;
    const imageRows = graph.images + 1;
    const textRows = graph.texts + spare;
    this.#captionsOf = placed(graph.captionsOf, imageRows, image).map((list) => list.map(text));
    this.#imagesOf = placed(graph.imagesOf, textRows, text).map((list) => list.map(image));
    const pictureOf = new Int32Array(imageRows).fill(images);
    graph.pictureOf.forEach((picture, x) => (pictureOf[image(x)] = image(picture)));
    this.#baseCaptions = moved(source.captionLists, imageRows, image, text);
    this.#baseSentences = moved(source.sentenceLists, textRows, text, text);
    const ofImages = [spaces.images, spaces.priors, spaces.looks];
    const ofTexts = [spaces.captions, spaces.sentences];
    const arena = VectorArena.open([
      ...ofImages.map(({ columns }) => [imageRows, columns] as const),
      ...ofTexts.map(({ columns }) => [textRows, columns] as const),
    ]);
    this.#products = arena ?? plainRowProducts;
    const withGuest = (m: Matrix): Matrix =>
      spread(m, images, arena?.matrix(imageRows, m.columns) ?? matrix(imageRows, m.columns));
    const withSpare = (m: Matrix): Matrix =>
      spread(m, texts, arena?.matrix(textRows, m.columns) ?? matrix(textRows, m.columns));
    this.#source = new EvidenceSource(
      {
        images: withGuest(spaces.images),
        priors: withGuest(spaces.priors),
        looks: withGuest(spaces.looks),
        captions: withSpare(spaces.captions),
        sentences: withSpare(spaces.sentences),
      },
      {
        images: imageRows,
        texts: textRows,
        pictureOf,
        captionsOf: this.#captionsOf,
        imagesOf: this.#imagesOf,
      },
      {
        captions: moved(source.captionLists, imageRows, image, text),
        images: moved(source.imageLists, textRows, text, image),
        looks: moved(source.lookLists, imageRows, image, image),
        sentences: moved(source.sentenceLists, textRows, text, text),
      },
      this.#products,
      source.hub,
    );
    this.model = auditModel(this.#source, fitted.centres, fitted.combination, fitted.calibration);
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

function moved(
  lists: TopLists,
  rows: number,
  rowAt: (r: number) => number,
  itemAt: (item: number) => number,
): TopLists {
  const out = new TopLists(rows, lists.k);
  for (let r = 0; r < lists.rows; r++) {
    const start = r * lists.k;
    out.replace(
      rowAt(r),
      lists.items(r).map(itemAt),
      lists.similarities.subarray(start, start + lists.count(r)),
    );
  }
  return out;
}

/** Copies `m` to `out`, leaving the rows that it has more free at `at`. */
function spread(m: Matrix, at: number, out: Matrix): Matrix {
  const gap = out.rows - m.rows;
  out.data.set(m.data.subarray(0, at * m.columns));
  out.data.set(m.data.subarray(at * m.columns), (at + gap) * m.columns);
  return out;
}
