import { naturalRanks } from '../dataset/naturalOrder.ts';
import { SUPPORT_WEIGHT } from './candidates.ts';
import type { AuditContext } from './detectors/detector.ts';

/*
 * Probabilities that captions were exchanged, given their scores on their own and on the other images.
 */

/** Prior share of wrong captions that were exchanged with one other; a part of it for rings of three. */
const SWAPPED = 0.5;
const TURNED = 0.1;
/** Prior share of exchanges between neighbours in file order. */
const BETWEEN_NEIGHBOURS = 0.3;
/**
 * Other pairs that a pair is so like that each caption describes the other image as well as its own: expected number. Chosen on
 * Flickr8k's dev split, where one to three are as good.
 */
const ALIKE = 2;
/** Captions with a lower mismatch are not considered. */
const LEAST_DOUBT = 0.03;
/** Smallest total increase of the cosines by an exchange; about 0.7 for pairs that were exchanged. */
const LEAST_GAIN = 0.25;
/** Most suspicious pairs that are all compared with each other; of more, only those in the neighbour lists. */
const COMPARED_WITH_ALL = 1500;
/** A caption of more images is compared only with the images it matches best. */
const FEW_CARRIERS = 8;
/** Bound of the absolute log likelihood ratio (natural) of a pair. */
const MOST_SUPPORT = 8;

/** Suspicious pairs, with cached values. */
export class Suspects {
  readonly #context: AuditContext;
  /** For each caption its pairs, by image. */
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

  /** Pairs that match better after an exchange with `p`, each with the gain in cosine. */
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
      // Avoids comparing all images of one frequent wrong caption with each other.
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

  /** Probability that the captions of `p` and `q` were exchanged, 0..1. */
  swapped(p: number, q: number): number {
    return this.#posterior([p, q], SWAPPED, 1);
  }

  /** Probability that `p` has the caption of `r`'s image, `q` that of `p`'s and `r` that of `q`'s; see `ringsOf`. */
  turned(p: number, q: number, r: number): number {
    return this.#posterior([p, q, r], TURNED, 1 / Math.max(1, this.#size));
  }

  /** Rings of three with `p`, in order: the correct caption of each image is that of the next pair. */
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

  /** At most `k` pairs whose captions match the image of `p` better than its own, the best first. */
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
   * Bayes' rule over joint hypotheses for the pairs: all correct, each independently wrong, all correct and alike, passed on
   * without a ring, or exchanged in a ring.
   * @param pairs the correct caption of each image is that of the next pair, cyclically
   * @param closed share of passed-on captions that form a ring
   * @param others prior probability of the pairs after the second one
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
    const likeness = (ALIKE / Math.max(1, this.#size)) ** (pairs.length - 1);
    const alike = pairs.reduce(
      (product, each) => product * (1 - this.#share) * Math.exp(this.#stays(each)),
      likeness * Math.exp(all),
    );
    return ring / (ring + open + apart + alike);
  }

  /** Prior probability that a wrong caption of `p` was exchanged with `q` and not with another pair. */
  #partner(p: number, q: number): number {
    const { embedded } = this.#context;
    const ranks = this.#ranks;
    const apart = Math.abs(ranks[embedded.imageRow[p]!]! - ranks[embedded.imageRow[q]!]!);
    return (
      (1 - BETWEEN_NEIGHBOURS) / Math.max(1, this.#size) +
      (apart === 1 ? BETWEEN_NEIGHBOURS / 2 : 0)
    );
  }

  /** Support for the caption of `p` on its own image. */
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
