import type { AuditModel } from './auditModel.ts';
import type { AuditContext } from './detectors/detector.ts';
import type { Substitution } from './pairScorer.ts';

/*
 * How likely each of several candidates is the right one, where at most one is, and perhaps none.
 */

/** Chance that the right caption of an image whose own is wrong is elsewhere in the dataset. */
const ELSEWHERE = 0.7;
/** Part of that chance which goes to captions whatever they are like where they are: the doubt itself may be wrong. */
const ANYWHERE = 0.05;
/** From this probability of being wrong where it is on, a caption has lost its image: it is called homeless. */
const HOMELESS = 0.3;
/** Likelihood ratios beyond this are not believed: their densities rest on a few thousand draws. Natural logarithm. */
const MOST_SUPPORT = 6;

/** A caption that may be the right one of an image. */
export interface Candidate {
  /** Row of the caption. */
  readonly text: number;
  /** Row of an image that carries it; -1 where none does. */
  readonly donorImage: number;
  /** Probability that it is the right one, 0..1; those of all candidates of an image add up to 1 at most. */
  readonly match: number;
  /** Whether it looks wrong on every image that carries it. */
  readonly homeless: boolean;
}

/** How captions fit where they are now. */
export interface Homes {
  /** For each caption the probability that it is wrong wherever it is, 0..1; 0 for one that nobody carries. */
  readonly wrong: Float64Array;
  /** Expected number of captions that are wrong wherever they are. */
  readonly total: number;
  /** Number of captions that somebody carries. */
  readonly texts: number;
}

/** Where every caption is now, and how well it fits there. O(pairs). */
export function homesOf({ pairs, embedded, judged, verified, mismatch }: AuditContext): Homes {
  const wrong = new Float64Array(embedded.texts.texts.length).fill(NaN);
  for (const p of pairs()) {
    if (judged[p] !== true) continue;
    const text = embedded.textRow[p]!;
    const here = verified[p] === true ? 0 : mismatch[p]!;
    wrong[text] = Number.isNaN(wrong[text]!) ? here : Math.min(wrong[text]!, here);
  }
  let total = 0;
  let texts = 0;
  wrong.forEach((probability, text) => {
    if (Number.isNaN(probability)) wrong[text] = 0;
    else texts++;
    total += wrong[text]!;
  });
  return { wrong, total, texts };
}

/** Captions that fit an image best, and homeless ones that fit it best: so many of each are judged. */
const NEAREST = 24;
const NEAREST_HOMELESS = 64;
/** A caption less likely wrong where it is is no homeless one to look at. */
const PERHAPS_HOMELESS = 0.05;

/**
 * Captions that may be the right one of an image, the likeliest first; its own are left out.
 * @param own the caption they would replace: its row, and the probability that it is wrong
 */
export function candidatesFor(
  { model, embedded }: AuditContext,
  homes: Homes,
  image: number,
  own: { readonly text: number; readonly mismatch: number },
): Candidate[] {
  const { scorer } = model;
  const carried = new Set(scorer.graph.captionsOf[image]);
  const may = (t: number): boolean =>
    t < embedded.texts.texts.length && t !== own.text && !carried.has(t);
  const chosen = new Set([...scorer.captionLists.items(image)].filter(may).slice(0, NEAREST));
  const homeless: { readonly t: number; readonly cosine: number }[] = [];
  homes.wrong.forEach((wrong, t) => {
    if (wrong >= PERHAPS_HOMELESS && may(t)) homeless.push({ t, cosine: scorer.cosine(image, t) });
  });
  homeless.sort((a, b) => b.cosine - a.cosine || a.t - b.t);
  for (const { t } of homeless.slice(0, NEAREST_HOMELESS)) chosen.add(t);
  return rankedCandidates(model, homes, image, own, [...chosen]);
}

/**
 * Judges captions for one image, the best first.
 * @param own what is known of the caption they would replace: its row, and the probability that it is wrong
 * @param texts rows of the candidates; those that are not among them are taken to fit no better than chance
 */
export function rankedCandidates(
  model: AuditModel,
  homes: Homes,
  image: number,
  own: { readonly text: number; readonly mismatch: number },
  texts: readonly number[],
): Candidate[] {
  const { graph } = model.scorer;
  const candidates = texts.map((text) => {
    const donorImage = graph.imagesOf[text]![0] ?? -1;
    const substitution: Substitution = { replacedText: own.text, donorImage };
    const wrong = homes.wrong[text]!;
    const prior =
      ELSEWHERE *
      (((1 - ANYWHERE) * wrong) / Math.max(1, homes.total) + ANYWHERE / Math.max(1, homes.texts));
    const support = Math.min(MOST_SUPPORT, model.support(image, text, substitution));
    return { text, donorImage, homeless: wrong >= HOMELESS, weight: prior * Math.exp(support) };
  });
  const total = candidates.reduce((sum, { weight }) => sum + weight, 1 - ELSEWHERE);
  return candidates
    .map(({ weight, ...candidate }) => ({ ...candidate, match: (own.mismatch * weight) / total }))
    .sort((a, b) => b.match - a.match || a.text - b.text);
}
