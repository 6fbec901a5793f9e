import { naturalRanks } from '../dataset/naturalOrder.ts';
import type { AuditContext } from './detectors/detector.ts';

/*
 * Probabilities that captions were exchanged, given their scores on their own and on the other images.
 */

/** Prior share of wrong captions that were exchanged in rings, and its weight in wrong captions; share of rings of three. */
const EXCHANGED = 0.6;
const EXCHANGED_COUNT = 4;
const OF_THREE = 1 / 6;
const MOST_EXCHANGED = 0.98;
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
/**
 * Weight of log likelihood ratios. With 1.5 too many exchanges were named where captions were only mixed up (Flickr8k test, a
 * quarter mixed up: 28 pairs, with 1 none), with 1 too few real ones (.44 of those planted, with 1.5 .72).
 */
const EXCHANGE_WEIGHT = 1.25;
/** Bound of the absolute log likelihood ratio (natural) of a pair. */
const MOST_SUPPORT = 8;

/** How likely some pairs are under each hypothesis, up to a common factor. */
export interface ExchangeOdds {
  /** Share of rings of this size, 0..1. */
  readonly ofRings: number;
  /** Exchanged in a ring, if all wrong captions were. */
  readonly ring: number;
  /** Passed on without coming back, if no wrong caption was exchanged in a ring. */
  readonly open: number;
  /** All correct, or each independently wrong. */
  readonly others: number;
}

/** Pairs whose captions may have been exchanged in a ring. */
export interface PossibleExchange {
  readonly pairs: readonly number[];
  readonly odds: ExchangeOdds;
}

/** Probability of an exchange by Bayes' rule, 0..1. @param exchanged share of wrong captions that were exchanged in rings */
export function exchangeProbability(
  { ofRings, ring, open, others }: ExchangeOdds,
  exchanged = EXCHANGED,
): number {
  const closed = exchanged * ofRings * ring;
  return closed / (closed + (1 - exchanged * ofRings) * open + others);
}

const ROUNDS = 20;

/**
 * Probabilities of possible exchanges. Captions of some datasets were exchanged in twos, of others mixed up altogether: the share of
 * wrong captions that were exchanged in rings is fitted to the dataset, by expectation maximisation from a prior.
 * @param wrong expected number of wrong captions
 */
export function probabilitiesOf(exchanges: readonly PossibleExchange[], wrong: number): number[] {
  let share = EXCHANGED;
  let shared: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = exchanges.map(({ odds }) => exchangeProbability(odds, share));
    // A pair is in at most one exchange, so competing ones reduce each other's probability.
    const sums = new Map<number, number>();
    exchanges.forEach(({ pairs }, e) => {
      for (const p of pairs) sums.set(p, (sums.get(p) ?? 0) + alone[e]!);
    });
    shared = exchanges.map(
      ({ pairs }, e) => alone[e]! / Math.max(1, ...pairs.map((p) => sums.get(p)!)),
    );
    const inRings = exchanges.reduce((sum, { pairs }, e) => sum + pairs.length * shared[e]!, 0);
    share = Math.min(
      MOST_EXCHANGED,
      (inRings + EXCHANGED_COUNT * EXCHANGED) / (Math.max(wrong, inRings) + EXCHANGED_COUNT),
    );
  }
  return shared;
}

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

  /** Whether the captions of `p` and `q` were exchanged. */
  swapped(p: number, q: number): ExchangeOdds {
    return this.#odds([p, q], 1 - OF_THREE, 1);
  }

  /** Whether `p` has the caption of `r`'s image, `q` that of `p`'s and `r` that of `q`'s; see `ringsOf`. */
  turned(p: number, q: number, r: number): ExchangeOdds {
    return this.#odds([p, q, r], OF_THREE, 1 / Math.max(1, this.#size));
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
   * Joint hypotheses for the pairs: all correct, each independently wrong, all correct and alike, passed on without a ring, or
   * exchanged in a ring.
   * @param pairs the correct caption of each image is that of the next pair, cyclically
   * @param ofRings share of rings of this size
   * @param others prior probability of the pairs after the second one
   */
  #odds(pairs: readonly number[], ofRings: number, others: number): ExchangeOdds {
    const [p = -1, q = -1] = pairs;
    const steps = pairs.map((to, at) => this.#moved(to, pairs[(at + 1) % pairs.length]!));
    const all = steps.reduce((sum, step) => sum + step, 0);
    const chance = this.#share * this.#partner(p, q) * others;
    const apart = pairs.reduce(
      (product, each) => product * ((1 - this.#share) * Math.exp(this.#stays(each)) + this.#share),
      1,
    );
    const likeness = (ALIKE / Math.max(1, this.#size)) ** (pairs.length - 1);
    const alike = pairs.reduce(
      (product, each) => product * (1 - this.#share) * Math.exp(this.#stays(each)),
      likeness * Math.exp(all),
    );
    return {
      ofRings,
      ring: chance * Math.exp(all),
      open: steps.reduce((sum, step) => sum + chance * Math.exp(all - step), 0),
      others: apart + alike,
    };
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
  return Math.max(-MOST_SUPPORT, Math.min(MOST_SUPPORT, EXCHANGE_WEIGHT * support));
}

const knownRanks = new WeakMap<object, Int32Array>();

function ranksOf({ paths }: { readonly paths: readonly string[] }): Int32Array {
  const known = knownRanks.get(paths) ?? naturalRanks(paths);
  knownRanks.set(paths, known);
  return known;
}
