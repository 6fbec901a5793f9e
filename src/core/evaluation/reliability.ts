/** A pair that was judged. */
export interface ClaimedPair {
  /** What was claimed: the probability that the caption is right, 0..1. */
  readonly match: number;
  /** Whether it is; undefined if that is not known. */
  readonly right: boolean | undefined;
}

/** Pairs of about the same claimed probability. */
export interface ReliabilityBin {
  /** Inclusive; `to` is exclusive, but that of the last bin, which is 1. */
  readonly from: number;
  readonly to: number;
  /** Pairs of which it is known whether their caption is right, and those of which it is not. */
  readonly pairs: number;
  readonly unknown: number;
  /** Mean of the claimed probabilities of the known ones, 0..1. */
  readonly claimed: number;
  /** Share of the known ones whose caption is right, 0..1. */
  readonly right: number;
  /** 90 % interval of the share of all, whether the unknown ones are right or wrong. */
  readonly low: number;
  readonly high: number;
}

const BINS = 10;
/** Of fewer pairs a share says little: its interval is as wide as half of the scale. */
const LEAST_PAIRS = 10;
/** Quantile of the normal distribution for an interval of 90 %. */
const Z = 1.645;

/**
 * A reliability diagram: claimed probabilities against the share that came true (DeGroot and Fienberg 1983), by tenths. The lowest and the
 * highest stand alone; of those between, neighbours are joined up to `LEAST_PAIRS` pairs. What is left with fewer is left out. Intervals are those of Wilson (1927).
 */
export function reliability(pairs: readonly ClaimedPair[]): ReliabilityBin[] {
  const tenths = Array.from({ length: BINS }, (_, n) => emptyTally(n / BINS));
  for (const { match, right } of pairs) {
    const tally = tenths[Math.min(BINS - 1, Math.floor(match * BINS))];
    if (tally === undefined) continue;
    if (right === undefined) tally.unknown++;
    else {
      tally.known++;
      tally.claimed += match;
      tally.right += right ? 1 : 0;
    }
  }
  const bins: ReliabilityBin[] = [];
  let joined = emptyTally(0);
  for (const [n, tally] of tenths.entries()) {
    // The ends hold most pairs, and are what a reader asks for: they are not mixed with others.
    if (n === BINS - 1) joined = emptyTally(tally.from);
    joined = {
      from: joined.from,
      known: joined.known + tally.known,
      unknown: joined.unknown + tally.unknown,
      claimed: joined.claimed + tally.claimed,
      right: joined.right + tally.right,
    };
    const to = (n + 1) / BINS;
    if (joined.known >= LEAST_PAIRS) bins.push(binOf(joined, to));
    if (joined.known >= LEAST_PAIRS || n === 0) joined = emptyTally(to);
  }
  return bins;
}

interface Tally {
  readonly from: number;
  known: number;
  unknown: number;
  claimed: number;
  right: number;
}

function emptyTally(from: number): Tally {
  return { from, known: 0, unknown: 0, claimed: 0, right: 0 };
}

function binOf({ from, known, unknown, claimed, right }: Tally, to: number): ReliabilityBin {
  return {
    from,
    to,
    pairs: known,
    unknown,
    claimed: claimed / known,
    right: right / known,
    low: wilson(right, known + unknown).low,
    high: wilson(right + unknown, known + unknown).high,
  };
}

function wilson(successes: number, of: number): { readonly low: number; readonly high: number } {
  const share = successes / of;
  const scale = 1 + Z ** 2 / of;
  const centre = (share + Z ** 2 / (2 * of)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
