import { centred } from '../matching/centring.ts';
import type { RowProducts } from '../matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../matching/matrix.ts';
import { type MatrixRoom, openRoom } from '../matching/simd/vectorArena.ts';
import { TopLists } from '../matching/topLists.ts';
import type { Steps } from '../steps.ts';
import { type AuditModel, auditModel } from './auditModel.ts';
import type { SpareRows } from './centredSpaces.ts';
import { type AuditSpaces, PairScorer } from './pairScorer.ts';
import { forEachSpace } from './spaces.ts';

/** Rows whose lists changed. */
export interface TouchedRows {
  readonly images: Set<number>;
  readonly texts: Set<number>;
}

/** By list row: captions added later that belong in the list, with their similarity. */
type Offers = Map<number, Map<number, number>>;

/**
 * Scores pairs with a fitted model while captions change: exact lists for new captions, updates of the other lists,
 * without a search over all pairs. Centring, weights and calibration are not changed. The state depends on the fit and the
 * current captions of each image, not on the order of changes.
 *
 * Rows of texts: the dataset's own, then spare rows for new ones. Rows of images: the dataset's own, then one for a query image.
 */
export class IncrementalScorer {
  /** Replaced when verdicts calibrate the dataset again: only its suspicions may differ. */
  model: AuditModel;
  /** Row of the query image, set by `setQueryImage`. */
  readonly queryRow: number;
  /** First row for new captions, and the row after the last. */
  readonly spareStart: number;
  readonly spareEnd: number;
  readonly #scorer: PairScorer;
  readonly #products: RowProducts;
  readonly #baseCaptions: TopLists;
  readonly #baseSentences: TopLists;
  readonly #captionOffers: Offers = new Map();
  readonly #sentenceOffers: Offers = new Map();
  readonly #captionsOf: number[][];
  readonly #imagesOf: number[][];
  /** Used rows of new captions. */
  readonly #used = new Set<number>();

  private constructor(
    fitted: AuditModel,
    rows: { readonly queryRow: number; readonly spareStart: number; readonly spareEnd: number },
    spaces: AuditSpaces,
    room: MatrixRoom,
  ) {
    const { scorer } = fitted;
    const { graph } = scorer;
    this.queryRow = rows.queryRow;
    this.spareStart = rows.spareStart;
    this.spareEnd = rows.spareEnd;
    const query = { at: this.queryRow, length: 1 };
    const spare = { at: this.spareStart, length: this.spareEnd - this.spareStart };
    const image = (x: number): number => (x < query.at ? x : x + query.length);
    const text = (t: number): number => (t < spare.at ? t : t + spare.length);
    const images = graph.images + query.length;
    const texts = graph.texts + spare.length;
    this.#captionsOf = placed(graph.captionsOf, images, image).map((list) => list.map(text));
    this.#imagesOf = placed(graph.imagesOf, texts, text).map((list) => list.map(image));
    const pictureOf = new Int32Array(images).fill(this.queryRow);
    graph.pictureOf.forEach((picture, x) => (pictureOf[image(x)] = image(picture)));
    this.#baseCaptions = scorer.captionLists.withGaps(query, spare);
    this.#baseSentences = scorer.sentenceLists.withGaps(spare, spare);
    this.#products = room.products;
    this.#scorer = new PairScorer(
      spaces,
      { images, texts, pictureOf, captionsOf: this.#captionsOf, imagesOf: this.#imagesOf },
      {
        captions: scorer.captionLists.withGaps(query, spare),
        images: scorer.imageLists.withGaps(spare, query),
        visuals: scorer.visualLists.withGaps(query, query),
        sentences: scorer.sentenceLists.withGaps(spare, spare),
      },
      scorer.hubs.withGaps(query, spare),
      room,
      scorer.hub,
    );
    this.#scorer.fitted = scorer.fitted?.withOutsideRow(this.queryRow);
    const { centres, suspicions, predictor, taught } = fitted;
    this.model = auditModel({ scorer: this.#scorer, centres, suspicions, predictor, taught });
  }

  /**
   * Adds spare rows to a fitted model, in steps: those that its spaces have behind them (`SpareRows`), else in a copy.
   * @param images,texts number of rows of the dataset
   * @param spare number of spare caption rows
   */
  static *fromFitted(
    fitted: AuditModel,
    images: number,
    texts: number,
    spare: number,
  ): Steps<IncrementalScorer> {
    const { spaces, graph, room: own } = fitted.scorer;
    const rows = { queryRow: images, spareStart: texts, spareEnd: texts + spare };
    if (images === graph.images && texts === graph.texts) {
      const longer = lengthened(spaces, own, { images: 1, texts: spare });
      if (longer !== undefined) return new IncrementalScorer(fitted, rows, longer, own);
    }
    const imageRows = graph.images + 1;
    const textRows = graph.texts + spare;
    const ofImages = [spaces.images, spaces.visuals, spaces.priors, spaces.predictions];
    const ofTexts = [spaces.captions, spaces.sentences];
    const room = openRoom([
      ...ofImages.map(({ columns }) => [imageRows, columns] as const),
      ...ofTexts.map(({ columns }) => [textRows, columns] as const),
    ]);
    const free = (rows: number, { columns }: Matrix): Matrix => room.matrix(rows, columns);
    const spaced = yield* forEachSpace((space) =>
      space === 'captions' || space === 'sentences'
        ? spread(spaces[space], texts, free(textRows, spaces[space]))
        : spread(spaces[space], images, free(imageRows, spaces[space])),
    );
    const predictions = spread(spaces.predictions, images, free(imageRows, spaces.predictions));
    return new IncrementalScorer(fitted, rows, { ...spaced, predictions }, room);
  }

  /** Whether embeddings of these lengths can be added: a dataset without captions has empty spaces. */
  hasSpacesFor(embedding: Float32Array, sentence: Float32Array): boolean {
    const { captions, sentences } = this.#scorer.spaces;
    return captions.columns === embedding.length && sentences.columns === sentence.length;
  }

  /**
   * Sets row `t`, between `spareStart` and `spareEnd`, to a new caption. It can be scored, and is in no neighbour list until
   * an image has it.
   * @param embedding unit row of the joint space
   * @param sentence unit row of the sentence space
   */
  setCaptionRow(t: number, embedding: Float32Array, sentence: Float32Array): void {
    if (this.#used.has(t)) this.#forget(t);
    const { spaces, imageLists } = this.#scorer;
    const { centres } = this.model;
    place(spaces.captions, t, embedding, centres.captions);
    place(spaces.sentences, t, sentence, centres.sentences);
    this.#scorer.hubs.setText(t, spaces.captions);
    const toImages = this.#products.withAll(spaces.captions, t, spaces.images);
    const nearest = best(toImages, imageLists.k, (x) => x !== this.queryRow);
    imageLists.replace(t, nearest.items(0), nearest.similarities);
    const toTexts = this.#products.withAll(spaces.sentences, t, spaces.sentences);
    const alike = best(
      toTexts,
      this.#baseSentences.k,
      (u) => u < this.spareStart || u >= this.spareEnd,
    );
    this.#baseSentences.replace(t, alike.items(0), alike.similarities);
    this.#used.add(t);
    const image = (x: number): boolean => x !== this.queryRow;
    const text = (u: number): boolean =>
      u !== t && (u < this.spareStart || u >= this.spareEnd || this.#used.has(u));
    offer(this.#captionOffers, this.#baseCaptions.thresholds, t, toImages, image);
    offer(this.#sentenceOffers, this.#baseSentences.thresholds, t, toTexts, text);
    for (const u of this.#used) {
      // Offer earlier added captions to this one, as this one to them.
      if (u !== t && toTexts[u]! > this.#baseSentences.thresholds[t]!) {
        offerTo(this.#sentenceOffers, t, u, toTexts[u]!);
      }
    }
    this.#rebuildSentences(t);
    this.#scorer.changed();
  }

  /**
   * Sets the distinct captions of an image, in dataset order.
   * @returns the rows whose neighbours changed.
   */
  setCaptions(image: number, texts: readonly number[], touched = noRows()): TouchedRows {
    const before = this.#captionsOf[image]!;
    if (before.length === texts.length && before.every((t, n) => t === texts[n])) return touched;
    this.#captionsOf[image] = [...texts];
    this.#scorer.changed();
    const { visualLists } = this.#scorer;
    for (const x of rowsHolding(visualLists, image)) touched.images.add(x);
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

  /** Sets the query row to an image from outside the dataset, so that it can be scored with any caption. */
  setQueryImage(embedding: Float32Array, prior: Float32Array, visual: Float32Array): void {
    const { spaces, captionLists, visualLists } = this.#scorer;
    const { centres } = this.model;
    const x = this.queryRow;
    place(spaces.images, x, embedding, centres.images);
    place(spaces.priors, x, prior, centres.priors);
    place(spaces.visuals, x, visual, centres.visuals);
    const prediction = this.model.predictor?.(row(spaces.visuals, x));
    if (prediction !== undefined) row(spaces.predictions, x).set(prediction);
    this.#scorer.hubs.setImage(x, spaces.images);
    const toTexts = this.#products.withAll(spaces.images, x, spaces.captions);
    const captions = best(toTexts, captionLists.k, (t) => this.#carried(t));
    captionLists.replace(x, captions.items(0), captions.similarities);
    const toVisuals = this.#products.withAll(spaces.visuals, x, spaces.visuals);
    const visuals = best(toVisuals, visualLists.k, (other) => other !== x);
    visualLists.replace(x, visuals.items(0), visuals.similarities);
    this.#scorer.changed();
  }

  /** Updates the lists after a caption was added to or removed from an image. @param turned its first or last image */
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
    if (t >= this.spareStart && t < this.spareEnd) {
      const rows: number[] = [];
      for (const [r, items] of offers) if (items.has(t)) rows.push(r);
      return rows;
    }
    return rowsHolding(base, t);
  }

  #rebuildCaptions(x: number): void {
    this.#rebuild(this.#scorer.captionLists, this.#baseCaptions, this.#captionOffers, x);
  }

  #rebuildSentences(t: number): void {
    this.#rebuild(this.#scorer.sentenceLists, this.#baseSentences, this.#sentenceOffers, t);
  }

  /** Rebuilds a list row from the fitted one, without unused captions, with added ones. */
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

  /** Removes the unused caption of row `t`, before the row is reused. */
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

/** The spaces with their spare rows; undefined if they do not have as many. */
function lengthened(
  { images, captions, visuals, priors, sentences, predictions }: AuditSpaces,
  room: MatrixRoom,
  spare: SpareRows,
): AuditSpaces | undefined {
  const ofImages = [images, visuals, priors, predictions].map((m) =>
    room.lengthened(m, spare.images),
  );
  const ofTexts = [captions, sentences].map((m) => room.lengthened(m, spare.texts));
  const [i, v, p, e] = ofImages;
  const [c, s] = ofTexts;
  if (!i || !v || !p || !e || !c || !s) return undefined;
  return { images: i, captions: c, visuals: v, priors: p, sentences: s, predictions: e };
}

/** Copies `m` to the longer `out`, with the additional rows as a gap at `at`. */
function spread(m: Matrix, at: number, out: Matrix): Matrix {
  const gap = out.rows - m.rows;
  out.data.set(m.data.subarray(0, at * m.columns));
  out.data.set(m.data.subarray(at * m.columns), (at + gap) * m.columns);
  return out;
}
