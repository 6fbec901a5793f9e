import { pushTo } from '../collections.ts';
import { csls } from '../matching/hubness.ts';
import { dotRows } from '../matching/innerProducts.ts';
import type { Steps } from '../steps.ts';
import { contentWords } from '../text/contentWords.ts';
import type { PairScores, PairScorer } from './pairScorer.ts';
import { REFERENCE_NEIGHBOURS, type ReferenceNeighbours } from './referenceHubs.ts';

export interface JudgedPair {
  /** Row of the image, row of the caption. */
  readonly image: number;
  readonly text: number;
}

/** A judgement takes some 30 microseconds. */
const JUDGED_PER_STEP = 100;
/** Wrong captions looked at in all, of each kind: enough for a smooth density, few enough for seconds. */
const INJECTIONS = 12_000;
const NEAR_INJECTIONS = 6_000;
const FOREIGN_INJECTIONS = 6_000;
const MAX_PER_PAIR = 60;
/** A word that at most this share of the captions hold says what a caption is about. */
const TELLING = 0.1;

/** The pairs in an order that their contents alone decide: names and the order of files change no draw. */
export function byContent(
  pairs: readonly JudgedPair[],
  keyOf: (pair: JudgedPair) => string,
): JudgedPair[] {
  const keyed = pairs.map((pair) => ({ pair, key: keyOf(pair) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ pair }) => pair);
}

/**
 * What a wrong caption looks like in this dataset: pairs get captions of other pictures, drawn at random from a
 * fixed seed, and are judged as they would be if the two had changed places. In memory only.
 */
export function* injectedScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  seed = 1,
): Steps<PairScores[]> {
  const random = mulberry32(seed);
  return yield* exchanged(scorer, pairs, INJECTIONS, () => {
    return pairs[Math.floor(random() * pairs.length)];
  });
}

/** What near misses look like: captions of other pictures that share one of their rarer words. */
export function* nearScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
  texts: readonly string[],
  seed = 2,
): Steps<PairScores[]> {
  const random = mulberry32(seed);
  const wordsOf: string[][] = [];
  const holders = new Map<string, JudgedPair[]>();
  for (const [n, pair] of pairs.entries()) {
    if (n % JUDGED_PER_STEP === 0) yield;
    const words = [...contentWords(texts[pair.text]!)];
    wordsOf.push(words);
    for (const word of words) pushTo(holders, word, pair);
  }
  const most = Math.max(3, TELLING * pairs.length);
  return yield* exchanged(scorer, pairs, NEAR_INJECTIONS, (at) => {
    const shared = wordsOf[at]!.map((word) => holders.get(word)!).filter(
      ({ length }) => length > 1 && length <= most,
    );
    // Each holder of each word is as likely: a word of two captions only would bring the nearest ones too often.
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
  limit: number,
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
      out.push(scorer.of(image, donor.text, { replacedText: text, donorImage: donor.image }));
      if (out.length % JUDGED_PER_STEP === 0) yield;
    }
  }
  return out;
}

/** What captions from elsewhere look like on the images of this dataset: those of the reference bank. */
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
    out.push(
      Float64Array.of(
        cosine,
        dotRows(spaces.priors, image, sentences, b),
        csls(cosine, finite(own), finite(ofImages)),
        csls(cosine, finite(shipped), ofShipped[b]!),
        scorer.imageNeighbourTerm(image, (t) => dotRows(spaces.sentences, t, sentences, b)),
        0,
      ),
    );
    if (out.length % JUDGED_PER_STEP === 0) yield;
  }
  return out;
}

/** What the captions of the dataset have for and against them where they are. */
export function* observedScores(
  scorer: PairScorer,
  pairs: readonly JudgedPair[],
): Steps<PairScores[]> {
  const out: PairScores[] = [];
  for (const { image, text } of pairs) {
    out.push(scorer.of(image, text));
    if (out.length % JUDGED_PER_STEP === 0) yield;
  }
  return out;
}

/** Uniform numbers in [0, 1), the same on every machine. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
