import { interpolate } from './scoreDensity.ts';

/*
 * The image of a wrong caption has its right one elsewhere in the dataset; that of a vague one, or of one that the encoders do not
 * understand, has nothing better.
 */

/** For some pairs the score of the caption, and that of the best caption of another picture for the image. */
export interface Rivals {
  /** Numbers of the pairs. */
  readonly pairs: Int32Array;
  readonly own: Float64Array;
  readonly best: Float64Array;
}

export const NO_RIVALS: Rivals = {
  pairs: new Int32Array(),
  own: new Float64Array(),
  best: new Float64Array(),
};

/**
 * Scores of doubtful captions, in spreads of wrong captions from their mean: parts in which wrong and right ones are mixed
 * differently.
 */
const DOUBTFUL = [
  [-Infinity, 0.7],
  [0.7, 1.1],
  [1.1, 1.5],
] as const;
/** The images of right captions below this have rivals like those of doubtful right ones; above it there are names and titles. */
const USUAL = 3;
/** Fewer say nothing. */
const LEAST_COUNT = 4;
/** How far off the prediction may be by itself, in spreads of wrong captions. */
const MODEL_ERROR = 0.1;

/**
 * How well the rivals agree with a table of P(wrong): natural logarithm of a likelihood. The image of a right caption has rivals
 * of much the same score, whatever the score of the caption; that of a wrong one has rivals as good as any image and its own
 * caption together. So the mean rival of doubtful captions says how many of them are wrong.
 * Undefined where too few captions are doubtful to tell.
 * @param scaled turns a score into spreads of wrong captions from their mean
 */
export function rivalSupport(
  { own, best }: Rivals,
  scaled: (score: number) => number,
): ((wrong: Float64Array) => number) | undefined {
  const z = own.map(scaled);
  const rival = best.map(scaled);
  const places = [...z.keys()];
  const doubtful = DOUBTFUL.map(([from, to]) => {
    const scores = places.filter((i) => z[i]! >= from && z[i]! < to);
    return { scores: scores.map((i) => z[i]!), ...momentsOf(scores.map((i) => rival[i]!)) };
  }).filter(({ count }) => count >= LEAST_COUNT);
  const usual = places.filter((i) => z[i]! < USUAL);
  if (doubtful.length === 0) return undefined;
  const whole = momentsOf(places.map((i) => Math.max(rival[i]!, z[i]!)));
  return (wrong) => {
    const right = momentsOf(
      usual.map((i) => rival[i]!),
      usual.map((i) => 1 - interpolate(wrong, z[i]!)),
    );
    if (right.count < LEAST_COUNT) return 0;
    const gap = Math.max(0, whole.mean - right.mean);
    return doubtful.reduce((sum, { scores, count, mean, variance }) => {
      const share = scores.reduce((total, score) => total + interpolate(wrong, score), 0) / count;
      const error =
        Math.max(variance, right.variance) / count +
        right.variance / right.count +
        MODEL_ERROR ** 2;
      return sum - (0.5 * (mean - right.mean - share * gap) ** 2) / error;
    }, 0);
  };
}

/** @param weights of the values, default: 1 */
function momentsOf(
  values: readonly number[],
  weights: readonly number[] = values.map(() => 1),
): { readonly count: number; readonly mean: number; readonly variance: number } {
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  const weighed = values.reduce((sum, value, i) => sum + weights[i]! * value, 0);
  const mean = weighed / Math.max(Number.MIN_VALUE, count);
  const squares = values.reduce((sum, value, i) => sum + weights[i]! * (value - mean) ** 2, 0);
  return { count, mean, variance: squares / Math.max(Number.MIN_VALUE, count) };
}
