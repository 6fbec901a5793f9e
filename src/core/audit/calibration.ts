import { moments } from '../matching/moments.ts';
import type { Steps } from '../steps.ts';
import { NO_RIVALS, rivalSupport, type Rivals } from './rivals.ts';
import {
  CELLS,
  density,
  histogram,
  interpolate,
  LOW,
  rightDensity,
  type Skew,
  SKEWS,
  STEP,
} from './scoreDensity.ts';

/** What a calibration consists of. */
export interface FittedMixture {
  /** Estimated share of wrong captions among the pairs, 0..1: mean of the posterior. */
  readonly wrongShare: number;
  /** 90 % credible interval of the posterior. */
  readonly range: { readonly low: number; readonly high: number };
  /** Probability that an observed caption scores above a known wrong one, 0.5..1. */
  readonly separability: number;
  /** Weight of the dataset relative to the prior, 0..1. */
  readonly trust: number;
  /** Mean and spread of the scores of wrong captions, by which scores are standardised. */
  readonly centre: { readonly mean: number; readonly spread: number };
  /** Values of `mismatch` and `support` on the grid of standardised scores (scoreDensity.ts). */
  readonly curves: { readonly mismatch: Float64Array; readonly support: Float64Array };
}

/** The fitted mixture of correct and wrong captions. */
export interface Calibration extends FittedMixture {
  /** Probability that a caption with this score is wrong: 0..1, non-increasing. */
  readonly mismatch: (score: number) => number;
  /** Natural logarithm of the likelihood ratio of a correct caption to a random one, non-decreasing. */
  readonly support: (score: number) => number;
}

/** What a person said of captions. */
export interface Answers {
  /** Probability of this answer if the caption is wrong; 1 minus this if it is right. */
  readonly ifWrong: number;
  readonly scores: Float64Array;
  /** Whether these captions are among the observed ones. */
  readonly observed: boolean;
}

/** Beta prior of the share of wrong captions: 3 % on average, one dataset in ten has more than 9 %. */
const WRONG_PAIRS = 0.3;
const RIGHT_PAIRS = 10;
/** One dataset in twenty holds anything up to one half; fewer, the less the captions can tell: there the prior is the answer. */
const NOISY = 0.05;
const MOST_NOISY = 0.5;
/**
 * Shares of right captions that score as wrong ones do, and how likely each is before anything is seen: titles and names, which fit
 * any image as well, and what the encoders do not know, such as drawings. In one dataset in twenty there are some.
 */
const VAGUE = [
  { share: 0, chance: 0.95 },
  { share: 0.01, chance: 0.015 },
  { share: 0.02, chance: 0.015 },
  { share: 0.04, chance: 0.01 },
  { share: 0.08, chance: 0.006 },
  { share: 0.16, chance: 0.002 },
  { share: 0.4, chance: 0.001 },
  { share: 0.8, chance: 0.001 },
];
/**
 * Prior of the mean of correct captions, in standard deviations of the wrong ones from their mean: normal. Its deviation does
 * not depend on their spread, so that correct captions far above the wrong ones need no wide spread.
 */
const RIGHT_MEAN = 2;
const RIGHT_MEAN_DEVIATION = 1;
/**
 * Prior spread of correct captions, and its weight in pairs: a wide one takes a few wrong captions far below all others for
 * right ones (chosen on the samples and on mixed and one-topic sets among .7 to 1 and 4 to 24).
 */
const RIGHT_SPREAD = 1;
const SPREAD_COUNT = 16;
/**
 * Shares of near misses among the wrong captions: captions are exchanged mostly at random or mostly among look-alikes. All but
 * the first are as likely as near misses can be told from the observed captions: where they fit as well as right ones, they
 * would explain any share.
 */
const NEAR_SHARES = [0.02, 0.5, 0.98];
/** Separability below which a dataset has no weight for its share, and from which it has full weight. */
const NOT_SEPARABLE = 0.6;
const SEPARABLE = 0.8;

const SHARES = [
  1e-4, 0.001, 0.002, 0.0035, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1,
  0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.275, 0.3, 0.325, 0.35, 0.375, 0.4, 0.425, 0.45, 0.475,
  0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
];
const ROUNDS = 60;
const CLOSE = 1e-3;
/** Lower bound of densities, so that one outlier does not dominate. */
const FLOOR = 1e-6;
const LIMIT = 1e-4;

/**
 * Fits a mixture of wrong and correct captions to the observed scores. The densities of wrong ones are known: `random`
 * are random captions, `near` near misses. The density of correct ones is a left-skewed curve with fitted mean and spread. The
 * best fit is found for each share of wrong captions, each share of near misses among them and each skew; the likelihoods of
 * the fits, tempered by the separability of correct and wrong captions, update the prior to a posterior, over which the
 * probabilities are averaged. If correct and wrong captions have the same scores, the posterior is the prior. Correct
 * captions may be vague and score like wrong ones; the other captions of their images tell which (rivals.ts).
 * @param said the likelihood of the answers, given the scores, counts for every fit. It does not matter which captions a
 * person looked at, as long as they were chosen by their scores.
 */
export function* calibrate(
  observed: Float64Array,
  random: Float64Array,
  near: Float64Array = new Float64Array(),
  rivals: Rivals = NO_RIVALS,
  said: readonly Answers[] = [],
): Steps<Calibration> {
  const { mean, spread } = centreOf(random);
  const scaled = (score: number): number => (score - mean) / spread;
  const counts = histogram(observed, scaled);
  const answers = said.map(({ ifWrong, scores }) => ({
    ifWrong,
    counts: histogram(scores, scaled),
  }));
  for (const [a, { counts: more }] of answers.entries()) {
    if (!said[a]!.observed) more.forEach((count, c) => (counts[c]! += count));
  }
  const randomDensity = density(random, scaled);
  const nearDensity = near.length > 0 ? density(near, scaled) : randomDensity;
  yield;
  const { separability, trust } = separation(counts, histogram(random, scaled));
  const ofNear = near.length > 0 ? separation(counts, histogram(near, scaled)).trust : 0;
  const ofRivals = rivalSupport(rivals, scaled);
  const prior = sharePrior(trust * NOISY);
  // Without rivals nothing tells vague captions from wrong ones.
  const ofVague = ofRivals === undefined ? [{ share: 0, chance: 1 }] : VAGUE;
  const wrongOnes = NEAR_SHARES.slice(0, ofNear > 0 ? NEAR_SHARES.length : 1).map((share, n) => ({
    ofWrong: randomDensity.map((value, c) => (1 - share) * value + share * nearDensity[c]! + FLOOR),
    chance: (n === 0 ? 1 - ofNear : 0) + ofNear / NEAR_SHARES.length,
  }));
  const known = { counts, answers, random: randomDensity };
  const mixtures = ofVague.flatMap(({ share: vague, chance: most }) =>
    wrongOnes.flatMap(({ ofWrong, chance }) =>
      SKEWS.map((skew) => ({ ...known, vague, ofWrong, skew, chance: chance * most })),
    ),
  );
  const fits: (Fit & { readonly place: number; readonly weight: number })[] = [];
  for (const { chance, ...mixture } of mixtures) {
    for (const [place, share] of SHARES.entries()) {
      yield;
      const fit = fitAt(share, mixture);
      const logLikelihood = fit.logLikelihood + (ofRivals?.(fit.wrong) ?? 0);
      const logPrior = Math.log(prior[place]! * chance);
      // Answers are not tempered: they tell which captions are wrong even if the scores do not.
      fits.push({ ...fit, place, weight: trust * logLikelihood + fit.ofAnswers + logPrior });
    }
  }
  const most = Math.max(...fits.map(({ weight }) => weight));
  const masses = fits.map(({ weight }) => Math.exp(weight - most));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const posterior = masses.map((mass) => mass / total);
  const ofShares = SHARES.map(() => 0);
  fits.forEach(({ place }, f) => (ofShares[place]! += posterior[f]!));
  const table = new Float64Array(counts.length);
  const ratios = new Float64Array(counts.length);
  fits.forEach((fit, f) => {
    const right = rightDensity(randomDensity, fit);
    for (let c = 0; c < table.length; c++) {
      table[c]! += posterior[f]! * fit.wrong[c]!;
      ratios[c]! += posterior[f]! * Math.log((right[c]! + FLOOR) / (randomDensity[c]! + FLOOR));
    }
  });
  const best = fits[posterior.indexOf(Math.max(...posterior))]!;
  const middle = cellOf(best.mean / 2);
  level(table, middle, -1);
  table.forEach((value, c) => (table[c] = clamp(value, LIMIT, 1 - LIMIT)));
  level(ratios, middle, 1);
  return calibrationOf({
    wrongShare: ofShares.reduce((sum, mass, place) => sum + mass * SHARES[place]!, 0),
    range: { low: quantile(ofShares, 0.05), high: quantile(ofShares, 0.95) },
    separability,
    trust,
    centre: { mean, spread },
    curves: { mismatch: table, support: ratios },
  });
}

/** The calibration of a mixture that was fitted before. */
export function calibrationOf(fitted: FittedMixture): Calibration {
  const { centre, curves } = fitted;
  const at = (curve: Float64Array, score: number): number =>
    interpolate(curve, Number.isFinite(score) ? (score - centre.mean) / centre.spread : 0);
  return {
    ...fitted,
    mismatch: (score) => at(curves.mismatch, score),
    support: (score) => at(curves.support, score),
  };
}

/** Answers by the score of their captions. */
interface Counted {
  readonly ifWrong: number;
  readonly counts: Float64Array;
}

/** What is known of a mixture of right and wrong captions but the share of the wrong ones. */
interface Mixture {
  /** Share of the right captions that score as wrong ones do, 0..1. */
  readonly vague: number;
  /** Histogram of the observed scores. */
  readonly counts: Float64Array;
  readonly answers: readonly Counted[];
  readonly skew: Skew;
  /** Densities of captions exchanged at random, and of wrong ones. */
  readonly random: Float64Array;
  readonly ofWrong: Float64Array;
}

/** The best fit for a given share of wrong captions. */
interface Fit {
  /** Natural logarithms of the likelihoods of the scores, and of the answers given the scores. */
  readonly logLikelihood: number;
  readonly ofAnswers: number;
  readonly mean: number;
  readonly spread: number;
  readonly skew: Skew;
  /** P(wrong) at each cell of the grid. */
  readonly wrong: Float64Array;
}

/** Expectation maximisation (MAP) of the mean and spread of correct captions. */
function fitAt(share: number, { vague, skew, counts, answers, random, ofWrong }: Mixture): Fit {
  const cells = counts.length;
  const wrong = new Float64Array(cells);
  const clearly = new Float64Array(cells);
  const observed = counts.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count, c) => sum + count * (LOW + c * STEP), 0);
  let mean = Math.max(0.05, meanOf(observed, total, RIGHT_SPREAD));
  let spread = RIGHT_SPREAD;
  let logLikelihood = 0;
  let ofAnswers = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const clear = rightDensity(random, { mean, spread, skew });
    let rightMass = 0;
    let sum = 0;
    logLikelihood = 0;
    ofAnswers = 0;
    for (let c = 0; c < cells; c++) {
      const w = share * ofWrong[c]!;
      const ofClear = (1 - vague) * (clear[c]! + FLOOR);
      const all = w + (1 - share) * (ofClear + vague * ofWrong[c]!);
      wrong[c] = w / all;
      if (counts[c] === 0) continue;
      logLikelihood += counts[c]! * Math.log(all);
      let wrongHere = counts[c]! * wrong[c]!;
      for (const { ifWrong, counts: answered } of answers) {
        if (answered[c] === 0) continue;
        const chance = ifWrong * wrong[c]! + (1 - ifWrong) * (1 - wrong[c]!);
        ofAnswers += answered[c]! * Math.log(chance);
        wrongHere += answered[c]! * ((ifWrong * wrong[c]!) / chance - wrong[c]!);
      }
      const clearHere = ((counts[c]! - wrongHere) * ofClear) / (ofClear + vague * ofWrong[c]!);
      clearly[c] = clearHere;
      rightMass += clearHere;
      sum += clearHere * (LOW + c * STEP);
    }
    const nextMean = meanOf(rightMass, sum, spread);
    let squares = SPREAD_COUNT * RIGHT_SPREAD ** 2;
    for (let c = 0; c < cells; c++) {
      if (counts[c]! > 0) {
        squares += clearly[c]! * (LOW + c * STEP - nextMean) ** 2;
      }
    }
    const nextSpread = Math.sqrt(squares / (rightMass + SPREAD_COUNT));
    const moved = Math.abs(nextMean - mean) + Math.abs(nextSpread - spread);
    logLikelihood += logPriorOf(mean, spread);
    [mean, spread] = [nextMean, nextSpread];
    if (moved < CLOSE) break;
  }
  return { logLikelihood, ofAnswers, mean, spread, skew, wrong };
}

function logPriorOf(mean: number, spread: number): number {
  return (
    -0.5 * ((mean - RIGHT_MEAN) / RIGHT_MEAN_DEVIATION) ** 2 -
    SPREAD_COUNT * Math.log(spread) -
    0.5 * SPREAD_COUNT * (RIGHT_SPREAD / spread) ** 2
  );
}

/** Mean of correct captions, given the mass and the sum of their scores, and its prior. */
function meanOf(mass: number, sum: number, spread: number): number {
  const priorMass = (spread / RIGHT_MEAN_DEVIATION) ** 2;
  return Math.max(0, (sum + priorMass * RIGHT_MEAN) / (mass + priorMass));
}

/** Prior mass around each share of the grid. @param noisy share of the datasets that may hold anything up to `MOST_NOISY` */
function sharePrior(noisy: number): number[] {
  const edges = SHARES.map((share, s) => (s === 0 ? 0 : (share + SHARES[s - 1]!) / 2));
  const usual = SHARES.map((_, s) => {
    const from = edges[s]!;
    const to = edges[s + 1] ?? 1;
    // Substituting p^a removes the pole at 0: p^(a-1) (1-p)^(b-1) dp = (1/a) (1-p)^(b-1) d(p^a).
    const middle = (from + to) / 2;
    return (to ** WRONG_PAIRS - from ** WRONG_PAIRS) * (1 - middle) ** (RIGHT_PAIRS - 1);
  });
  const total = usual.reduce((sum, mass) => sum + mass, 0);
  return usual.map((mass, s) => {
    const width = Math.min(MOST_NOISY, edges[s + 1] ?? 1) - Math.min(MOST_NOISY, edges[s]!);
    return ((1 - noisy) * mass) / total + (noisy * width) / MOST_NOISY + Number.MIN_VALUE;
  });
}

/** Probability that an observed caption scores above a wrong one, and how far its lower confidence bound can be trusted. */
function separation(
  observed: Float64Array,
  wrong: Float64Array,
): { readonly separability: number; readonly trust: number } {
  const n = observed.reduce((sum, count) => sum + count, 0);
  const total = wrong.reduce((sum, count) => sum + count, 0);
  if (n === 0 || total === 0) return { separability: 0.5, trust: 0 };
  let below = 0;
  let won = 0;
  observed.forEach((count, c) => {
    won += count * (below + wrong[c]! / 2);
    below += wrong[c]!;
  });
  const separability = won / (n * total);
  const careful = (separability * n + 1) / (n + 2);
  const surely = careful - Math.sqrt((careful * (1 - careful)) / n);
  return { separability, trust: clamp((surely - NOT_SEPARABLE) / (SEPARABLE - NOT_SEPARABLE)) };
}

/**
 * Makes a table monotonic, where the tails of the densities would reverse it.
 * @param middle start cell, in both directions
 * @param way 1 for non-decreasing, -1 for non-increasing
 */
function level(table: Float64Array, middle: number, way: 1 | -1): void {
  for (let c = middle + 1; c < table.length; c++) {
    table[c] = way * Math.max(way * table[c]!, way * table[c - 1]!);
  }
  for (let c = middle - 1; c >= 0; c--) {
    table[c] = way * Math.min(way * table[c]!, way * table[c + 1]!);
  }
}

function cellOf(z: number): number {
  return Math.max(0, Math.min(CELLS - 1, Math.round((z - LOW) / STEP)));
}

function quantile(posterior: readonly number[], wanted: number): number {
  let sum = 0;
  const at = posterior.findIndex((mass) => (sum += mass) >= wanted);
  return SHARES[at] ?? 1;
}

function clamp(value: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, value));
}

/** Mean and standard deviation of the wrong captions' scores; of standardised scores if there are none. */
function centreOf(values: Float64Array): { readonly mean: number; readonly spread: number } {
  if (values.length < 2) return { mean: values[0] ?? 0, spread: 1 };
  const { mean, deviation } = moments(values);
  return { mean, spread: deviation > 1e-6 ? deviation : 1 };
}
