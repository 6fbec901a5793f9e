import type { AuditContext } from './detectors/detector.ts';

/*
 * How likely each of several candidates is the right one, where at most one is, and perhaps none.
 */

/** Chance that the right caption of an image whose own is wrong is elsewhere in the dataset. */
const ELSEWHERE = 0.7;
/** Part of that chance which goes to captions whatever they are like where they are: the doubt itself may be wrong. */
const ANYWHERE = 0.05;
/** From this probability of being wrong where it is on, a caption has lost its image: it is called homeless. */
const HOMELESS = 0.3;
/**
 * Weight of the logarithm of a likelihood ratio where captions compete: with 1 the numbers were too low (Flickr8k test,
 * 5 % exchanged: .47 promised, .76 right among three), with 1.5 they are .60 and .76, on shop photos .28 and .31.
 */
export const SUPPORT_WEIGHT = 1.5;
/** Likelihood ratios beyond this are not believed: their densities rest on a few thousand draws. Natural logarithm. */
const MOST_SUPPORT = 8;

/** A caption that may be the right one of an image, or an image that may be the right one of a caption. */
export interface Candidate {
  /** Row of the caption, or of the image. */
  readonly row: number;
  /** Probability that it is the right one, 0..1; those of all candidates add up to 1 at most. */
  readonly match: number;
  /** Whether what it has now looks wrong: a caption on every image that carries it, an image with every caption of its. */
  readonly homeless: boolean;
}

/** How captions and images fit what they have now. */
export interface Homes {
  readonly captions: Homeless;
  readonly images: Homeless;
}

/** How likely rows of one kind lack their partner. */
export interface Homeless {
  /** For each row the probability that every partner it has is wrong, 0..1; 0 for a caption that nobody carries. */
  readonly wrong: Float64Array;
  /** Expected number of rows that lack their partner. */
  readonly total: number;
  /** Number of rows that count. */
  readonly size: number;
}

/** Where every caption is now, and how well it fits there. O(pairs). */
export function homesOf(context: AuditContext): Homes {
  const { embedded, judged, verified, mismatch } = context;
  const captions = new Float64Array(embedded.texts.texts.length).fill(NaN);
  const images = new Float64Array(embedded.images.paths.length).fill(NaN);
  const note = (wrong: Float64Array, row: number, here: number): void => {
    wrong[row] = Number.isNaN(wrong[row]!) ? here : Math.min(wrong[row]!, here);
  };
  for (const p of context.pairs()) {
    if (judged[p] !== true) continue;
    const here = verified[p] === true ? 0 : mismatch[p]!;
    note(captions, embedded.textRow[p]!, here);
    note(images, embedded.imageRow[p]!, here);
  }
  return { captions: homeless(captions, 0), images: homeless(images, 1) };
}

/** @param alone what a row without any partner counts for */
function homeless(wrong: Float64Array, alone: number): Homeless {
  let total = 0;
  let size = 0;
  wrong.forEach((probability, row) => {
    if (Number.isNaN(probability)) wrong[row] = alone;
    if (!Number.isNaN(probability) || alone > 0) size++;
    total += wrong[row]!;
  });
  return { wrong, total, size };
}

/** Captions that fit an image best, and homeless ones that fit it best: so many of each are judged. */
const NEAREST = 24;
const NEAREST_HOMELESS = 64;
/** A caption less likely wrong where it is is no homeless one to look at. */
const PERHAPS_HOMELESS = 0.05;

/**
 * Captions that may be the right one of an image, the likeliest first; its own are left out.
 * @param own the caption they would replace: its row (-1 for none), and the probability that it is wrong
 * @param near captions that fit best by cosine, the best first
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
 * Images that may be the right one of a caption, the likeliest first; those that carry it are left out.
 * @param own the image that carries it: its row (-1 for none), and the probability that the two do not belong together
 * @param near images that fit best by cosine, the best first
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
  { wrong }: Homeless,
  may: (row: number) => boolean,
  cosine: (row: number) => number,
): number[] {
  const found: { readonly row: number; readonly cosine: number }[] = [];
  wrong.forEach((probability, row) => {
    if (probability >= PERHAPS_HOMELESS && may(row)) found.push({ row, cosine: cosine(row) });
  });
  found.sort((a, b) => b.cosine - a.cosine || a.row - b.row);
  return [...new Set([...nearest, ...found.slice(0, NEAREST_HOMELESS).map(({ row }) => row)])];
}

/**
 * @param mismatch probability that what they would replace is wrong
 * @param rows of the candidates; those that are not among them are taken to fit no better than chance
 * @param support natural logarithm of how much likelier the scores of a candidate are of a right pair than of a wrong one
 */
export function ranked(
  { wrong, total, size }: Homeless,
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
 * The same for an image from elsewhere: any of `size` captions may be its own, wherever they are now.
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
