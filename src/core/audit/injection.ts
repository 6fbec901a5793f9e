import { mulberry32 } from '../random.ts';
import { groupBy, pushTo } from '../collections.ts';
import { csls } from '../matching/hubness.ts';
import { dotRows } from '../matching/innerProducts.ts';
import type { Steps } from '../steps.ts';
import { contentWords } from '../text/contentWords.ts';
import { type Combination, usedScores } from './combination.ts';
import { linearScore } from './fitting/foldedCombination.ts';
import type { PairScores, PairScorer, Substitution, UsedScores } from './pairScorer.ts';
import type { Rivals } from './rivals.ts';
import { REFERENCE_NEIGHBOURS, type ReferenceNeighbours } from './referenceHubs.ts';

export interface JudgedPair {
  /** Row of the image, row of the caption. */
  readonly image: number;
  readonly text: number;
  /** Part of the dataset that its image is in: the predictions for its image were learnt without that part. */
  readonly fold: number;
  /** Its number in the dataset. */
  readonly pair: number;
}

/** Scoring a pair takes about 30 microseconds. */
const JUDGED_PER_STEP = 100;
/** Number of wrong captions of each kind: enough for a smooth density, scored within seconds. */
const INJECTIONS = 12_000;
const NEAR_INJECTIONS = 6_000;
const FOREIGN_INJECTIONS = 6_000;
const MAX_PER_PAIR = 60;
/** What is drawn, and which scores it gets: all by default. */
interface InjectionOptions {
  readonly seed?: number;
  readonly limit?: number;
  readonly used?: UsedScores | undefined;
}

/** Largest share of captions with a word that is considered informative. */
const INFORMATIVE = 0.1;

/** The pairs in an order that depends on their content only, so that names and file order do not change the draws. */
export function byContent<T>(pairs: readonly T[], keyOf: (pair: T) => string): T[] {
  const keyed = pairs.map((pair) => ({ pair, key: keyOf(pair) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ pair }) => pair);
}

/**
 * Scores of wrong captions in this dataset: pairs get captions of other images, drawn with a fixed seed, and are scored
 * as if the two had been exchanged. In memory only. A caption comes from the same part of the dataset: like the pair's own it was
 * not learnt from by the regression that predicts its image's captions.
 */
export function* injectedScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  { seed = 1, limit = INJECTIONS, used }: InjectionOptions = {},
): Steps<PairScores[]> {
  const random = mulberry32(seed);
  const parts = groupBy(pairs, ({ fold }) => fold);
  return yield* exchanged(scorer, pairs, { limit, used }, (at) => {
    const part = parts.get(pairs[at]!.fold)!;
    return part[Math.floor(random() * part.length)];
  });
}

/**
 * Scores of near misses: captions of other images that share an informative word.
 * @param may whether pair `at` may get one: what shares a word with a wrong caption is no near miss of its image
 */
export function* nearScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  texts: readonly string[],
  may: (at: number) => boolean,
  { seed = 2, used }: Omit<InjectionOptions, 'limit'> = {},
): Steps<PairScores[]> {
  const random = mulberry32(seed);
  const wordsOf: string[][] = [];
  const folds = new Set(pairs.map(({ fold }) => fold)).size;
  const holders = new Map<string, JudgedPair[]>();
  for (const [n, pair] of pairs.entries()) {
    if (n % JUDGED_PER_STEP === 0) yield;
    const words = [...contentWords(texts[pair.text]!)].map((word) => `${pair.fold} ${word}`);
    wordsOf.push(words);
    for (const word of words) pushTo(holders, word, pair);
  }
  const most = Math.max(3, (INFORMATIVE * pairs.length) / Math.max(1, folds));
  return yield* exchanged(scorer, pairs, { limit: NEAR_INJECTIONS, used }, (at) => {
    if (!may(at)) return undefined;
    const shared = wordsOf[at]!.map((word) => holders.get(word)!).filter(
      ({ length }) => length > 1 && length <= most,
    );
    // Uniform over all captions of all words; otherwise words of only two captions would draw the nearest ones too often.
    let place = Math.floor(random() * shared.reduce((sum, { length }) => sum + length, 0));
    for (const those of shared) {
      if (place < those.length) return those[place];
      place -= those.length;
    }
    return undefined;
  });
}

function* exchanged(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  { limit, used }: { readonly limit: number; readonly used: UsedScores | undefined },
  donorOf: (at: number) => JudgedPair | undefined,
): Steps<PairScores[]> {
  const { graph } = scorer;
  const out: PairScores[] = [];
  if (pairs.length === 0) return out;
  const perPair = Math.max(1, Math.min(MAX_PER_PAIR, Math.floor(limit / pairs.length)));
  const stride = Math.max(1, pairs.length / limit);
  for (let place = 0; place < pairs.length; place += stride) {
    const at = Math.floor(place);
    const { image, text } = pairs[at]!;
    for (let n = 0; n < perPair; n++) {
      const donor = donorOf(at);
      if (donor === undefined) break;
      const samePicture = graph.pictureOf[donor.image] === graph.pictureOf[image];
      if (samePicture || graph.captionsOf[image]!.includes(donor.text)) continue;
      const substitution = { replacedText: text, donorImage: donor.image };
      out.push(scorer.of(image, donor.text, substitution, used));
      if (out.length % JUDGED_PER_STEP === 0) yield;
    }
  }
  return out;
}

/** Scores of foreign captions: those of the reference bank on the images of this dataset. */
export function* foreignScores(
  scorer: PairScorer,
  { hubs, captionsOfImages, imagesOfShipped, ofShipped }: ReferenceNeighbours,
  pairs: readonly JudgedPair[],
  seed = 3,
): Steps<PairScores[]> {
  const random = mulberry32(seed);
  const { spaces, graph, hub } = scorer;
  const { captions, sentences } = hubs.bank;
  const out: PairScores[] = [];
  if (pairs.length === 0 || captions.rows === 0) return out;
  const nobody = (): boolean => false;
  for (let n = 0; n < FOREIGN_INJECTIONS; n++) {
    const { image } = pairs[Math.floor((n * pairs.length) / FOREIGN_INJECTIONS)]!;
    const b = Math.floor(random() * captions.rows);
    const cosine = dotRows(spaces.images, image, captions, b);
    const samePicture = (x: number): boolean => graph.pictureOf[x] === graph.pictureOf[image];
    const own = scorer.captionLists.meanOfBest(image, hub, nobody);
    const ofImages = imagesOfShipped.meanOfBest(b, hub, samePicture);
    const shipped = captionsOfImages.meanOfBest(image, REFERENCE_NEIGHBOURS, (t) => t === b);
    out.push([
      cosine,
      dotRows(spaces.priors, image, sentences, b),
      csls(cosine, finite(own), finite(ofImages)),
      csls(cosine, finite(shipped), ofShipped[b]!),
      scorer.imageNeighbourTerm(image, (t) => dotRows(spaces.sentences, t, sentences, b)),
      0,
      dotRows(spaces.predictions, image, sentences, b),
      // Weighed only by what was fitted, which is not used for foreign captions.
      0,
      0,
    ]);
    if (out.length % JUDGED_PER_STEP === 0) yield;
  }
  return out;
}

/** Scores of the dataset's own pairs. */
export function* observedScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  used?: UsedScores,
): Steps<PairScores[]> {
  const out: PairScores[] = [];
  for (const { image, text } of pairs) {
    out.push(scorer.of(image, text, undefined, used));
    if (out.length % JUDGED_PER_STEP === 0) yield;
  }
  return out;
}

/** Pairs whose rivals are looked at, and captions looked at for each. */
const RIVALS = 1500;
const RIVAL_CANDIDATES = 8;

/** For some of the pairs the score of the caption and that of the best other one for the image. */
export function* rivalsOf(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  combination: Combination,
): Steps<Rivals> {
  const used = usedScores(combination);
  const score = (image: number, text: number, substitution?: Substitution): number =>
    linearScore(combination, scorer.of(image, text, substitution, used));
  const stride = Math.max(1, pairs.length / RIVALS);
  const of: number[] = [];
  const own: number[] = [];
  const best: number[] = [];
  for (let place = 0; place < pairs.length; place += stride) {
    const { image, text, pair } = pairs[Math.floor(place)]!;
    const { graph } = scorer;
    const siblings = graph.captionsOf[image]!;
    const others = [...scorer.captionLists.items(image)]
      .filter((t) => !siblings.includes(t))
      .slice(0, RIVAL_CANDIDATES);
    yield;
    const scores = others.map((t) =>
      score(image, t, { replacedText: text, donorImage: graph.imagesOf[t]![0] ?? -1 }),
    );
    if (scores.length === 0) continue;
    of.push(pair);
    own.push(score(image, text));
    best.push(Math.max(...scores));
  }
  return { pairs: Int32Array.from(of), own: Float64Array.from(own), best: Float64Array.from(best) };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
