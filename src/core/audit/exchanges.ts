import { naturalRanks } from '../dataset/naturalOrder.ts';
import { SUPPORT_WEIGHT } from './candidates.ts';
import type { AuditContext } from './detectors/detector.ts';

/*
 * Captions that changed places: how likely is it, given how they fit where they are and where the others are?
 */

/** Part of the wrong captions that changed places with one other caption; for rings of three a part of that. */
const SWAPPED = 0.5;
const TURNED = 0.1;
/** Part of the exchanges that are between neighbours in the order of the files: they were renamed or pasted together. */
const BETWEEN_NEIGHBOURS = 0.3;
/** A caption less likely wrong than this is in no exchange. */
const LEAST_DOUBT = 0.03;
/** The cosines of two pairs rise by this at least when their captions change places; by about 0.7 where they were exchanged. */
const LEAST_GAIN = 0.25;
/** Up to so many doubtful pairs each is compared with each; beyond, only with those in the lists of the best. */
const COMPARED_WITH_ALL = 1500;
/** A caption on more images than this is looked for among the images it fits best only. */
const FEW_CARRIERS = 8;
/** Natural logarithm of the most one score says for or against a pair. */
const MOST_SUPPORT = 8;

/** Pairs whose captions may be another's, with what is asked of them again and again. */
export class Suspects {
  readonly #context: AuditContext;
  /** For each caption the pairs that have it, by image. */
  readonly #byText = new Map<number, Map<number, number>>();
  readonly #members: ReadonlySet<number>;
  readonly #own = new Map<number, number>();
  readonly #next = new Map<number, readonly number[]>();
  readonly #ranks: Int32Array;
  readonly #share: number;
  readonly #size: number;

  constructor(context: AuditContext) {
    this.#context = context;
    const { embedded, mismatch, verified, model } = context;
    const members: number[] = [];
    for (const p of context.pairs()) {
      if (!(mismatch[p]! >= LEAST_DOUBT) || verified[p] === true) continue;
      members.push(p);
      const text = embedded.textRow[p]!;
      const known = this.#byText.get(text) ?? new Map<number, number>();
      this.#byText.set(text, known.set(embedded.imageRow[p]!, p));
    }
    this.#members = new Set(members);
    this.#ranks = ranksOf(embedded.images);
    this.#size = model.scorer.graph.images;
    this.#share = Math.min(0.5, model.suspicions.exchanged.calibration.wrongShare);
  }

  pairs(): Iterable<number> {
    return this.#members;
  }

  has(p: number): boolean {
    return this.#members.has(p);
  }

  /** Those that fit better crosswise with `p`, each with how much better, by cosine. */
  partnersOf(p: number): { readonly pair: number; readonly gain: number }[] {
    const { embedded, model } = this.#context;
    const { scorer } = model;
    const { graph } = scorer;
    const image = embedded.imageRow[p]!;
    const text = embedded.textRow[p]!;
    const all = this.#members.size <= COMPARED_WITH_ALL;
    const images = scorer.imageLists.items(text);
    const texts = all ? this.#byText.keys() : scorer.captionLists.items(image);
    const own = scorer.cosine(image, text);
    const found: { readonly pair: number; readonly gain: number }[] = [];
    for (const t of texts) {
      const carriers = this.#byText.get(t);
      if (t === text || carriers === undefined) continue;
      const here = scorer.cosine(image, t);
      // A thousand images with one wrong caption must not be compared with each other.
      const few = all && carriers.size <= FEW_CARRIERS;
      for (const other of few ? carriers.keys() : images) {
        const q = carriers.get(other);
        if (q === undefined) continue;
        if (graph.pictureOf[other] === graph.pictureOf[image]) continue;
        if (graph.captionsOf[image]!.includes(t) || graph.captionsOf[other]!.includes(text))
          continue;
        const gain = here + scorer.cosine(other, text) - own - scorer.cosine(other, t);
        if (gain >= LEAST_GAIN) found.push({ pair: q, gain });
      }
    }
    return found.sort((a, b) => b.gain - a.gain || a.pair - b.pair);
  }

  /** Probability that the captions of `p` and `q` changed places, 0..1. */
  swapped(p: number, q: number): number {
    return this.#posterior([p, q], SWAPPED, 1);
  }

  /** Probability that `p` has the caption of `r`'s image, `q` that of `p`'s and `r` that of `q`'s; see `ringsOf`. */
  turned(p: number, q: number, r: number): number {
    return this.#posterior([p, q, r], TURNED, 1 / Math.max(1, this.#size));
  }

  /** Rings of three through `p`: each image takes the caption of the next. The pairs in that order. */
  *ringsOf(
    p: number,
    nextOf: (p: number) => readonly number[],
  ): Generator<[number, number, number]> {
    for (const q of nextOf(p)) {
      for (const r of nextOf(q)) {
        if (r !== p && r !== q && nextOf(r).includes(p)) yield [p, q, r];
      }
    }
  }

  /** The captions that fit the image of `p` better than its own, the best first, by pair. @param k at most so many */
  nextOf(p: number, k: number): readonly number[] {
    const known = this.#next.get(p) ?? this.#bestNext(p, k);
    this.#next.set(p, known);
    return known;
  }

  #bestNext(p: number, k: number): number[] {
    const { embedded, model } = this.#context;
    const { scorer } = model;
    const image = embedded.imageRow[p]!;
    const own = scorer.cosine(image, embedded.textRow[p]!);
    const texts =
      this.#members.size <= COMPARED_WITH_ALL
        ? this.#byText.keys()
        : scorer.captionLists.items(image);
    const best: { readonly q: number; readonly cosine: number }[] = [];
    for (const t of texts) {
      const [q, ...others] = this.#byText.get(t)?.values() ?? [];
      if (q === undefined || others.length > 0 || q === p) continue;
      const cosine = scorer.cosine(image, t);
      if (cosine > own + LEAST_GAIN / 2) best.push({ q, cosine });
    }
    best.sort((a, b) => b.cosine - a.cosine || a.q - b.q);
    return best.slice(0, k).map(({ q }) => q);
  }

  /**
   * Bayes over the pairs together: all right, each wrong for a reason of its own, all but one passed on, or exchanged in
   * a ring.
   * @param pairs the image of each takes the caption of the next, that of the last the first's
   * @param closed part of the captions passed on in this way that come back in a ring
   * @param others chance of the pairs behind the second one
   */
  #posterior(pairs: readonly number[], closed: number, others: number): number {
    const [p = -1, q = -1] = pairs;
    const steps = pairs.map((to, at) => this.#moved(to, pairs[(at + 1) % pairs.length]!));
    const all = steps.reduce((sum, step) => sum + step, 0);
    const chance = this.#share * this.#partner(p, q) * others;
    const ring = chance * closed * Math.exp(all);
    const open = steps.reduce((sum, step) => sum + chance * (1 - closed) * Math.exp(all - step), 0);
    const apart = pairs.reduce(
      (product, each) => product * ((1 - this.#share) * Math.exp(this.#stays(each)) + this.#share),
      1,
    );
    return ring / (ring + open + apart);
  }

  /** Chance that a wrong caption of `p` was exchanged with `q` rather than with any other pair. */
  #partner(p: number, q: number): number {
    const { embedded } = this.#context;
    const ranks = this.#ranks;
    const apart = Math.abs(ranks[embedded.imageRow[p]!]! - ranks[embedded.imageRow[q]!]!);
    return (
      (1 - BETWEEN_NEIGHBOURS) / Math.max(1, this.#size) +
      (apart === 1 ? BETWEEN_NEIGHBOURS / 2 : 0)
    );
  }

  /** Support for the caption of `p` where it is. */
  #stays(p: number): number {
    const known = this.#own.get(p);
    if (known !== undefined) return known;
    const { embedded, model } = this.#context;
    const support = weighed(model.support(embedded.imageRow[p]!, embedded.textRow[p]!));
    this.#own.set(p, support);
    return support;
  }

  /** Support for the caption of `q` on the image of `p`. */
  #moved(p: number, q: number): number {
    const { embedded, model } = this.#context;
    return weighed(
      model.support(embedded.imageRow[p]!, embedded.textRow[q]!, {
        replacedText: embedded.textRow[p]!,
        donorImage: embedded.imageRow[q]!,
      }),
    );
  }
}

function weighed(support: number): number {
  return Math.max(-MOST_SUPPORT, Math.min(MOST_SUPPORT, SUPPORT_WEIGHT * support));
}

const knownRanks = new WeakMap<object, Int32Array>();

function ranksOf({ paths }: { readonly paths: readonly string[] }): Int32Array {
  const known = knownRanks.get(paths) ?? naturalRanks(paths);
  knownRanks.set(paths, known);
  return known;
}
