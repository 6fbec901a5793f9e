import type { Steps } from '../steps.ts';
import type { EvidenceSource, Evidence } from './evidence.ts';

export interface JudgedPair {
  /** Row of the image, row of the caption. */
  readonly image: number;
  readonly text: number;
}

/** A judgement takes some 30 microseconds. */
const JUDGED_PER_STEP = 100;
/** Wrong captions looked at in all: enough for a smooth density, few enough for seconds. */
const INJECTIONS = 20_000;
const MAX_PER_PAIR = 60;

/**
 * What a wrong caption looks like in this dataset: every pair gets captions of other pictures, drawn at random from a
 * fixed seed, and is judged as it would be if the two had changed places. In memory only.
 */
export function* injectedEvidence(
  source: EvidenceSource,
  pairs: readonly JudgedPair[],
  donors: readonly JudgedPair[],
  seed = 1,
): Steps<Evidence[]> {
  const { graph } = source;
  const random = mulberry32(seed);
  const out: Evidence[] = [];
  if (pairs.length === 0 || donors.length === 0) return out;
  const perPair = Math.max(1, Math.min(MAX_PER_PAIR, Math.floor(INJECTIONS / pairs.length)));
  const stride = Math.max(1, pairs.length / INJECTIONS);
  for (let at = 0; at < pairs.length; at += stride) {
    const { image, text } = pairs[Math.floor(at)]!;
    for (let n = 0; n < perPair; n++) {
      const donor = donors[Math.floor(random() * donors.length)]!;
      const samePicture = graph.pictureOf[donor.image] === graph.pictureOf[image];
      if (samePicture || graph.captionsOf[image]!.includes(donor.text)) continue;
      out.push(source.of(image, donor.text, { replaced: text, giver: donor.image }));
      if (out.length % JUDGED_PER_STEP === 0) yield;
    }
  }
  return out;
}

/** What the captions of the dataset have for and against them where they are. */
export function* observedEvidence(
  source: EvidenceSource,
  pairs: readonly JudgedPair[],
): Steps<Evidence[]> {
  const out: Evidence[] = [];
  for (const { image, text } of pairs) {
    out.push(source.of(image, text));
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
