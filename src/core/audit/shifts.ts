import { folderOf } from '../dataset/paths.ts';
import { naturalRanks } from '../dataset/naturalOrder.ts';
import type { Steps } from '../steps.ts';
import { SUPPORT_WEIGHT } from './candidates.ts';
import type { AuditContext } from './detectors/detector.ts';

/*
 * Runs of images with shifted captions in file order, as after a lost line or an inserted file.
 */

/** Consecutive images, each of which matches the caption `by` places further on. */
export interface Shift {
  /** Pairs in the order of their files: the run, and the pairs its captions come from. */
  readonly pairs: readonly number[];
  /** Offset from an image to its caption in that order; may be negative. */
  readonly by: number;
  /** Number of images that match the caption `by` places further on. */
  readonly length: number;
  readonly probability: number;
}

/** Largest offset. */
const FURTHEST = 10;
/** Least number of different captions that fit better. */
const SHORTEST_RUN = 5;
/** Threshold for the increase of the cosine; about 0.35 if the shifted caption is the correct one. */
const LEAST_RISE = 0.1;
/** Smallest sum of the increases of a candidate run; five correct captions have more. */
const LEAST_SUM = 0.8;
/** Number of places around a run in which its ends are searched. */
const MARGIN = 8;
/** Bound of the absolute log likelihood ratio (natural) of one image. */
const MAX_LOG_RATIO = 6;
/** Prior: one of this many datasets has a run. */
const ONE_IN = 1000;
const LEAST_PROBABILITY = 0.5;
const PER_STEP = 500;

/** Finds disjoint runs, the most probable first. */
export function* shiftedRuns(context: AuditContext): Steps<Shift[]> {
  const found: Shift[] = [];
  for (const sequence of sequencesOf(context)) {
    yield;
    for (let by = -FURTHEST; by <= FURTHEST; by++) {
      if (by === 0) continue;
      for (const run of yield* roughRuns(context, sequence, by)) {
        yield;
        const shift = precise(context, sequence, by, run);
        if (shift !== undefined) found.push(shift);
      }
    }
  }
  const taken = new Set<number>();
  return found
    .sort((a, b) => b.probability - a.probability || b.length - a.length)
    .filter(({ pairs }) => {
      if (pairs.some((p) => taken.has(p))) return false;
      for (const p of pairs) taken.add(p);
      return true;
    });
}

/** Whether the captions are still a run after edits. */
export function stillShifted(context: AuditContext, { pairs, by }: Shift): boolean {
  return precise(context, pairs, by, { from: 0, to: pairs.length }) !== undefined;
}

/** The first scored pair of each image in natural order, folder by folder. */
function sequencesOf(context: AuditContext): number[][] {
  const { embedded, judged } = context;
  const { paths } = embedded.images;
  const ranks = naturalRanks(paths);
  const order = [...paths.keys()].sort((a, b) => ranks[a]! - ranks[b]!);
  const sequences: number[][] = [];
  let folder: string | undefined;
  for (const row of order) {
    const path = paths[row]!;
    const pair = context.pairsOfImage(path).find((p) => judged[p] === true);
    if (folderOf(path) !== folder) {
      folder = folderOf(path);
      sequences.push([]);
    }
    if (pair !== undefined) sequences.at(-1)!.push(pair);
  }
  return sequences.filter(({ length }) => length >= SHORTEST_RUN);
}

interface Run {
  readonly from: number;
  /** Exclusive end. */
  readonly to: number;
}

/** Runs in which the cosine is higher with the caption `by` places further on. */
function* roughRuns(
  { embedded, model }: AuditContext,
  sequence: readonly number[],
  by: number,
): Steps<Run[]> {
  const { scorer } = model;
  const first = Math.max(0, -by);
  const rises = new Float64Array(Math.max(0, sequence.length - Math.abs(by)));
  for (let at = 0; at < rises.length; at++) {
    if (at % PER_STEP === PER_STEP - 1) yield;
    const p = sequence[first + at]!;
    const image = embedded.imageRow[p]!;
    const text = embedded.textRow[sequence[first + at + by]!]!;
    const own = embedded.textRow[p]!;
    // Equal captions are neutral.
    rises[at] =
      own === text ? 0 : scorer.cosine(image, text) - scorer.cosine(image, own) - LEAST_RISE;
  }
  return runsOf(rises)
    .filter(({ sum }) => sum >= LEAST_SUM)
    .map(({ from, to }) => ({ from: first + from, to: first + to }));
}

/** The run with its ends by all scores; undefined if it is not probable enough. */
function precise(
  { embedded, model }: AuditContext,
  sequence: readonly number[],
  by: number,
  rough: Run,
): Shift | undefined {
  const from = Math.max(0, -by, rough.from - MARGIN);
  const to = Math.min(sequence.length, sequence.length - by, rough.to + MARGIN);
  const gains = Float64Array.from({ length: Math.max(0, to - from) }, (_, at) => {
    const p = sequence[from + at]!;
    const q = sequence[from + at + by]!;
    const image = embedded.imageRow[p]!;
    const [own, text] = [embedded.textRow[p]!, embedded.textRow[q]!];
    if (own === text) return 0;
    const donorImage = embedded.imageRow[q]!;
    const there = model.support(image, text, { replacedText: own, donorImage });
    const gain = SUPPORT_WEIGHT * (there - model.support(image, own));
    return Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, gain));
  });
  const [best] = runsOf(gains).sort((a, b) => b.sum - a.sum);
  if (best === undefined) return undefined;
  // Equal captions say nothing, and a caption that is there again not much more: only different ones are counted.
  const moved = new Set<number>();
  for (let at = best.from; at < best.to; at++) {
    if (gains[at]! > 0) moved.add(embedded.textRow[sequence[from + at + by]!]!);
  }
  if (moved.size < SHORTEST_RUN) return undefined;
  const size = Math.max(1, model.scorer.graph.images);
  const priorOdds = Math.log(ONE_IN * size * 2 * FURTHEST);
  const probability = 1 / (1 + Math.exp(priorOdds - best.sum));
  if (probability < LEAST_PROBABILITY) return undefined;
  const start = from + best.from + Math.min(0, by);
  const end = from + best.to + Math.max(0, by);
  return { pairs: sequence.slice(start, end), by, length: best.to - best.from, probability };
}

/** Maximal-sum segments (Kadane): each begins after the sum fell below zero. */
function runsOf(values: Float64Array): (Run & { readonly sum: number })[] {
  const runs: (Run & { readonly sum: number })[] = [];
  let start = 0;
  let sum = 0;
  let best = { from: 0, to: 0, sum: 0 };
  values.forEach((value, at) => {
    if (sum + value <= 0) {
      if (best.to > best.from) runs.push(best);
      [start, sum, best] = [at + 1, 0, { from: at + 1, to: at + 1, sum: 0 }];
      return;
    }
    sum += value;
    if (sum > best.sum) best = { from: start, to: at + 1, sum };
  });
  if (best.to > best.from) runs.push(best);
  return runs;
}
