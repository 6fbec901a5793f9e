import { interpolate } from './scoreDensity.ts';

/*
 * The image of a wrong caption has its right one elsewhere in the dataset; that of a vague one has nothing better.
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

/** Doubtful captions score lower than this, in spreads of wrong captions from their mean; not quite so up to the next. */
const DOUBTFUL = 0.7;
const MODEST = 1.5;
/** Fewer say nothing. */
const LEAST_COUNT = 4;
/** How far off the prediction may be by itself, in spreads of wrong captions. */
const MODEL_ERROR = 0.06;

/**
 * How well the rivals agree with a table of P(wrong): natural logarithm of a likelihood. If doubtful captions are wrong
 * their images have rivals as good as any image and its own caption together; if they are right and vague, as good as the
 * images of modest captions have, whose pictures are as hard to describe.
 * Undefined where too few captions are doubtful to tell.
 * @param scaled turns a score into spreads of wrong captions from their mean
 */
export function rivalSupport(
  { own, best }: Rivals,
  scaled: (score: number) => number,
): ((wrong: Float64Array) => number) | undefined {
  const z = own.map(scaled);
  const rival = best.map(scaled);
  const doubtful = momentsOf(rival.filter((_, i) => z[i]! < DOUBTFUL));
  const modest = momentsOf(rival.filter((_, i) => z[i]! >= DOUBTFUL && z[i]! < MODEST));
  if (doubtful.count < LEAST_COUNT || modest.count < LEAST_COUNT) return undefined;
  const whole = momentsOf(rival.map((score, i) => Math.max(score, z[i]!)));
  const gap = Math.max(0, whole.mean - modest.mean);
  const variance =
    doubtful.variance / doubtful.count + modest.variance / modest.count + MODEL_ERROR ** 2;
  const scores = z.filter((score) => score < DOUBTFUL);
  return (wrong) => {
    const share = scores.reduce((sum, score) => sum + interpolate(wrong, score), 0) / scores.length;
    return (-0.5 * (doubtful.mean - modest.mean - share * gap) ** 2) / variance;
  };
}

function momentsOf(values: Float64Array): {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
} {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: squares / Math.max(1, count) };
}
