import { TopLists } from '../matching/topLists.ts';
import type { AuditContext } from './detectors/detector.ts';

/*
 * Probability of each candidate to be the correct one, given that at most one is, and possibly none.
 */

/** Probability that the correct caption of an image with a wrong one is elsewhere in the dataset. */
const ELSEWHERE = 0.7;
/** Share of that probability for captions regardless of their present match, because their scores may be wrong. */
const ANYWHERE = 0.05;
/** Probability of being wrong on its present image from which a caption is called homeless. */
const HOMELESS = 0.3;
/**
 * Weight of the log likelihood ratio of competing captions. With 1 the probabilities were too low (Flickr8k test, 5 %
 * exchanged: .47 predicted, .76 correct among three); with 1.5 they are .60 and .76, on shop photos .28 and .31.
 */
export const SUPPORT_WEIGHT = 1.5;
/** Upper bound of log likelihood ratios, because the densities are based on a few thousand draws. Natural logarithm. */
const MOST_SUPPORT = 8;

/** A candidate caption of an image, or a candidate image of a caption. */
export interface Candidate {
  /** Row of the caption, or of the image. */
  readonly row: number;
  /** Probability that it is the correct one, 0..1; the sum over all candidates is at most 1. */
  readonly match: number;
  /** Whether it looks wrong now: a caption on all its images, an image with all its captions. */
  readonly homeless: boolean;
}

/** Probabilities that captions and images lack their partner. */
export interface Homes {
  readonly captions: Homeless;
  readonly images: Homeless;
}

/** Probabilities that the rows of one kind lack their partner. */
export interface Homeless {
  /** For each row the probability that all its partners are wrong, 0..1; 0 for a caption without an image. */
  readonly wrong: Float64Array;
  /** The rows that may well lack their partner, ascending: looked at for each doubtful pair. */
  readonly perhaps: Int32Array;
  /** Expected number of rows that lack their partner. */
  readonly total: number;
  /** Number of counted rows. */
  readonly size: number;
}

/**
 * Computes `Homes`. O(pairs).
 * @param exchanged pairs of reported exchanges: their captions and images have their partners
 */
export function homesOf(context: AuditContext, exchanged: ReadonlySet<number> = new Set()): Homes {
  const { embedded, judged, verified, mismatch } = context;
  const captions = new Float64Array(embedded.texts.texts.length).fill(NaN);
  const images = new Float64Array(embedded.images.paths.length).fill(NaN);
  const note = (wrong: Float64Array, row: number, here: number): void => {
    wrong[row] = Number.isNaN(wrong[row]!) ? here : Math.min(wrong[row]!, here);
  };
  for (const p of context.pairs()) {
    if (judged[p] !== true) continue;
    const here = verified[p] === true || exchanged.has(p) ? 0 : mismatch[p]!;
    note(captions, embedded.textRow[p]!, here);
    note(images, embedded.imageRow[p]!, here);
  }
  return { captions: homeless(captions, 0), images: homeless(images, 1) };
}

/** @param alone value of a row without a partner */
function homeless(wrong: Float64Array, alone: number): Homeless {
  let total = 0;
  let size = 0;
  wrong.forEach((probability, row) => {
    if (Number.isNaN(probability)) wrong[row] = alone;
    if (!Number.isNaN(probability) || alone > 0) size++;
    total += wrong[row]!;
  });
  const perhaps = Int32Array.from(wrong.keys()).filter((row) => wrong[row]! >= PERHAPS_HOMELESS);
  return { wrong, total, size, perhaps };
}

/** Number of best-matching captions, and of best-matching homeless ones, that are scored for an image. */
const NEAREST = 24;
const NEAREST_HOMELESS = 64;
/** Captions with a lower probability of being wrong are not considered as homeless. */
const PERHAPS_HOMELESS = 0.05;

/**
 * Candidate captions of an image, the most probable first, without its own.
 * @param own the caption they would replace: its row (-1 for none), and the probability that it is wrong
 * @param near captions with the highest cosine, the best first
 */
export function captionsFor(
  { model, embedded }: AuditContext,
  { captions }: Homes,
  image: number,
  own: { readonly text: number; readonly mismatch: number },
  near: Iterable<number> = model.scorer.captionLists.items(image),
): Candidate[] {
  const { scorer } = model;
  const { graph } = scorer;
  const carried = new Set(graph.captionsOf[image]);
  const may = (t: number): boolean =>
    t < embedded.texts.texts.length && t !== own.text && !carried.has(t);
  const nearest = [...near].filter(may).slice(0, NEAREST);
  const chosen = withHomeless(nearest, captions, may, (t) => scorer.cosine(image, t));
  return ranked(captions, own.mismatch, chosen, (t) =>
    model.support(image, t, { replacedText: own.text, donorImage: graph.imagesOf[t]![0] ?? -1 }),
  );
}

/**
 * Candidate images of a caption, the most probable first, without its own.
 * @param own its image: the row (-1 for none), and the probability that the pair is wrong
 * @param near images with the highest cosine, the best first
 */
export function imagesFor(
  { model, embedded }: AuditContext,
  { images }: Homes,
  text: number,
  own: { readonly image: number; readonly mismatch: number },
  near: Iterable<number> = model.scorer.imageLists.items(text),
): Candidate[] {
  const { scorer } = model;
  const { graph } = scorer;
  const carriers = new Set(graph.imagesOf[text]);
  const may = (x: number): boolean =>
    x < embedded.images.paths.length && x !== own.image && !carriers.has(x);
  const nearest = [...near].filter(may).slice(0, NEAREST);
  const chosen = withHomeless(nearest, images, may, (x) => scorer.cosine(x, text));
  return ranked(images, own.mismatch, chosen, (x) =>
    model.support(x, text, { replacedText: graph.captionsOf[x]![0] ?? -1, donorImage: own.image }),
  );
}

function withHomeless(
  nearest: readonly number[],
  { perhaps }: Homeless,
  may: (row: number) => boolean,
  cosine: (row: number) => number,
): number[] {
  const found = new TopLists(1, NEAREST_HOMELESS);
  for (const row of perhaps) {
    if (!may(row)) continue;
    const here = cosine(row);
    if (here > found.thresholds[0]!) found.offer(0, row, here);
  }
  return [...new Set([...nearest, ...found.items(0)])];
}

/**
 * @param mismatch probability that the replaced caption is wrong
 * @param rows of the candidates; all others are assumed to match no better than chance
 * @param support log likelihood ratio (natural) of a candidate's scores: correct pair to wrong pair
 */
export function ranked(
  { wrong, total, size }: Omit<Homeless, 'perhaps'>,
  mismatch: number,
  rows: readonly number[],
  support: (row: number) => number,
): Candidate[] {
  const candidates = rows.map((row) => {
    const lost = ((1 - ANYWHERE) * wrong[row]!) / Math.max(1, total);
    const prior = ELSEWHERE * (lost + ANYWHERE / Math.max(1, size));
    return {
      row,
      homeless: wrong[row]! >= HOMELESS,
      weight: prior * Math.exp(Math.min(MOST_SUPPORT, SUPPORT_WEIGHT * support(row))),
    };
  });
  const all = candidates.reduce((sum, { weight }) => sum + weight, 1 - ELSEWHERE);
  return candidates
    .map(({ weight, ...candidate }) => ({ ...candidate, match: (mismatch * weight) / all }))
    .sort((a, b) => b.match - a.match || a.row - b.row);
}

/**
 * The same for an image outside of the dataset: any of `size` captions may be its own, regardless of their images.
 * @returns the probability of each row, 0..1
 */
export function matchesAnywhere(
  size: number,
  rows: readonly number[],
  support: (row: number) => number,
): number[] {
  const prior = ELSEWHERE / Math.max(1, size);
  const weights = rows.map(
    (row) => prior * Math.exp(Math.min(MOST_SUPPORT, SUPPORT_WEIGHT * support(row))),
  );
  const all = weights.reduce((sum, weight) => sum + weight, 1 - ELSEWHERE);
  return weights.map((weight) => weight / all);
}
